"""Oblique cases of names in Cyrillic: Сербии, Россией, Панцирём. Pure.

A name of one word and of four letters and more is declined by its ending, in the ways of Russian, Serbian
and Ukrainian; of a name such as Панцирь-С1 the word before the designation. Where it is a name of the
register's or a case of another record, what is made here is no name: `occurrences` sees to that.
"""

import re

#: Endings of the first case, the longest first, and those of the others.
_ENDINGS = (
    ("ия", "ии ию ией иею"),
    ("ія", "ії ію ією"),
    ("ија", "ије ији ију ијом"),
    ("а", "ы и е у ой ою ам ами ах"),
    ("я", "и е ю ей ею ям ями ях"),
    ("й", "я ю ем ём е и ев ям ями ях"),
    ("ь", "я ю ем ём е и ью ей ям ями ях"),
)
_OF_CONSONANTS = "а у ом е ы ов ам ами ах"
_CONSONANT = re.compile("[бвгджзклмнпрстфхцчшщ]$")
_split = re.compile(r"([а-яёђјљњћџіїєґ]{4,})([- ][^ ]*[0-9][^ ]*)?", re.IGNORECASE).fullmatch


def list_cases(name: str) -> list[str]:
    """Return the other cases of a name in Cyrillic; none of a name that is short, or has several words."""
    match = _split(name)
    if match is None:
        return []
    word, designation = match[1], match[2] or ""
    return [case + designation for case in _decline(word)]


def _decline(word: str) -> list[str]:
    lower = word.casefold()
    for ending, others in _ENDINGS:
        if lower.endswith(ending):
            return [word[: -len(ending)] + other for other in others.split()]
    return [word + other for other in _OF_CONSONANTS.split()] if _CONSONANT.search(lower) else []
