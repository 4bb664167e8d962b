"""What an edition takes back of its register's earlier claims, and what it counts in another unit.

Figures that an edition changes stand beside the earlier ones, which they revise on publication
(`transfers.publication.figures`). What it leaves blank has no figure to revise the earlier one by, so that
one is removed, with history: the log keeps it in the versions that were published with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Value

from transfers.models import CLAIM_MODELS, Claim, Quantity, RegisterDeal, Source, history
from transfers.models.inserts import batched

from .claims import LIMITED, list_figures
from .plan import PlannedDeal

#: A deal: the transfer that it describes, and the one that was made for it if the two were joined.
DealKey = tuple[int, str]


class EarlierClaim(NamedTuple):
    """Claim of an earlier edition; `unit` is empty if it counts nothing, `period` if it is of all years."""

    model: type
    measure: str
    pk: int
    unit: str
    preferred: bool
    period: str

    def is_blank(self, item: PlannedDeal) -> bool:
        """Return whether the deal leaves it blank; what it says of some years is of those alone."""
        kind = (self.model, self.measure)
        is_of_other_years = kind in LIMITED and bool(item.period) and item.period != self.period
        return kind in item.retracted and not is_of_other_years


def revise(pairs: Sequence[tuple[PlannedDeal, int]], source: Source | None) -> set[int]:
    """Remove what these changed deals no longer state, and add to their figures what has another unit now.

    Return the transfers of which figures other than units change. A claim that a curator preferred stays.
    """
    claims_by_deal = _list_earlier_claims(pairs)
    removed: dict[type, list[int]] = defaultdict(list)
    revised: set[int] = set()
    for item, transfer in pairs:
        claims = claims_by_deal[_get_key(item, transfer)]
        blank = [claim for claim in claims if claim.is_blank(item) and not claim.preferred]
        for claim in blank:
            removed[claim.model].append(claim.pk)
        if item.figures or blank:
            revised.add(transfer)
        _count_anew(item, claims)
    _remove(removed, source)
    return revised


def restore(source: Source | None, since: datetime, transfers: Collection[int] | None = None) -> None:
    """Bring back the claims that the edition removed, unless somebody did so since; for its undoing.

    With `transfers`, only the claims of those.
    """
    concerned = {} if transfers is None else {"transfer__in": transfers}
    for model in CLAIM_MODELS:
        copies = model.history.filter(
            history_type=history.REMOVED,
            history_change_reason=_get_reason(source),
            history_date__gte=since,
            **concerned,
        )
        for group in batched(list(copies)):
            model.objects.bulk_create(_build_claims(group), ignore_conflicts=True)
            restored = model.objects.filter(pk__in=[copy.id for copy in group])
            history.record_copies(restored, history.ADDED)


def _build_claims(copies: Sequence[Any]) -> Iterator[Claim]:
    """Yield the claims as they were, of the transfers that their deals describe now."""
    deals = RegisterDeal.objects.written().filter(batch__source__in={copy.source_id for copy in copies})
    places = deals.filter(locator__in={copy.locator for copy in copies})
    transfers = {
        tuple(place): pk for *place, pk in places.values_list("batch__source", "locator", "transfer")
    }
    for copy in copies:
        claim = copy.instance
        if transfer := transfers.get((copy.source_id, copy.locator)):
            claim.transfer_id = transfer
            yield claim


def _get_reason(source: Source | None) -> str:
    """Return the reason by which history tells which edition removed a claim."""
    return f"Blank in {source and source.key}"[:100]


def _get_key(item: PlannedDeal, transfer: int) -> DealKey:
    return transfer, item.before.joined_from if item.before else ""


def _list_earlier_claims(pairs: Sequence[tuple[PlannedDeal, int]]) -> dict[DealKey, list[EarlierClaim]]:
    """Return the claims that imports wrote of each of these deals, in the order in which they came."""
    claims_by_deal: dict[DealKey, list[EarlierClaim]] = defaultdict(list)
    for transfers in batched(sorted({transfer for _, transfer in pairs})):
        deals = RegisterDeal.objects.written().filter(transfer__in=transfers)
        places = {
            (transfer, source, locator): (transfer, joined_from)
            for transfer, joined_from, source, locator in deals.values_list(
                "transfer", "joined_from", "batch__source", "locator"
            )
        }
        for model in CLAIM_MODELS:
            unit: Any = F("unit") if model is Quantity else Value("")
            rows = model.objects.filter(transfer__in=transfers).order_by("pk").values_list(
                "transfer", "source", "locator", model.MEASURE_FIELD, "pk", unit, "preferred", "period"
            )  # fmt: skip
            for transfer, source, locator, *values in rows:
                if key := places.get((transfer, source, locator)):
                    claims_by_deal[key].append(EarlierClaim(model, *values))
    return claims_by_deal


def _count_anew(item: PlannedDeal, claims: Sequence[EarlierClaim]) -> None:
    """Add the deal's numbers that were last claimed in another unit, so that all are in the newest one."""
    assert item.named is not None
    if item.place:  # the file does not list the deal, so it states no number of it
        return
    units = {(claim.measure, claim.period): claim.unit for claim in claims if claim.model is Quantity}
    claimed = {figure.measure for figure in item.figures if figure.model is Quantity}
    for figure in list_figures(item.deal, item.named.unit, item.period):
        if figure.model is Quantity and figure.measure not in claimed:
            last_unit = units.get((figure.measure, dict(figure.values).get("period", "")), item.named.unit)
            if last_unit != item.named.unit:
                item.figures = [*item.figures, figure]


def _remove(pks_by_model: dict[type, list[int]], source: Source | None) -> None:
    """Remove claims with history; its reason names the edition."""
    with history.record_because(_get_reason(source), history.get_context()[1]):
        for model, pks in pks_by_model.items():
            for group in batched(pks):
                claims = model.objects.filter(pk__in=group)  # type: ignore[attr-defined]
                history.record_copies(claims, history.REMOVED)
                claims._raw_delete(claims.db)
