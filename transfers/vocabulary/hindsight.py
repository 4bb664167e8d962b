"""Whether what is told as past is later than the source that tells it. Pure.

An event is not later than the source that tells it as past:

* a date that begins after the source appeared is later;
* an interval ends with its source: an end whose year was not over is written to the month, `2017-02/2020-02`;
* a date that stands alone is as wide as its words: `2019` may be said in October 2019;
* what is due is a plan, and may be later; so may what the claim's note marks as announced (`ANNOUNCED`).

A register of deals is no such source: its years are columns, and stand as they are.
"""

from datetime import timedelta

from . import edtf

#: In the note of a claim: its source tells it as something to come.
ANNOUNCED = "Announced by the source for later."
_PLANS = frozenset({"date_due"})
_MONTH = timedelta(days=31)


def find_fault(measure: str, when: str, published: str, note: str = "") -> str:
    """Return what is wrong with a date told by a source that was published then; empty if nothing is."""
    if measure in _PLANS or ANNOUNCED in note:
        return ""
    try:
        latest = edtf.bounds(published)[1]
        ends = edtf.ends(when)
    except edtf.EDTFError:
        return ""
    if latest is None:
        return ""
    if any(first and first > latest for first, _ in ends):
        return f"{when} is later than its source, which is of {published}. {_HINT}"
    first, last = ends[1]
    if "/" in when and last and last > latest and (first is None or last - first > _MONTH):
        shown = f"{when.partition('/')[0]}/{latest.isoformat()[:7]}"
        return f"{when} ends after its source, which is of {published}: write {shown}. {_HINT}"
    return ""


_HINT = f"If the source announces it, write so in the note: {ANNOUNCED}"
