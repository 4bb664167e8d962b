"""Words of a register for a weapon → our category and unit, as `descriptions.toml` lists them. Pure.

The last words of a description name the thing (`air search radar`, `trainer/combat aircraft`), so the
longest known ending decides. What is not known is None, never a guess.
"""

import re
import tomllib
from pathlib import Path

from transfers.vocabulary.words import fold

_BRACKETS = re.compile(r"\([^()]*\)")


def _split(text: str) -> list[str]:
    """Return the words of a description; hyphens part words, what stands in brackets is left out."""
    return _BRACKETS.sub(" ", text.casefold()).replace("-", " ").split()


def _load_endings() -> dict[str, tuple[str, str]]:
    """Return category and unit by ending of a description."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        " ".join(_split(ending)): (category, unit)
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
    last word is the thing of both.
    """
    text = " ".join(_split(description[:200]))
    if place := _find_by_ending(text):
        return place
    *others, last = text.split("/")
    place = _find_by_ending(last)
    if place is None:
        return None
    alternatives = [_find_by_ending(other) for other in others if " " in other.strip() or " " not in last]
    return place if all(other is None or other[0] == place[0] for other in alternatives) else None


def _find_by_ending(text: str) -> tuple[str, str] | None:
    words = text.split()[-_MOST_WORDS:]
    endings = (" ".join(words[first:]) for first in range(len(words)))
    return next((_BY_ENDING[ending] for ending in endings if ending in _BY_ENDING), None)


def parse_category(armament_category: str) -> str | None:
    """Return the category that an armament category of SIPRI's means; None for other words."""
    return _CATEGORIES.get(fold(armament_category))
