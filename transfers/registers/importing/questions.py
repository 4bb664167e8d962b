"""What an import leaves to curators: deals that may be one of several, and renames; and what they decided.

Each deal that an ambiguous one may be is a proposal. A decision holds for later imports, too: of a rename it
is found by the transfer and the new designation, otherwise by the transfer and all that the register states.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from transfers.models import Proposal, RegisterDeal
from transfers.models.inserts import batched
from transfers.registers.matching import Matching
from transfers.registers.reading.records import STATED, Deal, load_deal
from transfers.registers.renames import Renames
from transfers.vocabulary.choices import Outcome

from .imported import CHUNK, ImportedDeal

RENAME, SAME_DEAL = Proposal.Proposed.RENAME, Proposal.Proposed.SAME_DEAL
Decision = Proposal.Decision
_LONGEST = 120
_Decisions = dict[tuple[int, str], str]


def compute_digest(deal: Deal) -> str:
    """Return a digest of all that the register states of the deal, wherever in the file it stands."""
    stated = repr([getattr(deal, name) for name in STATED])
    return hashlib.sha256(stated.encode()).hexdigest()


def list_open() -> set[str]:
    """Return the digests of the deals that wait for a curator."""
    stated = RegisterDeal.objects.ambiguous().values_list("stated", flat=True)
    return {compute_digest(load_deal(values)) for values in stated}


def add_renames(
    matching: Matching, renames: Renames, olds: Sequence[ImportedDeal], news: Sequence[Deal]
) -> set[int]:
    """Add renames to the matching, without those that curators ruled out; return the renamed new deals.

    A rename that a curator took back is not made again, but asked.
    """
    decisions = _load_decisions()
    uncertain = matching.ambiguous | renames.proposed
    for old, new in renames.pairs:
        if _find_decision(decisions, olds[old], news[new]):
            uncertain[new] = [old]
        else:
            matching.pairs.append((old, new))
    matching.ambiguous = {
        new: candidates
        for new, indexes in uncertain.items()
        if (candidates := [old for old in indexes if _may_be(decisions, olds[old], news[new])])
    }
    _pair_stated_before(matching, olds, news)
    _set_rest(matching, len(olds), len(news))
    return {new for _, new in renames.pairs} | renames.proposed.keys()


def _pair_stated_before(matching: Matching, olds: Sequence[ImportedDeal], news: Sequence[Deal]) -> None:
    """Pair an ambiguous deal with its only candidate that was stated so before, or that a curator chose."""
    transfers = {olds[old].transfer for candidates in matching.ambiguous.values() for old in candidates}
    answers = {(one.transfer_id, one.value): one.field for one in list_kept() if _is_accepted(one)}
    stated = _list_statements(transfers) | answers.keys()
    news_by_old: dict[int, list[int]] = defaultdict(list)
    for new, candidates in matching.ambiguous.items():
        exact = [
            old
            for old in candidates
            if any((olds[old].transfer, value) in stated for value in _list_values(news[new]))
        ]
        if len(exact) == 1:
            news_by_old[exact[0]].append(new)
    for old, indexes in news_by_old.items():
        fields = {answers.get((olds[old].transfer, compute_digest(news[new]))) for new in indexes}
        if len(indexes) == 1 or fields == {Proposal.Proposed.PART}:
            matching.pairs.append((old, min(indexes)))
            for new in indexes:
                del matching.ambiguous[new]
    paired = {old for old, _ in matching.pairs}
    rest = {new: [old for old in olds if old not in paired] for new, olds in matching.ambiguous.items()}
    matching.ambiguous = {new: candidates for new, candidates in rest.items() if candidates}


def _list_values(deal: Deal) -> tuple[str, str]:
    """Return what proposals say of the deal: all that is stated, and the designation alone."""
    return compute_digest(deal), deal.designation[:_LONGEST]


def _is_accepted(proposal: Proposal) -> bool:
    return proposal.decision == Decision.ACCEPTED


def list_kept() -> list[Proposal]:
    """Return the curators' answers about deals of imports that were undone."""
    return list(Proposal.objects.of_deals().filter(deal=None).order_by("pk"))


def attach_answers(written: Iterable[tuple[int, Any]], kept: Iterable[Proposal], time: datetime) -> None:
    """Give the answers about an import that was undone to its deals, as they were written again then."""
    by_value: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in kept:
        by_value[proposal.value].append(proposal)
    attached = []
    for deal, item in written:
        for proposal in [one for value in _list_values(item.deal) for one in by_value.get(value, ())]:
            is_of_another = (
                _is_accepted(proposal)
                and proposal.field != Proposal.Proposed.PART
                and not (item.before and item.before.transfer == proposal.transfer_id)
            )
            if proposal.deal_id is None and not is_of_another:
                proposal.deal_id, proposal.decided = deal, time
                attached.append(proposal)
    Proposal.objects.bulk_update(attached, ["deal", "decided"], batch_size=CHUNK)


def _list_statements(transfers: set[int]) -> set[tuple[int, str]]:
    """Return what any edition ever stated of these transfers, by transfer and digest."""
    statements = set()
    for group in batched(sorted(transfers)):
        deals = RegisterDeal.objects.filter(transfer__in=group, batch__undone__isnull=True)
        settled = deals.exclude(outcome=Outcome.AMBIGUOUS).values_list("transfer", "stated")
        statements |= {(transfer, compute_digest(load_deal(stated))) for transfer, stated in settled}
    return statements


def _set_rest(matching: Matching, olds: int, news: int) -> None:
    """Set what vanished and what was added: the deals that are neither paired nor ambiguous."""
    used_olds = {old for old, _ in matching.pairs}.union(*matching.ambiguous.values())
    used_news = {new for _, new in matching.pairs} | matching.ambiguous.keys()
    matching.vanished = [old for old in range(olds) if old not in used_olds]
    matching.added = [new for new in range(news) if new not in used_news]


def _load_decisions() -> _Decisions:
    """Return open and declined questions by transfer and value."""
    of_deals = Proposal.objects.of_deals()
    questions = [of_deals.open(), of_deals.filter(decision=Decision.DECLINED)]
    return {
        (pk, value): str(decision)
        for proposals in questions
        for pk, value, decision in proposals.values_list("transfer", "value", "decision")
    }


def _find_decision(decisions: _Decisions, old: ImportedDeal, new: Deal) -> str:
    renamed = decisions.get((old.transfer, new.designation[:_LONGEST]), "")
    return renamed or (decisions.get((old.transfer, compute_digest(new)), "") if decisions else "")


def _may_be(decisions: _Decisions, old: ImportedDeal, new: Deal) -> bool:
    return _find_decision(decisions, old, new) != Decision.DECLINED


def build_proposals(item: Any, deal: int, time: datetime) -> Iterator[dict[str, Any]]:
    """Yield the proposals of a planned deal, which was written with this id by the import of this time."""
    is_made = item.before is not None
    candidates = [item.before] if item.before and item.is_renamed else item.candidates
    for candidate in candidates:
        is_renamed = item.is_renamed and candidate.deal.designation != item.deal.designation
        yield {
            "transfer_id": candidate.transfer,
            "deal_id": deal,
            "field": str(RENAME if is_renamed else SAME_DEAL),
            "value": item.deal.designation[:_LONGEST] if is_renamed else compute_digest(item.deal),
            "excerpt": f"{candidate.deal.designation} → {item.deal.designation}"[:200],
            "decision": str(Decision.ACCEPTED if is_made else Decision.OPEN),
            "decided": time if is_made else None,
        }


def explain(candidates: Sequence[ImportedDeal], *, is_open: bool) -> str:
    """Return why a deal is not imported yet."""
    keys = ", ".join(candidate.key for candidate in candidates[:5])
    more = " It is waiting for a curator already." if is_open else ""
    if len(candidates) == 1:
        return f"It may be a deal that was imported before: {keys}.{more}"
    return f"It may be any of {len(candidates)} deals that were imported before: {keys}.{more}"
