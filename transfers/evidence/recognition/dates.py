"""Dates in a text, as EDTF seen from the day of its publication."""

import re
from collections.abc import Iterator
from datetime import date

from transfers.vocabulary import edtf
from transfers.vocabulary.dates import PROPOSED_FORMS, Match, Meaning
from transfers.vocabulary.written_dates import YEAR

_YEAR = re.compile(rf"\b{YEAR}(?!\d)")
_PREPOSITION = re.compile(
    r"(?i)\b(?:in|of|since|by|until|last|next|this|early|late|mid|from|to|and|during|between)[\s-]$"
)
#: `February 23 a day after`: two dates, the 23rd in the first words and the 22nd in these.
_DAY_BEFORE = "a day after"


def find_dates(body: str, published: date | None) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the start, the end and the EDTF of each date."""
    for pattern, meaning in PROPOSED_FORMS:
        for match in pattern.finditer(body):
            if published is None and not _YEAR.search(match[0]):
                continue
            if _is_bare_month(match) and not _PREPOSITION.search(
                body[max(0, match.start() - 8) : match.start()]
            ):
                continue
            if text := _format_edtf(meaning, match, published or date(2000, 1, 1)):
                start = match.end() - len(_DAY_BEFORE) if match[0].endswith(_DAY_BEFORE) else match.start()
                yield start, match.end(), (text,)


def _is_bare_month(match: Match) -> bool:
    """Return whether a month stands alone, and may be a verb or a name: May, March."""
    groups = match.groupdict()
    return bool(groups.get("month")) and not groups.get("year") and not groups.get("first")


def _format_edtf(meaning: Meaning, match: Match, day: date) -> str:
    """Return the date as EDTF; empty where the words make none (the 31st of June, the year nought)."""
    try:
        text = "/".join(dict.fromkeys(meaning(match, day)))
        edtf.validate(text)
    except (ValueError, OverflowError, KeyError):
        return ""
    return text
