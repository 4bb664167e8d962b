"""Where names stand in a text, and what they are there: a party, or only where the arms come from. Pure."""

import re

from .capitals import PART_OF_A_NAME
from .marks import ORIGIN, PARTY, SYSTEM, Candidate
from .names import Trie, find_names

#: Further names of systems and parties, which give way to the names that the register has.
CASES = ("cases of systems", "cases of parties")
CAPITAL = "capitals"
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_MADE = r"designed|made|built|manufactured|produced|developed|engineered|era|style|type|origin|design"
#: After a party's name: Soviet-designed, Russian made, US-built, of Soviet design.
_IS_ORIGIN = re.compile(rf"(?i)[-‐‑–\s](?:{_MADE})\b")
#: Before it: made in Russia, built by the Soviet Union.
_IS_MADE_IN = re.compile(
    r"(?i)\b(?:made|built|designed|manufactured|produced|developed)\s(?:in|by)\s(?:the\s)?$"
)
_REACH = 24


def find_named(body: str, tries: dict[str, Trie]) -> list[Candidate]:
    """Return the places of systems and parties, and of parties that only made or designed the arms."""
    own = [(kind, *place) for kind in (SYSTEM, PARTY) for place in find_names(body, tries[kind])]
    taken = bytearray(len(body))
    for _, start, end, _ in own:
        taken[start:end] = b"\1" * (end - start)
    others = [place for place in _find_others(body, tries) if not any(taken[place[1] : place[2]])]
    return [_tell_origin(body, place) for place in (*own, *others)]


def _find_others(body: str, tries: dict[str, Trie]) -> list[Candidate]:
    """Return names in other cases, and capitals; a case of two names is none of either."""
    cases = [
        (kind, start, end, value)
        for name, kind in zip(CASES, (SYSTEM, PARTY), strict=True)
        for start, end, value in find_names(body, tries[name])
        if len(value) == 1 and _CYRILLIC.match(body, start)
    ]
    capitals = [
        (PARTY, start, end, value)
        for start, end, value in find_names(body, tries[CAPITAL])
        if body[start].isupper() and not PART_OF_A_NAME.match(body, end)
    ]
    return cases + capitals


def _tell_origin(body: str, place: Candidate) -> Candidate:
    kind, start, end, value = place
    if kind != PARTY:
        return place
    is_origin = _IS_ORIGIN.match(body, end) or _IS_MADE_IN.search(body[max(0, start - _REACH) : start])
    return (ORIGIN, start, end, value) if is_origin else place
