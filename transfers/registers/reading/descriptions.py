"""Words of a register for a weapon → our category and unit. Pure.

The last words of a description name the thing (`air search radar`, `trainer/combat aircraft`), so the
longest known ending decides. What is not known is None, never a guess. As SIPRI does, guided bombs, shells
and torpedoes are filed under missiles, turrets and refuelling systems under other.
"""

from transfers.vocabulary.words import fold

#: By category and unit: endings of descriptions, in lower case.
_ENDINGS = {
    ("aircraft", "aircraft"): (
        "aircraft|ac|helicopter|uav|ucav|airship|tanker/transport aircraft|tanker aircraft|aerostat"
    ),
    ("air_defence", "system"): (
        "sam system|abm system|abm/sam system|aa gun/sam system|aa system|portable sam system"
    ),
    ("air_defence", "gun"): "aa gun|aa gun system|anti-aircraft gun|spaag",
    ("anti_submarine", "launcher"): "asw mrl|asw mortar|asw rocket launcher",
    ("armoured_vehicles", "vehicle"): (
        "tank|tank destroyer|ifv|apc|apv|arv|aev|alv|afsv|abl|armoured bridgelayer|armoured car"
        "|reconnaissance av|armoured vehicle|armoured personnel carrier|infantry fighting vehicle"
    ),
    ("artillery", "gun"): "towed gun|self-propelled gun|coastal gun|mortar|self-propelled mortar|howitzer",
    ("artillery", "launcher"): "mrl",
    ("engines", "engine"): "engine|turbofan|turbojet|turboprop|turboshaft|gas turbine",
    ("missiles", "missile"): (
        "missile|sam|aam|asm|ssm|bvraam|sraam|arm|slbm|guided rocket|portable sam|anti-radar missile"
    ),
    ("missiles", "item"): "guided bomb|guided glide bomb|guided shell|torpedo|loitering munition",
    ("naval_weapons", "system"): "naval sam system|naval ciws",
    ("naval_weapons", "gun"): "naval gun",
    ("satellites", "satellite"): "satellite",
    ("sensors", "radar"): "radar",
    ("sensors", "item"): "sonar",
    ("sensors", "system"): (
        "eo system|eo search/fire control|sigint system|recce system|reconnaissance system|air search system"
        "|sea search system|fire control system"
    ),
    ("ships", "ship"): (
        "ship|frigate|corvette|destroyer|cruiser|submarine|aircraft carrier|fac|opv|craft|gunboat|minehunter"
        "|minesweeper|minelayer|tanker|replenishment tanker|tug|icebreaker|aals|hovercraft|torpedo boat"
    ),
    ("other", "item"): "turret|air refuel system|air refuelling system",
}  # fmt: skip
_BY_ENDING = {
    ending: place for place, endings in _ENDINGS.items() for ending in endings.split("|")
}  # fmt: skip
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

    Of alternatives, `icebreaker/OPV`, those that are known must be of one category.
    """
    words = description[:200].casefold().split()
    if place := _by_ending(words[-_MOST_WORDS:]):
        return place
    *others, last = " ".join(words).split("/")
    place = _by_ending(last.split()[-_MOST_WORDS:])
    if place is None or " " in last:  # in `IFV/APC turret` the last word is the thing of both
        return place
    places = (_by_ending(other.split()[-_MOST_WORDS:]) for other in others)
    return place if all(other is None or other[0] == place[0] for other in places) else None


def _by_ending(words: list[str]) -> tuple[str, str] | None:
    endings = (" ".join(words[first:]) for first in range(len(words)))
    return next((_BY_ENDING[ending] for ending in endings if ending in _BY_ENDING), None)


def parse_category(armament_category: str) -> str | None:
    """Return the category that an armament category of SIPRI's means; None for other words."""
    return _CATEGORIES.get(fold(armament_category))
