"""Whether what several sources state of one figure agrees, and what of it stands. No database and no Django.

Figures agree where one of them lies within all the others: `2023-11` within `2023`, `6` within `5 to 7`. The
narrowest stands, a figure that a source states. Figures that merely overlap differ: what they have in common
is what no source states.

What may last, such as deliveries, has two ends. `2019-07` says more of both than `2019`, and stands. Within
`2017/2020` it may be one of several deliveries: the two agree, and the wider stands. `2018/2020` has another
beginning, and differs.
"""

from collections.abc import Sequence
from typing import Any

from transfers.vocabulary import edtf
from transfers.vocabulary.measures import DATES, LASTING

from .claim import Claim

#: The least and the greatest that a figure allows: numbers or days, None if open.
Ends = tuple[Any, Any]


def settle(claims: Sequence[Claim]) -> tuple[list[Claim], bool]:
    """Return those claims of one measure that its row rests on, and whether the sources differ."""
    if len({_get_ends(claim) for claim in claims}) == 1:
        return list(claims), False
    preferred = [claim for claim in claims if claim.preferred]
    chosen = preferred or claims
    return list_narrowest(chosen) or list(chosen), not list_narrowest(claims)


def list_narrowest(claims: Sequence[Claim]) -> list[Claim]:
    """Return those that stand where all the claims agree; none where they differ."""
    if not any(all(_agrees(inner, outer) for outer in claims) for inner in claims):
        return []
    standing = [claim for claim in claims if not any(_says_more(other, claim) for other in claims)]
    holds_all = any(all(_agrees(inner, outer) for inner in standing) for outer in standing)
    return standing if holds_all else []


def lies_within(inner: Ends, outer: Ends) -> bool:
    """Return whether all that the inner ends allow is allowed by the outer ones, too."""
    starts = outer[0] is None or (inner[0] is not None and outer[0] <= inner[0])
    return starts and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def _get_ends(claim: Claim) -> Ends:
    return edtf.bounds(claim.date or "") if claim.measure in DATES else claim.range


def _agrees(inner: Claim, outer: Claim) -> bool:
    """Return whether the inner claim lies within the outer one and contradicts no end that it states."""
    if not lies_within(_get_ends(inner), _get_ends(outer)):
        return False
    if inner.measure not in LASTING or _get_ends(inner) == _get_ends(outer):
        return True
    start, end = edtf.ends(inner.date or "")
    return start == end or _is_as_exact(inner, outer)


def _says_more(claim: Claim, other: Claim) -> bool:
    """Return whether the claim is narrower than the other, and says all that the other says."""
    inner, outer = _get_ends(claim), _get_ends(other)
    if inner == outer or not lies_within(inner, outer):
        return False
    return claim.measure not in LASTING or _is_as_exact(claim, other)


def _is_as_exact(claim: Claim, other: Claim) -> bool:
    """Return whether both ends of what lasted lie within those that the other claim states."""
    firsts, lasts = zip(edtf.ends(claim.date or ""), edtf.ends(other.date or ""), strict=True)
    return lies_within(*firsts) and lies_within(*lasts)
