"""What of a transfer was delivered when. Pure: no database and no Django.

Each period says how much arrived within it, at least and at most. The periods of a transfer share no
delivery, so their numbers add up to what its row says was delivered. Three kinds of statement tell of them,
and the first that makes the row's number counts:

* a register states numbers year by year, or the years of what it counts: stated;
* counts of several dates: what one count has more than the one before came between the two: bounded;
* otherwise all of it came at some time that the sources allow: bounded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from transfers.vocabulary import edtf
from transfers.vocabulary.measures import Basis
from transfers.vocabulary.splits import parse_split

from .agreement import lies_within, settle
from .claim import Claim, Range, get_envelope, get_top, is_later

COUNT, DATE, TIV = "quantity_delivered", "date_delivered", "tiv_delivered"
NOTHING: Range = (0, 0)


@dataclass(frozen=True)
class Period:
    """How much was delivered within a date, EDTF or None if none is known; a range of None: not stated."""

    date: str | None
    number: Range | None
    tiv: Range | None
    basis: str
    claims: tuple[str, ...]


def list_periods(row: dict[str, Any], newest: Sequence[Claim], combined: Iterable[Claim]) -> list[Period]:
    """Return the periods of a transfer, in the order of their dates.

    `newest` are the claims that no later edition revises, `combined` what they say of the whole.
    """
    number = _get_number(row)
    tiv = _get_tiv([claim for claim in combined if claim.measure == TIV])
    told = [claim for claim in newest if claim.measure in (DATE, TIV) or _counts(claim, row["unit"])]
    if row["kind"] == "deployment" or not told or number == NOTHING or (number is None and tiv == NOTHING):
        return []
    course = _Course(told, number, row)
    stated = course.list_stated()
    periods = stated or course.list_steps() or course.list_whole()
    is_part = bool(stated) and number is not None and number[1] is None
    if len(periods) == 1 and not is_part:
        periods = [replace(periods[0], number=number, tiv=tiv)]
    elif not _makes(tiv, [period.tiv for period in periods]):
        some = None if tiv is None else (0, tiv[1])
        periods = [replace(period, tiv=some) for period in periods]
    if is_part:  # what came at times that a register of some years does not tell of
        rest = (0, None) if tiv and tiv[1] is None else None
        periods = [*periods, Period(None, (0, None), rest, Basis.BOUNDED, ())]
    return sorted(periods, key=_get_place)


def _get_number(row: dict[str, Any]) -> Range | None:
    bottom = row["quantity_delivered_min"]
    return None if bottom is None else (bottom, row["quantity_delivered_max"])


def _get_tiv(claims: list[Claim]) -> Range | None:
    return get_envelope(settle(claims)[0]) if claims else None


def _counts(claim: Claim, unit: str | None) -> bool:
    return claim.measure == COUNT and claim.unit == unit


def _makes(total: Range | None, parts: Iterable[Range | None]) -> bool:
    """Return whether the parts add up to the total, of which the greatest may be open."""
    added = _add_all(parts)
    return added is not None and total is not None and (added == total or (added[0], None) == total)


def _add_all(ranges: Iterable[Range | None]) -> Range | None:
    """Return the sum of the ranges; None where one of them is not stated."""
    bottom, top = 0.0, 0.0
    for each in ranges:
        if each is None or each[1] is None:
            return None
        bottom, top = round(bottom + each[0], 3), round(top + each[1], 3)
    return bottom, top


def _get_place(period: Period) -> tuple[date, date, str]:
    first, last = edtf.bounds(period.date) if period.date else (None, None)
    return first or date.min if period.date else date.max, last or date.max, period.date or ""


@dataclass(frozen=True)
class _Course:
    """What is claimed of a transfer's deliveries, the number of its row, and the row."""

    claims: list[Claim]
    number: Range | None
    row: dict[str, Any]

    @property
    def is_disputed(self) -> bool:
        """Return whether sources differ on when it was."""
        return DATE in self.row["disputed"]

    def list_stated(self) -> list[Period]:
        """Return what one register states of the years, if that makes the number.

        One that states years one by one counts first, then one whose dates are the narrowest.
        """
        registers: dict[tuple[str, str], list[Claim]] = {}
        for claim in self.claims:
            registers.setdefault((claim.story, claim.publisher), []).append(claim)
        found = []
        for name, stated in registers.items():
            if self.is_disputed and not any(claim.preferred for claim in stated):
                continue
            periods = _join_periods(list(_list_of_register(stated)))
            if periods and _makes(self.number, [period.number for period in periods]):
                bounds = _get_bounds(period.date for period in periods)
                if self._holds_dates(bounds):
                    split = any(claim.by_year for claim in stated)
                    found.append((not split, _get_length(bounds), name, periods))
        return min(found, key=itemgetter(0, 1, 2))[3] if found else []

    def _holds_dates(self, bounds: edtf.Bounds) -> bool:
        """Return whether dates hold those of the row, so that none of its deliveries came at another time.

        What a register of some years states is of these years, whatever came before and after.
        """
        if self.number is None or self.number[1] is None:
            return True
        row = self.row[f"{DATE}_earliest"], self.row[f"{DATE}_latest"]
        return row == (None, None) or lies_within(row, bounds)

    def list_steps(self) -> list[Period]:
        """Return what came between counts of several dates, if the last of them is the number."""
        counts = _get_same(self.claims, COUNT)
        points = [] if any(claim.period or claim.part for claim in counts) else _list_points(counts)
        if not points or points[-1].range != self.number or not _is_rising(points):
            return []
        tivs = tuple(claim.claim for claim in _get_same(self.claims, TIV))
        before, is_only = _Point(NOTHING, self.row["date_agreed_earliest"], None, []), len(points) == 1
        periods = []
        for point in points:
            came = _subtract(point.range, before.range)
            own = "" if before.counts else self._find_own_date(point, is_only=is_only)
            if is_only and not own and _get_same(self.claims, DATE):
                return []
            when = own or _format_span(before.first, point.last)
            used = tuple(claim.claim for claim in (*before.counts, *point.counts))
            if came != NOTHING:
                basis = Basis.STATED if own else Basis.BOUNDED
                periods.append(Period(when, came, None, basis, (*used, *tivs)))
            before = point
        return periods

    def _find_own_date(self, point: "_Point", *, is_only: bool) -> str:
        """Return when the first counted came, as those say who count it, unless others say otherwise."""
        stories = {count.story for count in point.counts}
        own = [claim.date or "" for claim in _get_same(self.claims, DATE) if claim.story in stories]
        if self.is_disputed or not (when := edtf.envelope(own)):
            return ""
        first, last = edtf.bounds(when)
        starts, ends = self.row[f"{DATE}_earliest"], self.row[f"{DATE}_latest"]
        is_first = first is None or (starts is not None and first <= starts)
        is_all = not is_only or last is None or (ends is not None and ends <= last)
        is_before = first is None or point.last is None or first <= point.last
        if not (is_first and is_all and is_before):
            return ""
        return when if last else _format_span(first, point.last) or ""

    def list_whole(self) -> list[Period]:
        """Return one period: when all sources together allow that it came."""
        counts, dates = _get_same(self.claims, COUNT), _get_same(self.claims, DATE)
        dated = {claim.story for claim in dates}
        when = edtf.envelope(claim.date or "" for claim in dates)
        if not all(claim.story in dated for claim in counts):
            texts = [claim.date or "" for claim in dates] + [_get_when(claim) for claim in counts]
            lasts = [edtf.bounds(text)[1] for text in texts]
            last = None if None in lasts else max(last for last in lasts if last)
            when = _format_span(self.row["date_agreed_earliest"], last)
        return [Period(when, None, None, Basis.BOUNDED, tuple(claim.claim for claim in self.claims))]


def _get_bounds(dates: Iterable[str | None]) -> edtf.Bounds:
    """Return the first and the last day of all the dates, None for an open end or where one is not known."""
    firsts, lasts = zip(*(edtf.bounds(date) if date else (None, None) for date in dates), strict=True)
    return None if None in firsts else min(firsts), None if None in lasts else max(lasts)


def _get_length(bounds: edtf.Bounds) -> int:
    return ((bounds[1] or date.max) - (bounds[0] or date.min)).days


def _list_of_register(claims: Sequence[Claim]) -> Iterator[Period]:
    """Yield the periods of each part and each limited time of a register; one without a number has None."""

    def get_piece(claim: Claim) -> tuple[str, str]:
        return claim.part or "", claim.period or ""

    for (_, limit), piece in groupby(sorted(claims, key=get_piece), get_piece):
        stated = list(piece)
        counts, dates, tivs = (_get_same(stated, measure) for measure in (COUNT, DATE, TIV))
        if not counts or counts[0].as_of or any(claim.range != counts[0].range for claim in counts):
            yield Period(None, None, None, Basis.STATED, ())
        elif counts[0].by_year:
            yield from _list_shares(counts[0], tivs)
        elif counts[0].range != NOTHING:
            when = [claim.date or "" for claim in dates] or ([limit] if limit else [])
            used = tuple(claim.claim for claim in (*counts, *dates, *tivs))
            tiv = get_envelope(tivs) if tivs else None
            is_dated = bool(dates or limit)
            date_ = edtf.envelope(when) if is_dated else None
            yield Period(date_, counts[0].range if date_ else None, tiv, Basis.STATED, used)


def _get_same(claims: Iterable[Claim], measure: str) -> list[Claim]:
    return [claim for claim in claims if claim.measure == measure]


def _list_shares(count: Claim, tivs: Sequence[Claim]) -> Iterator[Period]:
    """Yield a period for each year that the register states by itself."""
    tiv = tivs[0] if len(tivs) == 1 and tivs[0].by_year else None
    shares = dict(parse_split(tiv.by_year)) if tiv and tiv.by_year else {}
    used = (count.claim, tiv.claim) if tiv else (count.claim,)
    for year, number in parse_split(count.by_year or ""):
        of_year = float(shares[year]) if year in shares else None
        value = None if of_year is None else (of_year, of_year)
        if number or of_year:
            yield Period(year, (int(number), int(number)), value, Basis.STATED, used)


def _join_periods(periods: Iterable[Period]) -> list[Period]:
    """Return one period for each date: several deals of a register may have the same years."""
    joined: dict[str | None, Period] = {}
    for period in periods:
        before = joined.get(period.date)
        if before is not None:
            number, tiv = _add_all((before.number, period.number)), _add_all((before.tiv, period.tiv))
            used = tuple(dict.fromkeys((*before.claims, *period.claims)))
            period = replace(period, number=number, tiv=tiv, claims=used)
        joined[period.date] = period
    return list(joined.values())


@dataclass
class _Point:
    """A cumulative count and the days that it may speak of; counts that are not told apart are one."""

    range: Range
    first: date | None
    last: date | None
    counts: list[Claim]


def _list_points(counts: Iterable[Claim]) -> list[_Point]:
    """Return the counts in the order of their dates, each later for certain than the one before, and more."""
    points: list[_Point] = []
    last = ""
    for claim in sorted(counts, key=_get_day):
        when = _get_when(claim)
        first, latest = edtf.bounds(when)
        if not points or (is_later(when, last) and points[-1].range != claim.range):
            points.append(_Point(claim.range, first, latest, [claim]))
        else:
            known = points[-1]
            known.counts.append(claim)
            if not is_later(when, last):
                known.range, known.last = get_envelope(known.counts), latest
        last = when
    return points


def _get_when(claim: Claim) -> str:
    return claim.as_of or claim.published


def _get_day(claim: Claim) -> tuple[date, date, str]:
    first, last = edtf.bounds(_get_when(claim))
    return last or date.max, first or date.min, claim.claim


def _is_rising(points: Sequence[_Point]) -> bool:
    ends = [(point.range[0], get_top(point.range)) for point in points]
    return all(old[0] <= new[0] and old[1] <= new[1] for old, new in pairwise(ends))


def _subtract(count: Range, before: Range) -> Range:
    """Return how much the count has more than the one before."""
    least = 0 if before[1] is None else max(count[0] - before[1], 0)
    return least, None if count[1] is None else count[1] - before[0]


def _format_span(first: date | None, last: date | None) -> str | None:
    """Return the days between two, both included, as EDTF, as coarse as they are; None for any time."""
    if first and last and first > last:
        first = None
    if first and last:
        return edtf.envelope([str(first), str(last)])
    ends = (f"{first}"[:length] if first else f"{last}"[:length] for length in (4, 7, 10))
    texts = [f"{end}/.." if first else f"../{end}" for end in ends] if first or last else []
    return next((text for text in texts if edtf.bounds(text) == (first, last)), None)
