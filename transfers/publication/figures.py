"""From claims to a row: pure functions, no database and no Django.

`resolve` settles the claims of one transfer into the derived fields of its row. It is total (every
set of claims gives a row), deterministic, and independent of the order of the claims.

Rules, for each measure:

* all claims agree, as a year agrees with its days: the narrowest value (`agreement`);
* one is preferred: the preferred value; the measure is disputed if they differ;
* they differ and none is preferred: the envelope, smallest minimum to largest maximum; disputed.

A later edition of one register (the same story of the same publisher) revises the earlier one: its figure
takes the other's place, in its own unit, unless that one is preferred, and the two are no dispute.

Several deals of one register may be one transfer; their figures add up before others are compared: `parts`.

A figure with a period is limited to its years; `limited` tells what such figures say of the whole.

A figure in another unit or another currency than the row's is no dispute: it cannot be compared. In which of
several a row speaks is told by `attestation`.
A delivered count is cumulative, so a later and not smaller count supersedes an earlier one.
"""

from collections.abc import Iterable
from typing import Any

from transfers.vocabulary import edtf
from transfers.vocabulary.measures import DATES, QUANTITIES, STEMS, TIVS, Status

from .agreement import settle
from .attestation import Choice, choose_word
from .claim import Claim, get_envelope, is_later
from .deliveries import Period, list_periods
from .limited import add_up_periods
from .parts import add_up_parts, drop_single_parts

#: The Admiralty scale's grade of what is possible; what a register marks as uncertain has it.
POSSIBLE = 3

__all__ = ["Claim", "Period", "combine", "explain_words", "list_deliveries", "resolve"]


def resolve(kind: str, claims: Iterable[Claim]) -> dict[str, Any]:
    """Settle the claims of one transfer of this kind into its row's derived fields, by field name."""
    everything = list(dict.fromkeys(claims))
    by_measure = _group(combine(everything))
    row: dict[str, Any] = {}
    disputed = {
        *_quantities(row, by_measure),
        *_dates(row, by_measure),
        *_deal_value(row, by_measure.get("deal_value", [])),
        *_tivs(row, by_measure),
    }
    row["status"] = str(_status(kind, row, by_measure))
    row["disputed"] = [stem for stem in STEMS if stem in disputed]
    row["sources"] = len({claim.story for claim in everything})
    row["origins"] = _count_origins(everything)
    return row


def list_deliveries(row: dict[str, Any], claims: Iterable[Claim]) -> list[Period]:
    """Return what of a transfer was delivered when, from its row and its claims, in the order of time."""
    newest = _drop_revised(drop_single_parts(dict.fromkeys(claims)))
    return list_periods(row, newest, add_up_parts(add_up_periods(newest)))


def combine(claims: Iterable[Claim]) -> list[Claim]:
    """Return what each register says of the whole, by its newest editions, and all other claims."""
    return add_up_parts(add_up_periods(_drop_revised(drop_single_parts(claims))))


def _drop_revised(claims: list[Claim]) -> list[Claim]:
    """Return the claims that no later edition of their own register revises."""
    editions: dict[tuple, list[Claim]] = {}
    for claim in claims:
        if claim.origin_of:
            figure = (claim.measure, claim.period, claim.part)
            editions.setdefault((claim.origin_of, claim.publisher, *figure), []).append(claim)
    revised = {
        old
        for group in editions.values()
        if len({claim.published for claim in group}) > 1
        for old in group
        if not old.preferred and _is_revised(old, group)
    }
    return [claim for claim in claims if claim not in revised]


def _is_revised(old: Claim, group: list[Claim]) -> bool:
    """Return whether a later edition states the same measure anew, also in another unit.

    Of an edition that counts in several units each count is a figure of its own, which only one in its own
    unit revises.
    """
    scales: dict[str, set[tuple]] = {}
    for claim in group:
        scales.setdefault(claim.source, set()).add(claim.scale)
    return any(
        new.scale == old.scale or len(scales[new.source]) == len(scales[old.source]) == 1
        for new in group
        if is_later(new.published, old.published)
    )


def explain_words(claims: Iterable[Claim]) -> dict[str, Choice]:
    """Return the choice of the row's unit and currency, by field, where its claims use several."""
    by_measure = _group(combine(claims))
    choices = {
        "unit": _choose_unit(by_measure),
        "deal_currency": choose_word(by_measure.get("deal_value", []), "currency"),
    }
    return {name: choice for name, choice in choices.items() if choice.others}


def _group(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    by_measure: dict[str, list[Claim]] = {}
    for claim in claims:
        by_measure.setdefault(claim.measure, []).append(claim)
    return by_measure


def _choose_unit(by_measure: dict[str, list[Claim]]) -> Choice:
    """Return the unit of all the row's quantities."""
    return choose_word([claim for stem in QUANTITIES for claim in by_measure.get(stem, [])], "unit")


def _quantities(row: dict[str, Any], by_measure: dict[str, list[Claim]]) -> Iterable[str]:
    row["unit"] = _choose_unit(by_measure).word
    for stem in QUANTITIES:
        claims = [claim for claim in by_measure.get(stem, []) if claim.unit == row["unit"]]
        if stem == "quantity_delivered":
            claims = [claim for claim in claims if not any(_supersedes(other, claim) for other in claims)]
        yield from _range_fields(row, stem, claims)
        row[f"{stem}_uncertain"] = _is_uncertain(settle(claims)[0]) if claims else None


def _range_fields(row: dict[str, Any], stem: str, claims: list[Claim]) -> Iterable[str]:
    row[f"{stem}_min"] = row[f"{stem}_max"] = None
    if claims:
        standing, disputed = settle(claims)
        bottom, top = get_envelope(standing)
        row[f"{stem}_min"], row[f"{stem}_max"] = int(bottom), None if top is None else int(top)
        if disputed:
            yield stem


def _is_uncertain(standing: Iterable[Claim]) -> bool:
    """Return whether none of the claims that a figure rests on is graded better than possible."""
    return all(claim.credibility is not None and claim.credibility >= POSSIBLE for claim in standing)


def _supersedes(new: Claim, old: Claim) -> bool:
    """Return whether a cumulative count replaces another: it is later for certain, and not smaller."""
    later = is_later(new.as_of or new.published, old.as_of or old.published)
    return later and new.range[0] >= old.range[0]


def _dates(row: dict[str, Any], by_measure: dict[str, list[Claim]]) -> Iterable[str]:
    """Settle the dates; an interval open at both ends leaves no text."""
    for stem in DATES:
        text = None
        if claims := by_measure.get(stem, []):
            standing, disputed = settle(claims)
            text = edtf.envelope(claim.date or "" for claim in standing)
            if disputed:
                yield stem
        row[stem] = text
        row[f"{stem}_earliest"], row[f"{stem}_latest"] = edtf.bounds(text) if text else (None, None)


def _deal_value(row: dict[str, Any], claims: list[Claim]) -> Iterable[str]:
    row["deal_currency"] = currency = choose_word(claims, "currency").word
    yield from _range_fields(row, "deal_value", [claim for claim in claims if claim.currency == currency])


def _tivs(row: dict[str, Any], by_measure: dict[str, list[Claim]]) -> Iterable[str]:
    """Settle one number each: a range, or sources that differ without a preferred one, leave it empty."""
    for stem in TIVS:
        row[stem] = None
        if claims := by_measure.get(stem, []):
            standing, disputed = settle(claims)
            bottom, top = get_envelope(standing)
            row[stem] = float(bottom) if bottom == top else None
            if disputed:
                yield stem


def _status(kind: str, row: dict[str, Any], by_measure: dict[str, list[Claim]]) -> Status:
    if "date_cancelled" in by_measure:
        return Status.CANCELLED
    if "date_suspended" in by_measure:
        return Status.SUSPENDED
    if kind == "deployment":
        return _deployment_status(by_measure)
    if _is_delivered(row, by_measure):
        return Status.DELIVERED
    counted = any(claim.range[1] != 0 for claim in by_measure.get("quantity_delivered", []))
    if counted or "date_delivered" in by_measure:
        return Status.IN_DELIVERY
    agreed = {"date_agreed", "quantity_ordered", "deal_value", "tiv_ordered"}
    return Status.AGREED if agreed & by_measure.keys() else Status.REPORTED


def _is_delivered(row: dict[str, Any], by_measure: dict[str, list[Claim]]) -> bool:
    if "quantity_ordered" in by_measure:
        ordered, delivered = row["quantity_ordered_max"], row["quantity_delivered_min"]
        return bool(delivered) and ordered is not None and delivered >= ordered
    return row["date_delivered_latest"] is not None


def _deployment_status(by_measure: dict[str, list[Claim]]) -> Status:
    """Ended where a source gives the stay a last day and none leaves it open."""
    stays = [edtf.parse(claim.date or "") for claim in by_measure.get("date_deployed", [])]
    intervals = [stay for stay in stays if stay.is_interval]
    if intervals and all(stay.latest is not None for stay in intervals):
        return Status.ENDED
    return Status.DEPLOYED if stays or "quantity_deployed" in by_measure else Status.REPORTED


def _count_origins(claims: Iterable[Claim]) -> int:
    """Claimants that share a name are one: a paper crediting two agencies is no origin beside either."""
    groups: list[set[str]] = []
    for claim in claims:
        names = _claimants(claim)
        for group in [group for group in groups if group & names]:
            groups.remove(group)
            names |= group
        groups.append(names)
    return len(groups)


def _claimants(claim: Claim) -> set[str]:
    if claim.attributed_to:
        return {claim.attributed_to.casefold()}
    listed = claim.agencies or claim.publisher
    return {name.strip().casefold() for name in listed.split(";") if name.strip()}
