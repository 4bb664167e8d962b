"""Dates in a text, as EDTF seen from the day of its publication."""

import re
from collections.abc import Iterator
from datetime import date

from transfers.evidence import english as read
from transfers.vocabulary import edtf

_PREPOSITION = re.compile(
    r"(?i)\b(?:in|of|since|by|until|last|next|this|early|late|mid|from|to|and|during|between)[\s-]$"
)
_SEASONS = {"spring": "21", "summer": "22", "autumn": "23", "fall": "23", "winter": "24"}
#: `February 23 a day after`: two dates, the 23rd in the first words and the 22nd in these.
_DAY_BEFORE = "a day after"
_Y = r"(?:1[89]|20)\d\d"


def _ago(found: re.Match[str], day: date) -> Iterator[str]:
    count = found["count"].lower()
    yield f"{day.year - int(read.NUMBER_WORDS.get(count) or count):04}"


#: Forms of dates that reading logs need not know; then theirs.
_FORMS = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"\b(?P<year>(?:1[89]|20)\d\d-\d\d-\d\d)\b", lambda found, day: iter([found["year"]])),
        (
            rf"(?i)\bby (?:the end of |late )?(?P<year>{_Y})\b(?!-)",
            lambda found, day: iter([f"../{found['year']}"]),
        ),
        (rf"(?i)\bsince (?P<year>{_Y})\b(?!-)", lambda found, day: iter([f"{found['year']}/.."])),
        (
            rf"(?i)\b(?:from |between )?(?P<year>{_Y})(?:\s?[-–]\s?| to | and )(?P<end>{_Y})\b(?!-)",
            lambda found, day: iter([found["year"], found["end"]]),
        ),
        (
            rf"(?i)\b(?P<season>{'|'.join(_SEASONS)}) (?:of )?(?P<year>{_Y})\b",
            lambda found, day: iter([f"{found['year']}-{_SEASONS[found['season'].lower()]}"]),
        ),
        (r"(?i)\b(?P<count>\d{1,2}|[a-z]{3,9}) years ago\b", _ago),
        (r"(?i)\bnext year\b", lambda found, day: iter([f"{day.year + 1:04}"])),
        (r"\b(?P<year>(?:1[89]|20)\d)0s\b", lambda found, day: iter([f"{found['year']}X"])),
        (
            rf"(?<![\w.,$€£])(?<!\d-)(?P<year>{_Y})(?!\w|,\d|-\d|\.\d|\s(?:UTC|GMT|hours)\b)",
            lambda found, day: iter([found["year"]]),
        ),
        *read.DATE_WORDS,
    )
)


def dates(body: str, published: date | None) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for pattern, meaning in _FORMS:
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


def _is_bare_month(found: re.Match[str]) -> bool:
    """A month alone is also a verb or a name: May, March."""
    groups = found.groupdict()
    return bool(groups.get("month")) and not groups.get("year") and not groups.get("first")


def _edtf(meaning, found: re.Match[str], day: date) -> str:
    """The date as EDTF; empty where the words make none (the 31st of June, the year nought)."""
    try:
        text = "/".join(dict.fromkeys(meaning(found, day)))
        edtf.validate(text)
    except (ValueError, OverflowError, KeyError):
        return ""
    return text
