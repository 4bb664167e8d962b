"""manage.py reconcile: list and join imported deals that may be transfers of other sources."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.curation.workflow import Refused
from transfers.management.clear import ClearCommand
from transfers.models import RegisterDeal, Revision, Transfer
from transfers.publication.log import NotPublishable
from transfers.registers.reconciling.comparisons import FigureComparison, Verdict
from transfers.registers.reconciling.joining import decline, get_deal, join_all
from transfers.registers.reconciling.links import JoinedTransfer, Link, LinkSummary, build_summary
from transfers.registers.reconciling.purchases import Purchase
from transfers.registers.reconciling.separating import get_joined, separate
from transfers.registers.reconciling.stored import UnknownName

COLUMNS = (
    "relation", "supplier", "recipient", "system", "transfer", "deal_transfer", "locator", "score", "measure",
    "register_says", "others_say", "verdict",
)  # fmt: skip
SCOPE = ("recipient", "supplier", "system")
#: Number of transfers, and of deals, that only one side has and the text lists.
SHOWN = 20


class Command(ClearCommand):
    help = (
        "Set imported register deals beside transfers that other sources describe: what may be one, which"
        " deals together may be one, where the two agree and differ, and what only one side has. It reads"
        " curated records, drafts too. --accept joins deals to a transfer, --undo takes that back, --decline"
        " rules it out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in SCOPE:
            parser.add_argument(
                f"--{name}", default="", metavar="X", help=f"only this {name}: any code or name"
            )
        parser.add_argument(
            "--csv",
            metavar="FILE",
            help="write a line a figure as CSV; '-' is standard output, without the text",
        )
        _add_choice(parser)
        parser.add_argument(
            "--publish", action="store_true", help="with --accept: publish OTHER again, if it was"
        )
        parser.add_argument("--reason", default="", help="why; stands in the history and in the public log")

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        try:
            if options["accept"]:
                self._accept(options["accept"], options["reason"], options["publish"])
            elif options["undo"]:
                self._undo(options["undo"], options["reason"])
            elif options["decline"]:
                (own,), other = _parse_pair(options["decline"], most=1)
                decline(get_deal(own), other, None, options["reason"])
                self.stdout.write(f"{own} and {other.key} are two; they are not proposed again.")
            else:
                self._list(build_summary(**{name: options[name] for name in SCOPE}), options["csv"])
        except (Refused, UnknownName) as error:
            raise CommandError(str(error)) from error
        except NotPublishable as error:
            raise CommandError(f"Nothing was joined: {error}") from error

    def _accept(self, pair: str, reason: str, publish: bool) -> None:
        owns, other = _parse_pair(pair)
        state_before = other.get_state_display()
        revisions = join_all([get_deal(own) for own in owns], other, None, reason, publish_again=publish)
        other.refresh_from_db()
        for own in owns:
            self.stdout.write(f"The deal of {own} is one of {other.key} from now on.")
        for revision in revisions:
            self.stdout.write(f"revision {revision.sequence}: {revision.action} {revision.key}")
        withdrawn = {revision.key for revision in revisions if revision.action == Revision.Action.WITHDRAW}
        for own in owns:
            if own not in withdrawn:
                is_stored = Transfer.objects.filter(key=own).exists()
                outcome = "stays withdrawn" if is_stored else "was never public and was deleted"
                self.stdout.write(f"{own} {outcome}.")
        if other.state != Transfer.State.PUBLISHED:
            self.stdout.write(f"{other.key} was {state_before}; it is a {other.get_state_display()} now.")

    def _undo(self, pair: str, reason: str) -> None:
        owns, other = _parse_pair(pair)
        for own in separate(get_joined(owns, other), None, reason):
            self.stdout.write(f"{own.key} is a transfer of its own again, a {own.get_state_display()}.")
        other.refresh_from_db()
        self.stdout.write(f"{other.key} is a {other.get_state_display()} now.")

    def _list(self, summary: LinkSummary, target: str | None) -> None:
        if target == "-":
            self.stderr.write(_format_totals(summary), self.style.NOTICE)
            csv.writer(self.stdout).writerows(_list_rows(summary))
            return
        for line in _list_lines(summary):
            self.stdout.write(line)
        self.stdout.write(_format_totals(summary))
        if target:
            try:
                with Path(target).open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows(_list_rows(summary))
            except OSError as error:
                raise CommandError(f"{target} cannot be written: {error.strerror or error}.") from error


def _add_choice(parser: CommandParser) -> None:
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--accept",
        metavar="OWN[,OWN…]=OTHER",
        help="join the deal whose transfer is OWN to the transfer OTHER; several are its parts",
    )
    choice.add_argument(
        "--undo",
        metavar="OWN[,OWN…]=OTHER",
        help="make deals that were joined to OTHER transfers of their own again",
    )
    choice.add_argument(
        "--decline", metavar="OWN=OTHER", help="the two are not the same: do not propose them again"
    )


def _check(options: dict[str, Any]) -> None:
    """Raise CommandError for options that would have no effect."""
    acts = options["accept"] or options["undo"] or options["decline"]
    if acts and (options["csv"] or any(options[name] for name in SCOPE)):
        raise CommandError("--accept, --undo and --decline take no --csv and no names; list in another call.")
    if options["publish"] and not options["accept"]:
        raise CommandError("--publish goes with --accept.")
    if options["reason"] and not acts:
        raise CommandError("--reason goes with --accept, --undo or --decline.")
    for name in ("accept", "undo"):
        if options[name] and not options["reason"].strip():
            raise CommandError(f"--{name} needs a --reason; it stands in the history and in the log.")


def _parse_pair(text: str, most: int | None = None) -> tuple[list[str], Transfer]:
    """Return the keys of the deals' own transfers, at most so many, and the other transfer."""
    listed, separator, key = (part.strip() for part in text.partition("="))
    owns = [own.strip() for own in listed.split(",")]
    if not (all(owns) and separator and key) or (most and len(owns) > most):
        raise CommandError(f"{text!r} is no pair: write OWN=OTHER, the keys of two transfers.")
    if len(set(owns)) < len(owns):
        raise CommandError(f"{text!r} names a transfer twice.")
    other = Transfer.objects.filter(key=key).first()
    if other is None:
        raise CommandError(f"No such transfer: {key}.")
    return owns, other


def _format_totals(summary: LinkSummary) -> str:
    together = f" together: {len(summary.purchases)};" if summary.purchases else ""
    return (
        f"proposed: {len(summary.links)};{together} joined: {len(summary.joined)};"
        f" transfers without a deal: {len(summary.transfers_alone)};"
        f" deals without a transfer: {summary.deals_alone}"
    )


def _list_lines(summary: LinkSummary) -> Iterator[str]:
    for purchase in summary.purchases:
        places = _list_places(purchase.deals)
        yield from _list_proposal_lines("proposed together", purchase.keys, purchase, places)
    for link in summary.links:
        yield from _list_proposal_lines("proposed", link.own.key, link, _list_places([link.deal]))
    for joined in summary.joined:
        yield f"joined: {joined.transfer.key}, {_format_locators(joined)}"
        yield from _list_figure_lines(joined.comparisons)
    yield from _cap("transfer without a deal", (transfer.key for transfer in summary.transfers_alone))
    alone = (f"{transfer.key}, {locator}" for transfer, locator in summary.iterate_deals_alone())
    yield from _cap("deal without a transfer", alone)


def _list_places(deals: Iterable[RegisterDeal]) -> str:
    return "; ".join(f"{deal.locator} of {deal.batch.file_name}" for deal in deals)


def _list_proposal_lines(label: str, own: str, proposal: Link | Purchase, places: str) -> Iterator[str]:
    yield f"{label}: {own}={proposal.other.key}, score {proposal.likeness.score:.2f}, {places}"
    yield f"    why: {'; '.join(proposal.likeness.reasons)}"
    yield from _list_figure_lines(proposal.likeness.comparisons)
    if proposal.rivals:
        yield f"    rivals: {', '.join(rival.replace(',', '+') for rival in proposal.rivals)}"


def _list_figure_lines(comparisons: Iterable[FigureComparison]) -> Iterator[str]:
    return (f"    {comparison}" for comparison in comparisons)


def _cap(label: str, names: Iterator[str]) -> Iterator[str]:
    """Yield a line for each of the first names, and one if there are more."""
    for name in islice(names, SHOWN):
        yield f"{label}: {name}"
    if next(names, None) is not None:
        yield f"{label}: … and more; --csv lists all"


def _list_rows(summary: LinkSummary) -> Iterator[tuple[str, ...]]:
    """Yield the header, a row for each figure, and one for each record that only one side has."""
    yield COLUMNS
    for purchase in summary.purchases:
        owns = "|".join(own.key for own in purchase.owns)
        places = "; ".join(deal.locator for deal in purchase.deals)
        score = f"{purchase.likeness.score:.2f}"
        for figure in purchase.likeness.comparisons:
            cells = _list_cells(figure)
            yield "proposed together", *_list_names(purchase.other), owns, places, score, *cells
    for link in summary.links:
        own, place, score = link.own.key, link.deal.locator, f"{link.likeness.score:.2f}"
        for figure in link.likeness.comparisons:
            yield "proposed", *_list_names(link.other), own, place, score, *_list_cells(figure)
    for joined in summary.joined:
        deals = "|".join(deal.joined_from for deal in joined.deals if deal.joined_from)
        places = _format_locators(joined)
        for figure in joined.comparisons:
            yield "joined", *_list_names(joined.transfer), deals, places, "", *_list_cells(figure)
    for transfer in summary.transfers_alone:
        yield "no deal", *_list_names(transfer), "", "", "", "", "", "", ""
    for transfer, locator in summary.iterate_deals_alone():
        *names, key = _list_names(transfer)
        yield "no transfer", *names, "", key, locator, "", "", "", "", ""


def _list_names(transfer: Transfer) -> tuple[str, str, str, str]:
    return transfer.supplier.code, transfer.recipient.code, transfer.system.slug, transfer.key


def _list_cells(figure: FigureComparison) -> tuple[str, str, str, str]:
    ours, theirs, verdict = figure.register.text, figure.others.text, str(figure.verdict)
    if figure.verdict == Verdict.NOT_COMPARABLE:
        verdict = f"{verdict}: {ours} against {theirs}"
    return figure.measure, ours, theirs, verdict


def _format_locators(joined: JoinedTransfer) -> str:
    return "; ".join(deal.locator for deal in joined.deals)
