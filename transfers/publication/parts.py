"""Figures of several deals of one register that are one transfer. Pure: no database and no Django.

A claim with a part is of one of several deals, which are parts of the whole. Numbers ordered and delivered
and their TIVs add up; what a part does not state leaves the sum of the others a minimum, which stands only
where nobody states the whole. Dates, and a TIV per unit, are the envelope of those of the parts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from transfers.vocabulary import edtf
from transfers.vocabulary.measures import DATES

from .claim import Claim, get_envelope, get_top, get_worst

SUMS = ("quantity_ordered", "quantity_delivered", "tiv_ordered", "tiv_delivered")
ENVELOPES = (*DATES, "tiv_unit")


def drop_single_parts(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims, those of a register's only part without it: it is the whole."""
    claims = list(claims)
    parts: dict[tuple[str, str], set[str]] = {}
    for claim in claims:
        if claim.part:
            parts.setdefault((claim.story, claim.publisher), set()).add(claim.part)
    single = {register for register, names in parts.items() if len(names) == 1}
    return [
        replace(claim, part=None) if claim.part and (claim.story, claim.publisher) in single else claim
        for claim in claims
    ]


def add_up_parts(claims: list[Claim]) -> list[Claim]:
    """Return the claims of the whole, and what those of parts make together."""
    wholes = [claim for claim in claims if not claim.part]
    if len(wholes) == len(claims):
        return claims
    registers: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.part:
            registers.setdefault((claim.story, claim.publisher), []).append(claim)
    minimums: list[Claim] = []
    for stated in registers.values():
        for claim, is_whole in _list_totals(stated):
            (wholes if is_whole else minimums).append(claim)
    measures = {claim.measure for claim in wholes}
    return wholes + [claim for claim in minimums if claim.measure not in measures]


def _list_totals(claims: Sequence[Claim]) -> Iterator[tuple[Claim, bool]]:
    """Yield what the parts of one register make of each figure; True: of the whole."""
    count = len({claim.part for claim in claims})
    figures: dict[tuple[str | None, ...], list[Claim]] = {}
    for claim in claims:
        figures.setdefault((claim.measure, *claim.scale), []).append(claim)
    for (measure, *_), stated in figures.items():
        if measure in SUMS:
            is_whole = len({claim.part for claim in stated}) == count
            yield from ((claim, is_whole) for claim in _add_up(stated, is_whole))
        elif measure in ENVELOPES:
            yield _unite(stated), True
        else:
            yield from ((replace(claim, part=None), True) for claim in stated)


def _add_up(claims: Sequence[Claim], is_whole: bool) -> list[Claim]:
    """Return the sum of one figure; several where the claims of a part differ, or one is preferred."""
    by_part: dict[str | None, list[Claim]] = {}
    for claim in claims:
        by_part.setdefault(claim.part, []).append(claim)
    newest = replace(_get_newest(claims), credibility=get_worst(claims))
    sums = [replace(newest, preferred=False, **total) for total in _sum_ends(by_part.values(), is_whole)]
    if any(claim.preferred for claim in claims):
        chosen = [[claim for claim in part if claim.preferred] or part for part in by_part.values()]
        sums += [replace(newest, preferred=True, **total) for total in _sum_ends(chosen, is_whole)]
    return list(dict.fromkeys(sums))


def _sum_ends(parts: Iterable[Sequence[Claim]], is_whole: bool) -> Iterator[dict[str, Any]]:
    """Yield the smallest and the largest sum; they are equal where the claims of each part agree."""
    ranges = [[claim.range for claim in part] for part in parts]
    for choose in (min, max):
        bottom = _sum(choose(low for low, _ in part) for part in ranges)
        top = _sum(choose(get_top(ends) for ends in part) for part in ranges)
        is_open = top == inf or not is_whole
        yield {"minimum": bottom, "maximum": None if is_open else top, "part": None}


def _sum(numbers: Iterable[float]) -> float:
    """Return the sum to a thousandth, as figures are stored: floats do not add up exactly."""
    return round(sum(sorted(numbers)), 3)


def _unite(claims: Sequence[Claim]) -> Claim:
    """Return one claim of all that the parts' dates, or numbers, allow."""
    whole = replace(_get_newest(claims), part=None, preferred=any(claim.preferred for claim in claims))
    if whole.date:
        return replace(whole, date=edtf.envelope(claim.date or "" for claim in claims))
    bottom, top = get_envelope(claims)
    return replace(whole, minimum=bottom, maximum=top)


def _get_newest(claims: Iterable[Claim]) -> Claim:
    return max(claims, key=lambda claim: (claim.published, claim.as_of or "", claim.source, repr(claim)))
