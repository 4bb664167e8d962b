"""Dates in a text, as EDTF seen from the day of its publication."""

import re
from collections.abc import Iterator
from datetime import date

from transfers.vocabulary import edtf
from transfers.vocabulary.dates import PROPOSED_FORMS, Match, Meaning

_PREPOSITION = re.compile(
    r"(?i)\b(?:in|of|since|by|until|last|next|this|early|late|mid|from|to|and|during|between)[\s-]$"
)
#: `February 23 a day after`: two dates, the 23rd in the first words and the 22nd in these.
_DAY_BEFORE = "a day after"


def dates(body: str, published: date | None) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for pattern, meaning in PROPOSED_FORMS:
        for found in pattern.finditer(body):
            if published is None and not found.groupdict().get("year"):
                continue
            if _is_bare_month(found) and not _PREPOSITION.search(
                body[max(0, found.start() - 8) : found.start()]
            ):
                continue
            if text := _edtf(meaning, found, published or date(2000, 1, 1)):
                start = found.end() - len(_DAY_BEFORE) if found[0].endswith(_DAY_BEFORE) else found.start()
                yield start, found.end(), (text,)


def _is_bare_month(found: Match) -> bool:
    """A month alone is also a verb or a name: May, March."""
    groups = found.groupdict()
    return bool(groups.get("month")) and not groups.get("year") and not groups.get("first")


def _edtf(meaning: Meaning, found: Match, day: date) -> str:
    """The date as EDTF; empty where the words make none (the 31st of June, the year nought)."""
    try:
        text = "/".join(dict.fromkeys(meaning(found, day)))
        edtf.validate(text)
    except (ValueError, OverflowError, KeyError):
        return ""
    return text
