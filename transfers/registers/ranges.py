"""Years that a register's numbers delivered are of, and what deals of two ranges have in common. Pure.

A file says which years its numbers are of, or the user does. A file that does not say it is believed to be of
all years, unless its numbers delivered are below those ordered more often than a whole register's are.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from transfers.publication.periods import BEGINNING

from .reading.records import Deal, Register

#: What is asked for, where a file leaves its years open.
ALL = "all"
HINT = "such as 2020-2022, or all"
ASK = f"Give the years that its numbers delivered are of, {HINT}."
#: The fields of a deal that are limited to the years of its file.
DELIVERY_FIELDS = frozenset(
    {"delivered", "delivered_uncertain", "delivery_years", "delivery_years_uncertain", "tiv_delivered"}
)
#: What a file of any years says alike of an order.
ORDER_FIELDS = frozenset(
    {
        "year",
        "year_uncertain",
        "ordered",
        "ordered_uncertain",
        "condition",
        "comments",
        "tiv_unit",
        "tiv_ordered",
    }
)
#: Of a whole register's deals of some years ago 10 to 20 in a hundred have fewer delivered than ordered (of
#: invented ones up to 26), of a file of three years well over half. A third lies between.
USUAL_SHARE = 1 / 3
#: Share of a file's deals that must be known, where only those can tell that it lacks no years.
KNOWN_SHARE = 1 / 2
#: One deal alone says nothing of a share.
FEWEST = 2
#: A deal of so many years before the file's newest year should have been delivered.
CLOSED_AFTER = 4
#: A year's deliveries come out in March of the next year; a file made before April may not have them.
FIRST_MONTH = 4
_NEVER = 9999
_GIVEN = re.compile(r"([12]\d{3})(?:\s*[-–/]\s*([12]\d{3}))?", re.ASCII)


class YearsUnknown(Exception):
    """A file that leaves open which years its numbers are of; the text asks for them."""


class Years(NamedTuple):
    """Years that numbers delivered are limited to; None: open. With two open ends they are of the whole."""

    first: int | None = None
    last: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.first is None and self.last is None

    @property
    def period(self) -> str:
        """Return the years as EDTF; empty for the whole."""
        if self.is_whole:
            return ""
        if self.first == self.last:
            return f"{self.first:04}"
        return "/".join(".." if year is None else f"{year:04}" for year in self)

    def meets(self, other: "Years") -> bool:
        """Return whether some year is in both."""
        starts, ends = (self.first or 0, other.first or 0), (self.last or _NEVER, other.last or _NEVER)
        return max(starts) <= min(ends)

    def __contains__(self, year: object) -> bool:
        return isinstance(year, int) and (self.first or 0) <= year <= (self.last or year)

    def __str__(self) -> str:
        if self.is_whole:
            return "all years"
        if self.first is None or self.last is None:
            return f"until {self.last}" if self.first is None else f"from {self.first}"
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


WHOLE = Years()


def parse_years(text: str) -> Years:
    """Return the years that a user gives; raise YearsUnknown for what is none."""
    if text.strip().casefold() == ALL:
        return WHOLE
    match = _GIVEN.fullmatch(text.strip())
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        raise YearsUnknown(f"{text[:40]!r} is not a range of years {HINT}.")
    return Years(first, last)


def get_years(register: Register, given: str = "") -> Years:
    """Return the years that the register's numbers delivered are of; raise YearsUnknown where nobody says."""
    is_named = register.first_year is not None or register.last_year is not None
    if not register.states_range or (register.is_limited and not is_named):
        if not given:
            doubt = _explain_doubt(register)
            if doubt:
                raise YearsUnknown(f"{doubt} {ASK}")
            return WHOLE
        years = parse_years(given)
        return WHOLE if _reaches_all(years, register) else years
    return get_stated_years(register)


def get_stated_years(register: Register) -> Years:
    """Return the years that the file names as those of its numbers delivered; all where it names none."""
    years = Years(register.first_year, register.last_year) if register.is_limited else WHOLE
    return WHOLE if _reaches_all(years, register) else years


def _reaches_all(years: Years, register: Register) -> bool:
    """Return whether the years leave nothing out: from the register's first to the newest it can have."""
    is_open = years.last is None or (
        register.generated is not None and years.last >= _get_newest_year(register)
    )
    return is_open and (years.first or BEGINNING) <= BEGINNING


def _get_newest_year(register: Register) -> int:
    """Return the newest year that the file can have deliveries of."""
    if moment := register.generated:
        return moment.year - (1 if moment.month >= FIRST_MONTH else 2)
    years = (year for deal in register.deals for year in (deal.year, *deal.delivery_years) if year)
    return max(years, default=_NEVER)


def _explain_doubt(register: Register) -> str:
    """Return why the numbers of a file that names no years may be of some only; empty: they need not be."""
    if register.is_limited:
        return "The file says that its numbers delivered are of some years only, but not of which."
    if register.header_names_range:
        return "The heading says that its numbers delivered are those of a range of years, but not of which."
    newest = _get_newest_year(register)
    closed = [
        deal for deal in register.deals if deal.ordered and deal.year and deal.year <= newest - CLOSED_AFTER
    ]
    below = [deal for deal in closed if deal.delivered is not None and deal.delivered < (deal.ordered or 0)]
    if not is_unusual(len(below), len(closed)):
        return ""
    return (
        f"The file does not say which years it covers, and of its {len(closed):,} deals ordered until"
        f" {newest - CLOSED_AFTER} {len(below):,} have fewer delivered than ordered, more than usual."
    )


def is_unusual(number: int, total: int, fewest: int = FEWEST) -> bool:
    """Return whether so many deals of all tell that a register lacks years."""
    return number >= fewest and number >= USUAL_SHARE * total


def explain_doubt_by_known(register: Register, pairs: Sequence[tuple[Deal, Deal]]) -> str:
    """Return why a file that names no years may be of some only, by deals of it that are known; or nothing.

    `pairs` are of deals as an edition before states them, and as the file does. Deliveries that are lost
    beyond the file's first or last year tell more than others. A file without orders says nothing by itself.
    """
    number = len(pairs)
    lost = [before for before, deal in pairs if loses_years(before, deal)]
    years = [year for deal in register.deals for year in deal.delivery_years] or [0]
    beyond = [
        one for one in lost if min(one.delivery_years) < min(years) or max(one.delivery_years) > max(years)
    ]
    if beyond or is_unusual(len(lost), number, fewest=1):
        return (
            f"The file does not say which years it covers, and {len(lost):,} of {number:,} deals that were"
            " imported before have fewer delivered, in fewer years."
        )
    if not any(deal.ordered for deal in register.deals) and number < KNOWN_SHARE * len(register.deals):
        return (
            "The file does not say which years it covers. It states no orders that would tell, and only"
            f" {number:,} of its {len(register.deals):,} deals were imported before."
        )
    return ""


def loses_years(before: Deal, deal: Deal) -> bool:
    """Return whether fewer were delivered, in some of the years alone, than an edition before has."""
    if not deal.delivered or deal.delivered == deal.ordered or deal.delivered >= (before.delivered or 0):
        return False
    return set(deal.delivery_years) < set(before.delivery_years)


def without_deliveries(deal: Deal) -> Deal:
    """Return the deal as its order alone describes it."""
    return replace(
        deal,
        delivered=None,
        delivered_uncertain=False,
        delivery_years=(),
        delivery_years_uncertain=False,
        tiv_delivered=None,
        deliveries=(),
    )


def with_deliveries_of(deal: Deal, other: Deal) -> Deal:
    """Return the deal with the other's deliveries."""
    stated = {name: getattr(other, name) for name in DELIVERY_FIELDS}
    return replace(deal, **stated, deliveries=other.deliveries)


def limit(deal: Deal, years: Years) -> Deal:
    """Return what the deal, of the whole, says of these years: when it was delivered, and not how many."""
    within = tuple(year for year in deal.delivery_years if year in years)
    return replace(without_deliveries(deal), delivery_years=within)
