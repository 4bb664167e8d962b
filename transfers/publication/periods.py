"""Figures that are limited to some years, added up to the whole. Pure: no database and no Django.

A register's file may be limited to some years: what it says was delivered was delivered in these years. Parts
of one register that have no year in common add up. They are the whole where they follow each other without a
gap from the start to the newest year; otherwise the whole is at least what the best of them make together.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from transfers.vocabulary import edtf

from .claim import Range

#: Register's first year, where a deal has no year of order.
BEGINNING = 1950
#: A register of one year holds the deliveries until the year before, and such a file is downloaded for some
#: time after a newer one is out: parts that end this many years before the file's date reach the newest year.
LAG = 3
#: Last year that a date can have; an open period ends after it.
LATEST = 9998
_OPEN = 9999


class Span(NamedTuple):
    """Years that a figure is limited to, both included."""

    first: int
    last: int


class Total(NamedTuple):
    """Sum of parts, and whether it is the whole."""

    range: Range
    is_whole: bool


def parse_span(period: str) -> Span:
    """Return the years of a period, EDTF; an open end reaches as far as years go."""
    earliest, latest = edtf.bounds(period)
    return Span(earliest.year if earliest else 0, latest.year if latest else _OPEN)


def get_newest_year(published: Iterable[str]) -> int:
    """Return the year that parts must reach to be the whole, by the dates when they were published."""
    days = [earliest or latest for earliest, latest in map(edtf.bounds, published)]
    return max((day.year for day in days if day), default=_OPEN) - LAG


def add_up(parts: Mapping[Span, Range], start: int, newest: int) -> Total:
    """Return what the parts make together: the whole, or else a minimum."""
    least = _get_least(parts)
    totals = _sum_chains(parts, start)
    last = max(totals, default=0)
    if last >= newest:
        bottom, top = totals[last]
        if top is None or top >= least:
            return Total((bottom, top), True)
    return Total((least, None), False)


def _sum_chains(parts: Mapping[Span, Range], start: int) -> dict[int, Range]:
    """Return sums of parts that follow each other from the start, by the last year that they reach."""
    totals: dict[int, Range] = {}
    for span in sorted(parts):
        if span.first <= start or span.first - 1 in totals:
            total = _add(totals.get(span.first - 1, (0, 0)), parts[span])
            totals[span.last] = _widen(totals.get(span.last, total), total)
    return totals


def _add(one: Range, other: Range) -> Range:
    is_open = one[1] is None or other[1] is None
    return _sum(one[0], other[0]), None if is_open else _sum(one[1] or 0, other[1] or 0)


def _sum(one: float, other: float) -> float:
    """Return the sum to a thousandth, as figures are stored: floats do not add up exactly."""
    return round(one + other, 3)


def _widen(one: Range, other: Range) -> Range:
    is_open = one[1] is None or other[1] is None
    return min(one[0], other[0]), None if is_open else max(one[1] or 0, other[1] or 0)


def _get_least(parts: Mapping[Span, Range]) -> float:
    """Return the largest sum of minimums of parts that have no year in common."""
    spans = sorted(parts, key=lambda span: span.last)
    lasts = [span.last for span in spans]
    sums: list[float] = [0]
    for span in spans:
        before = bisect_left(lasts, span.first)
        sums.append(max(sums[-1], _sum(sums[before], parts[span][0])))
    return sums[-1]


def join_dates(texts: Iterable[str], spans: Iterable[Span], start: int, newest: int) -> str | None:
    """Return when parts that are not the whole say it was; an end that no part reaches stays open."""
    envelope, spans = edtf.envelope(texts), list(spans)
    earliest, latest = edtf.bounds(envelope) if envelope else (None, None)
    is_started = any(span.first <= start for span in spans)
    is_ended = any(span.last >= newest for span in spans)
    first = f"{earliest.year:04}" if is_started and earliest else ".."
    last = f"{latest.year:04}" if is_ended and latest else ".."
    return None if first == last == ".." else f"{first}/{last}"


def unite_dates(texts: Iterable[str]) -> str | None:
    """Return all that the dates allow: of years a list as the register has it, else the envelope."""
    texts = list(texts)
    years: dict[int, str] = {}
    for text in texts:
        listed = _list_years(text)
        if listed is None:
            return edtf.envelope(texts)
        years |= {year: mark for year, mark in listed.items() if mark or year not in years}
    return format_years(tuple(sorted(years)), {year for year, mark in years.items() if mark})


def _list_years(text: str) -> dict[int, str] | None:
    """Return the years of a date with their marks; None for one that is not of years alone."""
    if _is_run(text):
        first, last = text.split("/")
        between = dict.fromkeys(range(int(first[:4]), int(last[:4]) + 1), "")
        return between | {int(first[:4]): first[4:], int(last[:4]): last[4:]}
    members = text.strip("{}").split(",")
    return {int(year[:4]): year[4:] for year in members} if all(map(_is_year, members)) else None


_is_run = re.compile(r"[0-9]{4}\??/[0-9]{4}\??").fullmatch
_is_year = re.compile(r"[0-9]{4}\??").fullmatch


def format_years(years: tuple[int, ...], uncertain: Container[int | None]) -> str | None:
    """Return sorted years as EDTF: one year, a run as an interval, others as a set, each with its mark.

    A set too long for its field becomes the interval from its first year to its last.
    """
    texts = [f"{year:04}{'?' if year in uncertain else ''}" for year in years]
    if len(texts) < 2:
        return texts[0] if texts else None
    listed = f"{{{','.join(texts)}}}"
    if years[-1] - years[0] == len(years) - 1 or len(listed) > edtf.LONGEST:
        return f"{texts[0]}/{texts[-1]}"
    return listed
