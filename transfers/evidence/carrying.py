"""Whether the words of an excerpt carry the figure of the claim that they are quoted for. Pure.

A program reads digits, English number words, sums of money and dates. What it cannot read in the words it
reports, so that a person looks again.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transfers.vocabulary import dates, edtf, hindsight

from . import english


@dataclass(frozen=True)
class Figure:
    """Figure of a claim. `measure` is the register's: quantity_ordered, date_agreed, deal_value."""

    measure: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str = ""
    date: str = ""
    as_of: str = ""


def list_figure_faults(excerpt: str, figure: Figure, published: str) -> Iterator[tuple[str, str]]:
    """Yield field and fault where the excerpt's own words do not carry the figure.

    `published`: when the source was, EDTF; relative words are read from there.
    """
    days = [day for day in edtf.bounds(published) if day]  # the first and the last, if known
    rest = dates.find_dates(excerpt, days[0])[1]
    if figure.measure.startswith("date_"):
        yield from _check_date(excerpt, "date", figure.date, days)
        for number in sorted(english.find_digits(rest) - set(map(Decimal, dates.find_years(rest)))):
            yield "excerpt", f"the excerpt prints {number}, which is no part of the date"
    elif figure.measure == "deal_value":
        yield from _check_amounts(figure, english.find_money(rest))
    else:
        yield from _check_amounts(figure, {(number, "") for number in english.find_numbers(rest)})
    if figure.as_of:
        yield from _check_date(excerpt, "as_of", figure.as_of, days)


def list_later_dates(figure: Figure, published: str, note: str) -> Iterator[tuple[str, str]]:
    """Yield field and fault where a date is later than the source that tells it as past."""
    for field, text in (("date", figure.date), ("as_of", figure.as_of)):
        if fault := hindsight.find_fault(figure.measure, text, published, note=note):
            yield field, fault


def _check_amounts(figure: Figure, printed: set[tuple[Decimal, str]]) -> Iterator[tuple[str, str]]:
    for end, value in {"maximum": figure.maximum, "minimum": figure.minimum}.items():
        if value is not None and (value, figure.currency) not in printed:
            text = f"{value:f} {figure.currency}".strip()
            yield end, f"the excerpt does not print {text}"
            return


def _check_date(excerpt: str, field: str, text: str, days: Iterable[date]) -> Iterator[tuple[str, str]]:
    """Yield a fault unless the words, seen from one of the days of publication, give the date's ends."""
    ends = {end.rstrip("?~%") for end in re.split(r"[/{},]", text)} - {"", ".."}
    printed_dates = [dates.find_dates(excerpt, day)[0] for day in days]
    if ends not in printed_dates:
        printed = " and ".join(sorted(printed_dates[0])) or "no date that the check can read"
        yield field, f"{field} is {text}, but the words of the excerpt give {printed}"
