"""Transfers that a marked figure may belong to by the names around it, and what a new one may be."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, prefetch_related_objects

from transfers.curation import candidates, keys
from transfers.curation.candidates import Assessment, Fit, Option, Verdict
from transfers.evidence.recognition.marks import DATE, MONEY, SYSTEM, Mark
from transfers.evidence.recognition.statements import RECIPIENT, SUPPLIER, read_statements
from transfers.models import ArticleText, Party, System, Transfer

from .recorded import describe_figure

MOST_TRANSFERS = 8
#: The claims of a transfer that are of the same kind as a figure; quantities otherwise.
_CLAIMS = {DATE: "dates", MONEY: "valuations"}
_SIGNS = {Verdict.FITS: "✓", Verdict.CONTRADICTED: "✗", Verdict.UNSAID: "?"}


@dataclass(frozen=True)
class Feature:
    """Verdict on one feature of a transfer, in words."""

    name: str
    value: str
    verdict: str
    sign: str
    remark: str


@dataclass(frozen=True)
class Candidate:
    """Transfer that the figure may belong to: how it fits, its state, and what it holds of this kind."""

    transfer: Transfer
    features: tuple[Feature, ...]
    doubt: str
    figures: str

    @property
    def is_likely(self) -> bool:
        return all(feature.verdict != Verdict.CONTRADICTED for feature in self.features)


class NearbyTransfers:
    """Transfers by the parties and systems that are named around a figure."""

    def __init__(self, article: ArticleText, mark: Mark, marks: list[Mark]) -> None:
        self.article, self.mark = article, mark
        statements = read_statements(article.text, marks, candidates.list_numbers(mark.paragraph))
        passage = candidates.build_passage(statements, mark.paragraph, {})
        around = [passage.own, *(statement for level in passage.levels for statement in level)]
        parties = [party for statement in around for party in statement.parties]
        self.codes = list(dict.fromkeys(code for party in parties for code in party.codes))
        self.slugs = list(
            dict.fromkeys(
                slug for statement in around for system in statement.systems for slug in system.slugs
            )
        )
        self.roles = {code: party.role for party in reversed(parties) if party.role for code in party.codes}
        self.families = load_families(self.slugs)
        nearest = _list_nearest_systems(mark, marks)
        dates = [
            other.value[0] for other in marks if other.kind == DATE and other.paragraph == mark.paragraph
        ]
        years = keys.find_years(dates or [article.source.published])
        self.passage = candidates.build_passage(statements, mark.paragraph, self.families, nearest, years)

    @cached_property
    def _assessments(self) -> list[tuple[Assessment, Transfer]]:
        """Return transfers of two parties named, or of one and a system named, the likeliest first."""
        either = Q(supplier__code__in=self.codes) | Q(recipient__code__in=self.codes)
        both = Q(supplier__code__in=self.codes, recipient__code__in=self.codes)
        wanted = both | either & Q(system__slug__in=self.families)
        stored = Transfer.objects.with_names().prefetch_related("dates").filter(wanted)
        transfers = {transfer.key: transfer for transfer in stored}
        options = [_build_option(transfer) for transfer in transfers.values()]
        ranked = candidates.rank_options(self.passage, options)
        return [(assessed, transfers[assessed.option.key]) for assessed in ranked]

    @property
    def preselected(self) -> Transfer | None:
        """Return the one transfer that everything near the figure fits, if there is one."""
        option = candidates.choose(assessed for assessed, _ in self._assessments)
        return next((transfer for assessed, transfer in self._assessments if assessed.option is option), None)

    def list_candidates(self) -> list[Candidate]:
        claims = _CLAIMS.get(self.mark.kind, "quantities")
        ranked = self._assessments[:MOST_TRANSFERS]
        prefetch_related_objects([transfer for _, transfer in ranked], claims)
        return [
            Candidate(
                transfer,
                tuple(
                    _describe(fit, getattr(transfer, fit.feature), self.mark.paragraph)
                    for fit in assessed.fits
                ),
                _describe_doubt(assessed),
                ", ".join(dict.fromkeys(map(describe_figure, getattr(transfer, claims).all()))),
            )
            for assessed, transfer in ranked
        ]

    def propose_transfer(self) -> dict[str, Any]:
        """Return values for a new transfer; whoever no word makes supplier or recipient is so by habit."""
        codes = sorted(self.codes, key=lambda code: code.startswith("X-"))  # alliances rarely trade
        parties = list(Party.objects.filter(code__in=codes[:2]))
        parties.sort(key=lambda party: (self._rank_as_supplier(party), -party.supplied.count(), party.name))
        nearest = [*self.passage.slugs, *self.slugs][:1]
        system = System.objects.filter(slug__in=nearest).first()
        values: dict[str, Any] = dict(zip((SUPPLIER, RECIPIENT), parties, strict=False))
        if len(parties) == 1 and self.roles.get(parties[0].code) == RECIPIENT:
            values = {RECIPIENT: parties[0]}
        values["system"] = system
        if system and len(parties) == 2:
            supplier, recipient = (party.code for party in parties)
            values["key"] = keys.propose(supplier, recipient, system.slug, self.get_year())
        return values

    def _rank_as_supplier(self, party: Party) -> int:
        return {SUPPLIER: 0, RECIPIENT: 2}.get(self.roles.get(party.code, ""), 1)

    def get_year(self) -> int | None:
        """Return the year of the marked date, or that in which the article was published."""
        return keys.find_year(
            [self.mark.value[0] if self.mark.kind == DATE else self.article.source.published]
        )


def _list_nearest_systems(mark: Mark, marks: list[Mark]) -> list[str]:
    """Return the slugs of the systems in the figure's paragraph, those nearest to the figure first."""
    systems = [other for other in marks if other.kind == SYSTEM and other.paragraph == mark.paragraph]
    systems.sort(key=lambda other: abs(other.start - mark.start))
    return list(dict.fromkeys(slug for other in systems for slug in other.value))


def load_families(slugs: list[str]) -> dict[str, str | None]:
    """Return the families of these systems and of all their variants, by slug; in a query a generation."""
    families: dict[str, str | None] = {}
    for field, end in (("slug__in", 1), ("variant_of__slug__in", 0)):
        wanted, visited = set(slugs), set()
        while wanted:
            visited |= wanted
            pairs = list(System.objects.filter(**{field: wanted}).values_list("slug", "variant_of__slug"))
            families |= dict(pairs)
            wanted = {pair[end] for pair in pairs if pair[end]} - visited
    return families


def _build_option(transfer: Transfer) -> Option:
    return Option(
        transfer.key,
        transfer.supplier.code,
        transfer.recipient.code,
        transfer.system.slug,
        transfer.system.category,
        transfer.system.description,
        keys.find_years(claim.date for claim in transfer.dates.all()),
    )


def _describe_doubt(assessed: Assessment) -> str:
    """Return what keeps a transfer that fits in everything from being plainly meant."""
    if not assessed.is_complete:
        return ""
    if assessed.rivals:
        return f"but {', '.join(assessed.rivals)} is named as well"
    if not assessed.is_directed:
        return "but nothing says who supplies whom"
    years = assessed.option.years
    return "" if assessed.is_timely or not years else f"but its dates are {years[0]} to {years[1]}"


def _describe(fit: Fit, record: Any, own: int) -> Feature:
    """Return the verdict in words, such as `recipient Kazakhstan ✗ – ¶2 says Serbia`."""
    remark = {
        Verdict.FITS: f"¶{fit.paragraph}" if fit.paragraph != own else "",
        Verdict.CONTRADICTED: f"¶{fit.paragraph} says {', '.join(fit.instead)}",
        Verdict.UNSAID: "not named near the figure",
    }[fit.verdict]
    return Feature(fit.feature, str(record), str(fit.verdict), _SIGNS[fit.verdict], remark)
