"""Words of a register for a weapon → our category and unit, as `descriptions.toml` lists them. Pure.

The last words of a description name the thing (`air search radar`, `trainer/combat aircraft`), so the
longest known ending decides. What is not known is None, never a guess.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from transfers.vocabulary.words import fold

_ANTI, _ASW = re.compile(r"\banti "), re.compile(r"\banti-submarine[- ]warfare\b")
_BRACKETS = re.compile(r"\([^()]*\)")


def _clean(text: str) -> str:
    """Return a description in lower case, without what stands in brackets or says what the thing is for."""
    words = " ".join(_BRACKETS.sub(" ", text.casefold()).split()).partition(" for ")[0]
    return _ASW.sub("asw", _ANTI.sub("anti-", words))


def _load_endings() -> dict[str, tuple[str, str]]:
    """Return category and unit by ending of a description."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        ending.casefold().replace("-", " "): (category, unit)
        for category, units in table.items()
        for unit, endings in units.items()
        for ending in endings
    }


_BY_ENDING = _load_endings()
_MOST_WORDS = max(ending.count(" ") for ending in _BY_ENDING) + 1
_CATEGORIES = {
    fold(printed): category
    for printed, category in {
        "Aircraft": "aircraft", "Air-defence systems": "air_defence",
        "Anti-submarine warfare weapons": "anti_submarine", "Armoured vehicles": "armoured_vehicles",
        "Artillery": "artillery", "Engines": "engines", "Missiles": "missiles",
        "Naval weapons": "naval_weapons", "Satellites": "satellites", "Sensors": "sensors", "Ships": "ships",
        "Other": "other",
    }.items()
}  # fmt: skip


def classify(description: str) -> tuple[str, str] | None:
    """Return category (as System.Category) and unit (as Quantity.Unit); None where the words are unknown.

    Of alternatives, `icebreaker/OPV`, those that are known must be of one category. In `IFV/APC turret` the
    last word is the thing of both, in `naval gun/SAM system` the first says what both are for.
    """
    printed = " ".join(description[:200].casefold().replace("-", " ").split())
    if printed in _BY_ENDING:
        return _BY_ENDING[printed]
    text = _clean(description[:200])
    if "/" in (ending := _find_ending(text)):
        return _BY_ENDING[ending]
    *others, last = text.split("/")
    places = [_get_common_place(other, last) for other in others] or [_get_place(last)]
    return places[0] if len({place and place[0] for place in places}) == 1 else None


def _get_common_place(other: str, last: str) -> tuple[str, str] | None:
    """Return the place of two alternatives, of which one may lack words of the other; None if they differ."""
    place = _get_place(last)
    own = _get_place(other) if " " in other.strip() or " " not in last else None
    if own is None or (place is not None and own[0] == place[0]):
        return place
    lasts, others = last.split(), other.split()
    for number in range(1, len(others)):
        joined = _get_longer_place([*others[:number], *lasts], len(lasts))
        if joined is not None and joined[0] == own[0]:
            return joined
    for number in range(1, len(lasts)):
        tail = lasts[number:]
        joined = _get_longer_place([*others, *tail], len(tail))
        if place is not None and joined is not None and joined[0] == place[0]:
            return place
    return None


def _get_longer_place(words: list[str], fewest: int) -> tuple[str, str] | None:
    """Return the place of the words if their known ending has more of them than these."""
    ending = _find_ending(" ".join(words))
    is_longer = len(ending.split()) > len(" ".join(words[-fewest:]).replace("-", " ").split())
    return _BY_ENDING[ending] if ending and is_longer else None


def _get_place(text: str) -> tuple[str, str] | None:
    return _BY_ENDING.get(_find_ending(text))


def _find_ending(text: str) -> str:
    """Return the longest known ending of the text, with hyphens as spaces, or an empty text.

    It begins where a word does: `anti-ship` is no ship.
    """
    words = text.split()[-_MOST_WORDS:]
    endings = (" ".join(words[first:]).replace("-", " ") for first in range(len(words)))
    return next((ending for ending in endings if ending in _BY_ENDING), "")


@lru_cache(maxsize=65536)
def get_category(description: str) -> str:
    """Return the category that a description means; of unknown words, these, folded."""
    place = classify(description)
    return place[0] if place else fold(description)


def parse_category(armament_category: str) -> str | None:
    """Return the category that an armament category of SIPRI's means; None for other words."""
    return _CATEGORIES.get(fold(armament_category))
