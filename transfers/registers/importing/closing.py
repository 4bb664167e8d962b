"""Questions of older editions that a newer one closes, as it states their deals otherwise or no more.

The deal is of an earlier edition from then on: nobody need say what it is. Undoing the newer edition opens
the question again.
"""

from functools import partial

from transfers.models import ImportBatch, RegisterDeal
from transfers.models.inserts import batched
from transfers.registers.reading.records import Deal, load_deal
from transfers.vocabulary.choices import Outcome

from .absent import has_all_weapons
from .ages import Edition, is_earlier
from .pairing import get_parties
from .plan import Plan
from .questions import compute_digest


def close_questions(plan: Plan, batch: ImportBatch) -> None:
    """Close the open questions of older editions of these years that this one answers."""
    waiting = RegisterDeal.objects.ambiguous().exclude(batch=batch).select_related("batch__source")
    of_years = waiting.filter(
        batch__layout=batch.layout, batch__first_year=batch.first_year, batch__last_year=batch.last_year
    )
    older = [
        (deal.pk, load_deal(deal.stated))
        for deal in of_years
        if deal.batch.source and is_earlier(deal.batch.source.published, plan.published)
    ]
    closed = _list_answered(plan, older) if older else []
    if closed:
        for pks in batched(closed):
            RegisterDeal.objects.filter(pk__in=pks).update(outcome=Outcome.EARLIER)
        batch.made["closed"] = closed
        batch.save(update_fields=["made"])


def _list_answered(plan: Plan, older: list[tuple[int, Deal]]) -> list[int]:
    """Return those of the deals that the edition would state in the same words if they still stood so."""
    parties = partial(get_parties, plan.resolver)
    edition = Edition(plan.published, has_all_weapons=has_all_weapons(plan.register.title))
    for planned in plan.deals:
        edition.add(planned.deal, parties)
    stated = {compute_digest(planned.deal) for planned in plan.deals}
    return [
        pk
        for pk, deal in older
        if edition.covers(deal, parties)
        and compute_digest(deal) not in stated
        and not _may_be_refused(deal, plan)
    ]


def _may_be_refused(deal: Deal, plan: Plan) -> bool:
    """Return whether a record that could not be read names the deal's parties."""
    texts = (refused.text for refused in plan.register.refused)
    return any(deal.supplier in text and deal.recipient in text for text in texts)


def reopen_questions(batch: ImportBatch) -> None:
    """Open the questions again that the import closed."""
    for pks in batched(batch.made.get("closed", [])):
        closed = RegisterDeal.objects.filter(pk__in=pks, outcome=Outcome.EARLIER)
        closed.update(outcome=Outcome.AMBIGUOUS)
