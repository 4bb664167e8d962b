"""Transfers that a figure of an article may belong to, and the one that it plainly belongs to. Pure.

A transfer is preselected only where supplier, recipient and system fit what the figure's paragraph says and
nothing competes: no other transfer fits as well, the paragraph names no other party, system or kind of arms,
and the transfer is not of another time. What the paragraph does not name is taken from the nearest paragraphs
that do. Who supplies whom must be said; that one of the two is named first says nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from transfers.evidence.recognition.statements import (
    RECIPIENT,
    SUPPLIER,
    NamedParty,
    NamedSystem,
    Statement,
)
from transfers.vocabulary.lineage import list_line

SYSTEM = "system"
#: How many paragraphs before and after the figure's own are near; the headline is near everywhere.
REACH = 2
HEADLINE = 1
#: How many years may lie between the dates of a transfer and those of what is said of it.
MOST_YEARS_APART = 2
#: The first year and the last one; None where nothing is dated.
Years = tuple[int, int] | None
OTHERS = {SUPPLIER: RECIPIENT, RECIPIENT: SUPPLIER}


class Verdict(StrEnum):
    """How one feature of a transfer stands to what the article says."""

    FITS = "fits"
    UNSAID = "unsaid"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Option:
    """Transfer by the features that texts name: parties by code, the system by slug."""

    key: str
    supplier: str
    recipient: str
    system: str
    category: str = ""
    description: str = ""
    years: Years = None


@dataclass(frozen=True)
class Fit:
    """Verdict on one feature; `paragraph` says where, 0 if nowhere, and `instead` what is named there."""

    feature: str
    verdict: Verdict
    paragraph: int = 0
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """How a transfer stands to a figure: a verdict on each feature, and what competes with it.

    `place` says how many systems are named nearer to the figure than the transfer's own, `line` holds its
    system and the families of that. `is_exact` tells whether the system itself is named, `is_directed`
    whether it is said who supplies whom, and `is_timely` whether the dates may be of one transfer.
    """

    option: Option
    fits: tuple[Fit, ...]
    rivals: tuple[str, ...]
    place: int
    line: tuple[str, ...]
    is_exact: bool
    is_directed: bool
    is_timely: bool

    @property
    def is_plain(self) -> bool:
        """Return whether nothing competes with the transfer, if all of it fits."""
        return not self.rivals and self.is_directed and self.is_timely

    @property
    def is_complete(self) -> bool:
        return all(fit.verdict == Verdict.FITS for fit in self.fits)

    @property
    def rank(self) -> tuple[int, int, int, bool, str]:
        """Return what orders assessments, the best first."""
        verdicts = [fit.verdict for fit in self.fits]
        counts = verdicts.count(Verdict.CONTRADICTED), -verdicts.count(Verdict.FITS)
        return *counts, self.place, not self.is_exact, self.option.key


@dataclass(frozen=True)
class Passage:
    """What is said around a figure: by its own paragraph and, in `levels`, by others, the nearest first.

    `slugs` are of the systems that the own paragraph names, those nearest to the figure first, and `years`
    those of its dates, or of the article.
    """

    own: Statement
    levels: tuple[tuple[Statement, ...], ...] = ()
    families: Mapping[str, str | None] = field(default_factory=dict)
    slugs: tuple[str, ...] = ()
    years: Years = None

    def list_party_levels(self, others: set[str]) -> Iterator[tuple[Statement, ...]]:
        """Yield the figure's own paragraph, then levels that name a party besides these."""
        yield (self.own,)
        for level in self.levels:
            if any(set(party.codes) - others or not party.codes for party in _list_parties(level)):
                yield level


def list_numbers(number: int) -> set[int]:
    """Return the numbers of the paragraphs that speak of a figure in the paragraph of this number."""
    return {HEADLINE, *range(number - REACH, number + REACH + 1)}


def build_passage(
    statements: Sequence[Statement],
    number: int,
    families: Mapping[str, str | None],
    slugs: Iterable[str] = (),
    years: Years = None,
) -> Passage:
    """Return what is said around the paragraph of this number; the statements are of those near."""
    by_number = {statement.paragraph: statement for statement in statements}
    numbers = [(number - distance, number + distance) for distance in range(1, REACH + 1)]
    if number > HEADLINE + REACH:
        numbers.append((HEADLINE, HEADLINE))
    levels = [tuple(by_number[at] for at in dict.fromkeys(level) if at in by_number) for level in numbers]
    return Passage(
        by_number[number], tuple(level for level in levels if level), families, tuple(slugs), years
    )


def rank_options(passage: Passage, options: Iterable[Option]) -> list[Assessment]:
    """Return an assessment of each transfer, the likeliest first."""
    return sorted((assess(passage, option) for option in options), key=lambda assessed: assessed.rank)


def choose(assessments: Iterable[Assessment]) -> Option | None:
    """Return the one transfer that fits in everything and has no rival, if there is one.

    A transfer of the variant that is named fits better than one of its family.
    """
    complete = [assessed for assessed in assessments if assessed.is_complete]
    families = {family for assessed in complete if assessed.is_exact for family in assessed.line[1:]}
    best = [assessed for assessed in complete if assessed.option.system not in families]
    return best[0].option if len(best) == 1 and best[0].is_plain else None


def assess(passage: Passage, option: Option) -> Assessment:
    """Return how the transfer stands to what is said around the figure."""
    supplier, recipient = (_assess_party(passage, option, role) for role in (SUPPLIER, RECIPIENT))
    system = _assess_system(passage, option)
    fits = (supplier, recipient, system)
    parties = _list_parties([passage.own, *_list_used(passage, supplier, recipient)])
    return Assessment(
        option,
        fits,
        rivals=tuple(dict.fromkeys(_list_rivals(passage, option, parties, system))),
        place=_find_place(passage, option),
        line=tuple(list_line(option.system, passage.families)),
        is_exact=_is_named(passage, option, system.paragraph),
        is_timely=_may_be_of_one_time(passage.years, option.years),
        is_directed=_is_direction_said([parties, *map(_list_parties, passage.levels)], option),
    )


def _is_named(passage: Passage, option: Option, paragraph: int) -> bool:
    """Return whether this paragraph names the transfer's system itself."""
    statements = [passage.own, *(statement for level in passage.levels for statement in level)]
    return any(
        named.slugs == (option.system,)
        for statement in statements
        if statement.paragraph == paragraph
        for named in statement.systems
    )


def _may_be_of_one_time(one: Years, other: Years) -> bool:
    """Return whether two spans of years meet or lie near each other; what has no dates may be of any time."""
    if one is None or other is None:
        return True
    return max(one[0], other[0]) - min(one[1], other[1]) <= MOST_YEARS_APART


def _find_place(passage: Passage, option: Option) -> int:
    """Return how many of the paragraph's systems are named nearer to the figure than the transfer's."""
    related = [_is_related(slug, option, passage.families) for slug in passage.slugs]
    return related.index(True) if True in related else len(related)


def _assess_party(passage: Passage, option: Option, role: str) -> Fit:
    """Return whether the party is named where the figure stands, or near it if no other is named there."""
    code, other = getattr(option, role), getattr(option, OTHERS[role])
    for level in passage.list_party_levels({other}):
        parties = _list_parties(level)
        named = [party for party in parties if code in party.codes]
        if any(party.role == OTHERS[role] for party in named):
            return Fit(
                role, Verdict.CONTRADICTED, named[0].paragraph, (f"{named[0].text}, as {OTHERS[role]}",)
            )
        instead = [party for party in parties if party.role == role and code not in party.codes]
        if not named:
            instead = instead or [
                party for party in parties if other not in party.codes and party.role != OTHERS[role]
            ]
        if instead:
            return Fit(role, Verdict.CONTRADICTED, instead[0].paragraph, _list_names(instead))
        if named:
            return Fit(role, Verdict.FITS, named[0].paragraph)
    return Fit(role, Verdict.UNSAID)


def _assess_system(passage: Passage, option: Option) -> Fit:
    for level in ((passage.own,), *passage.levels):
        systems = [system for statement in level for system in statement.systems]
        if related := [system for system in systems if _is_of_family(system, option, passage.families)]:
            return Fit(SYSTEM, Verdict.FITS, related[0].paragraph)
        if systems:
            return Fit(SYSTEM, Verdict.CONTRADICTED, systems[0].paragraph, _list_names(systems))
        if kinds := _list_other_kinds(level, option):
            return Fit(SYSTEM, Verdict.CONTRADICTED, level[0].paragraph, kinds)
    return Fit(SYSTEM, Verdict.UNSAID)


def _is_of_family(system: NamedSystem, option: Option, families: Mapping[str, str | None]) -> bool:
    """Return whether all that is meant belongs to one line with the transfer's system, up or down."""
    return bool(system.slugs) and all(_is_related(slug, option, families) for slug in system.slugs)


def _is_related(slug: str, option: Option, families: Mapping[str, str | None]) -> bool:
    return slug in list_line(option.system, families) or option.system in list_line(slug, families)


def _list_used(passage: Passage, *fits: Fit) -> list[Statement]:
    """Return the statements of the levels that these verdicts rest on, without the figure's own."""
    paragraphs = {fit.paragraph for fit in fits}
    levels = [level for level in passage.levels if paragraphs & {statement.paragraph for statement in level}]
    return [statement for level in levels for statement in level]


def _list_rivals(
    passage: Passage, option: Option, parties: Iterable[NamedParty], system: Fit
) -> Iterator[str]:
    """Yield what the paragraphs that the verdicts rest on name besides the transfer's own features."""
    for party in parties:
        if not party.codes or not set(party.codes) <= {option.supplier, option.recipient}:
            yield party.text
        elif len(party.codes) > 1:
            yield f"{party.text}, which may be either party"
    for statement in [passage.own, *_list_used(passage, system)]:
        for named in statement.systems:
            if not _is_of_family(named, option, passage.families):
                yield named.text
    yield from _list_other_kinds([passage.own], option)


def _is_direction_said(levels: Iterable[list[NamedParty]], option: Option) -> bool:
    """Return whether the first level that says what either party does says that they do so."""
    expected = {(option.supplier, SUPPLIER), (option.recipient, RECIPIENT)}
    codes = {option.supplier, option.recipient}
    for parties in levels:
        roles = {(code, party.role) for party in parties for code in party.codes if party.role in OTHERS}
        if any(code in codes for code, _ in roles):
            return roles <= expected
    return False


def _list_other_kinds(level: Iterable[Statement], option: Option) -> tuple[str, ...]:
    """Return the kinds of arms that are named and that the transfer's system is not of."""
    named = {kind for statement in level for kind in statement.kinds}
    return tuple(
        sorted(
            noun or category.replace("_", " ")
            for category, noun in named
            if (option.category and category != option.category)
            or (noun and option.description and not _is_described_as(noun, option.description.lower()))
        )
    )


def _is_described_as(noun: str, description: str) -> bool:
    return any(word in description for word in (noun, *_SYNONYMS.get(noun, ())))


#: What descriptions of systems call the kinds of arms that articles name.
_SYNONYMS = {
    "fighter": ("combat", "strike", "multirole", "multi-role"),
    "drone": ("uav", "unmanned"),
    "howitzer": ("gun", "self-propelled"),
}


def _list_parties(level: Iterable[Statement]) -> list[NamedParty]:
    return [party for statement in dict.fromkeys(level) for party in statement.parties]


def _list_names(named: Iterable[NamedParty] | Iterable[NamedSystem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.text for name in named))
