"""manage.py reconcile: imported deals beside transfers that other sources describe; joins them on demand."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.curation.workflow import Refused
from transfers.management.clear import ClearCommand
from transfers.models import Revision, Transfer
from transfers.publication.log import NotPublishable
from transfers.registers.reconciling import links as reconciliation
from transfers.registers.reconciling.likeness import Comparison, Verdict
from transfers.registers.reconciling.links import Joined, Link, Summary

COLUMNS = (
    "relation", "supplier", "recipient", "system", "transfer", "deal_transfer", "locator", "score", "measure",
    "register_says", "others_say", "verdict",
)  # fmt: skip
SCOPE = ("recipient", "supplier", "system")
#: As many of those that only one side has are listed as text.
SHOWN = 20


class Command(ClearCommand):
    help = (
        "Set imported register deals beside transfers that other sources describe: what may be one, where the"
        " two agree and differ, and what only one side has. It reads curated records, drafts too. --accept"
        " joins a deal to a transfer, --decline rules that out."
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
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--accept", metavar="OWN=OTHER", help="join the deal whose transfer is OWN to the transfer OTHER"
        )
        choice.add_argument(
            "--decline", metavar="OWN=OTHER", help="the two are not the same: do not propose them again"
        )
        parser.add_argument(
            "--publish", action="store_true", help="with --accept: publish OTHER again, if it was"
        )
        parser.add_argument("--reason", default="", help="why; stands in the history and in the public log")

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        try:
            if options["accept"]:
                self._accept(options["accept"], options["reason"], options["publish"])
            elif options["decline"]:
                own, other = _pair(options["decline"])
                reconciliation.decline(reconciliation.deal_of(own), other, None, options["reason"])
                self.stdout.write(f"{own} and {other.key} are two; they are not proposed again.")
            else:
                self._list(reconciliation.summary(**{name: options[name] for name in SCOPE}), options["csv"])
        except (Refused, reconciliation.Unknown) as error:
            raise CommandError(str(error)) from error
        except NotPublishable as error:
            raise CommandError(f"Nothing was joined: {error}") from error

    def _accept(self, pair: str, reason: str, publish: bool) -> None:
        own, other = _pair(pair)
        was = other.get_state_display()
        revisions = reconciliation.join(
            reconciliation.deal_of(own), other, None, reason, publish_again=publish
        )
        other.refresh_from_db()
        self.stdout.write(f"The deal of {own} is one of {other.key} from now on.")
        for revision in revisions:
            self.stdout.write(f"revision {revision.sequence}: {revision.action} {revision.key}")
        if not any(each.action == Revision.Action.WITHDRAW for each in revisions):
            there = Transfer.objects.filter(key=own).exists()
            self.stdout.write(f"{own} {'stays withdrawn' if there else 'was never public and was deleted'}.")
        if other.state != Transfer.State.PUBLISHED:
            self.stdout.write(f"{other.key} was {was}; it is a {other.get_state_display()} now.")

    def _list(self, found: Summary, target: str | None) -> None:
        if target == "-":
            self.stderr.write(_totals(found), self.style.NOTICE)
            csv.writer(self.stdout).writerows(_rows(found))
            return
        for line in _lines(found):
            self.stdout.write(line)
        self.stdout.write(_totals(found))
        if target:
            try:
                with Path(target).open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows(_rows(found))
            except OSError as error:
                raise CommandError(f"{target} cannot be written: {error.strerror or error}.") from error


def _check(options: dict[str, Any]) -> None:
    """Raise CommandError for options that would be passed over in silence."""
    acts = options["accept"] or options["decline"]
    if acts and (options["csv"] or any(options[name] for name in SCOPE)):
        raise CommandError("--accept and --decline take no --csv and no names; list in another call.")
    if options["publish"] and not options["accept"]:
        raise CommandError("--publish goes with --accept.")
    if options["reason"] and not acts:
        raise CommandError("--reason goes with --accept or --decline.")
    if options["accept"] and not options["reason"].strip():
        raise CommandError("--accept needs a --reason; it stands in the history and in the log.")


def _pair(text: str) -> tuple[str, Transfer]:
    """The key of the deal's own transfer, and the other transfer."""
    own, is_pair, key = (part.strip() for part in text.partition("="))
    if not (own and is_pair and key):
        raise CommandError(f"{text!r} is no pair: write OWN=OTHER, the keys of two transfers.")
    other = Transfer.objects.filter(key=key).first()
    if other is None:
        raise CommandError(f"No such transfer: {key}.")
    return own, other


def _totals(found: Summary) -> str:
    return (
        f"proposed: {len(found.links)}; joined: {len(found.joined)};"
        f" transfers without a deal: {len(found.transfers_alone)};"
        f" deals without a transfer: {found.deals_alone}"
    )


def _lines(found: Summary) -> Iterator[str]:
    for link in found.links:
        yield from _link_lines(link)
    for joined in found.joined:
        yield f"joined: {joined.transfer.key}, {_places(joined)}"
        yield from _figure_lines(joined.comparisons)
    yield from _capped("transfer without a deal", (each.key for each in found.transfers_alone))
    alone = (f"{transfer.key}, {locator}" for transfer, locator in found.each_deal_alone())
    yield from _capped("deal without a transfer", alone)


def _link_lines(link: Link) -> Iterator[str]:
    place = f"{link.deal.locator} of {link.deal.batch.file_name}"
    yield f"proposed: {link.own.key}={link.other.key}, score {link.score:.2f}, {place}"
    yield f"    why: {'; '.join(link.reasons)}"
    yield from _figure_lines(link.comparisons)
    if link.rivals:
        yield f"    rivals: {', '.join(link.rivals)}"


def _figure_lines(comparisons: Iterable[Comparison]) -> Iterator[str]:
    for each in comparisons:
        yield f"    {each}"


def _capped(what: str, named: Iterator[str]) -> Iterator[str]:
    """The first of them, and a line where there are more."""
    for name in islice(named, SHOWN):
        yield f"{what}: {name}"
    if next(named, None) is not None:
        yield f"{what}: … and more; --csv lists all"


def _rows(found: Summary) -> Iterator[tuple[str, ...]]:
    """A line a figure, and one for what only one side has; absent values empty."""
    yield COLUMNS
    for link in found.links:
        own, place, score = link.own.key, link.deal.locator, f"{link.score:.2f}"
        for figure in link.comparisons:
            yield "proposed", *_named(link.other), own, place, score, *_cells(figure)
    for joined in found.joined:
        deals = "|".join(deal.joined_from for deal in joined.deals if deal.joined_from)
        for figure in joined.comparisons:
            yield "joined", *_named(joined.transfer), deals, _places(joined), "", *_cells(figure)
    for transfer in found.transfers_alone:
        yield "no deal", *_named(transfer), "", "", "", "", "", "", ""
    for transfer, locator in found.each_deal_alone():
        *names, key = _named(transfer)
        yield "no transfer", *names, "", key, locator, "", "", "", "", ""


def _named(transfer: Transfer) -> tuple[str, str, str, str]:
    return transfer.supplier.code, transfer.recipient.code, transfer.system.slug, transfer.key


def _cells(found: Comparison) -> tuple[str, str, str, str]:
    ours, theirs = (said.text if said else "" for said in (found.register, found.others))
    verdict = str(found.verdict)
    if found.verdict == Verdict.NOT_COMPARABLE:
        verdict = f"{verdict}: {ours} against {theirs}"
    return found.measure, ours, theirs, verdict


def _places(joined: Joined) -> str:
    return "; ".join(deal.locator for deal in joined.deals)
