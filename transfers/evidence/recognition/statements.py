"""What a paragraph says of a transfer: who supplies, who receives, which systems. Pure.

Parties and systems are marks. What a party does is read from the words around it, in English: "from Russia",
"Serbia ordered". A capitalised name that has such words but no mark is a party that the register does not
know, a designation without a mark is a system that it does not know, and both are named all the same.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from .marks import NUMBER, PARTY, SYSTEM, Mark, Paragraph, split_paragraphs

SUPPLIER, RECIPIENT, INVOLVED = "supplier", "recipient", "involved"

_SUPPLYING = (
    r"suppl(?:ied|ies|ying|y)|deliver(?:ed|s|ing)?|s(?:old|ells?|elling)|donat(?:es?|ed|ing)"
    r"|g(?:ave|ives?|iven|iving)|hand(?:s|ed|ing)? over"
    r"|transfer(?:s|red|ring)?|sen(?:t|ds?|ding)|export(?:s|ed|ing)?|ship(?:s|ped|ping)?"
    r"|provid(?:es?|ed|ing)|len(?:t|ds?|ding)|leas(?:es?|ed|ing)"
)
_RECEIVING = (
    r"order(?:ed|s|ing)?|b(?:ought|uys?|uying)|purchas(?:es?|ed|ing)|receiv(?:es?|ed|ing)|acquir(?:es?|ed|ing)"
    r"|g(?:ets?|ot|etting)|import(?:s|ed|ing)?|procur(?:es?|ed|ing)|obtain(?:s|ed|ing)?"
    r"|t(?:akes?|ook|aking) (?:delivery|possession)|(?:await|expect)(?:s|ed|ing)?"
)
_TRADE = re.compile(
    rf"\b(?:{_SUPPLYING}|{_RECEIVING}|sales?|deliver(?:y|ies)|suppl(?:y|ies)|gifts?|shipments?|c[ao]mes?|arriv\w+"
    r"|contracts?|deals?|agreements?|purchases?|batch(?:es)?|meant|intended|destined)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?P<word>from|by|to|for|with|between|and) (?:the |its |neighbou?ring )?"
    r"(?:(?:government|army|ministry|navy|air force|armed forces) of (?:the )?)?$",
    re.IGNORECASE,
)
_PASSIVE = rf"(?:was|were|is|are|be|been|being) (?:\w+ly )?(?:{_SUPPLYING}|offered|promised)"
_AFTER = re.compile(
    rf"\b(?:(?P<passive>{_PASSIVE})|(?P<receives>{_RECEIVING})|(?P<supplies>{_SUPPLYING}|offer(?:s|ed)?))\b",
    re.IGNORECASE,
)
_VERB = re.compile(rf"\b(?:(?P<supplies>{_SUPPLYING})|(?:{_RECEIVING}))\b", re.IGNORECASE)
_PAID = r"\s(?:the |a |its )?(?:payments?|money|[$€£₽])"
_RECEIVES_MONEY = re.compile(rf"\breceiv\w+{_PAID}", re.IGNORECASE)
_PREPOSITIONS = {
    "from": SUPPLIER, "to": RECIPIENT, "for": RECIPIENT, "with": INVOLVED, "between": INVOLVED,
}  # fmt: skip
#: How many characters before and after a party may say what it does.
_REACH = 300
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$|[\"”’)])")
_CAPITALISED = re.compile(r"(?<![\w’'-])[^\W\d_a-z][^\W\d_]*(?:[- ][^\W\d_a-z][^\W\d_]*)*(?![\w-])")
_DESIGNATION = re.compile(r"(?<![\w./-])(?=[\w/-]*[^\W\d_a-zа-яё])(?=[\w/-]*\d)[\w/-]*\w")
_COUNTED = re.compile(r"\s(?:more |new |used |modern )?([^\W\d_a-z][\w-]+)")
#: Words that begin sentences or belong to forces and offices, and name neither a state nor a system.
_NO_NAMES = frozenset(
    "a after all also although an and another as at before both but by during each earlier eight eleven first"
    " five for four from he his however if in it its last late later meanwhile most nine no not of officials"
    " on once one only other our over seven several she since six some ten that the their then there these"
    " they this those three to twelve two under until we when while with air army armed forces force navy"
    " ministry defence defense minister president prime general colonel mr mrs ms dr government"
    " parliament".split()
)
#: Nouns that say what kind of arms is meant: its category, and the noun of its own kind where it has one.
_KINDS = {
    "jet": ("aircraft", "fighter"), "fighter": ("aircraft", "fighter"), "bomber": ("aircraft", "bomber"),
    "warplane": ("aircraft", "fighter"), "helicopter": ("aircraft", "helicopter"),
    "gunship": ("aircraft", "helicopter"), "drone": ("aircraft", "drone"), "uav": ("aircraft", "drone"),
    "plane": ("aircraft", ""), "airplane": ("aircraft", ""), "aircraft": ("aircraft", ""),
    "tank": ("armoured_vehicles", "tank"), "frigate": ("ships", "frigate"), "corvette": ("ships", "corvette"),
    "submarine": ("ships", "submarine"), "destroyer": ("ships", "destroyer"), "warship": ("ships", ""),
    "vessel": ("ships", ""), "howitzer": ("artillery", "howitzer"), "mortar": ("artillery", "mortar"),
    "radar": ("sensors", ""), "engine": ("engines", ""), "satellite": ("satellites", ""),
}  # fmt: skip
_COMPOUNDS = frozenset("missile system rocket gun launcher carrier gunner crew pilot base".split())
_NOUN = re.compile(r"(?<![\w-])([a-z]+)(?=\W+([A-Za-z]+)|)", re.IGNORECASE)


@dataclass(frozen=True)
class NamedParty:
    """Party that is named: its codes, none if the register does not know it, and what it does."""

    text: str
    codes: tuple[str, ...]
    role: str = ""
    paragraph: int = 0


@dataclass(frozen=True)
class NamedSystem:
    """System that is named: its slugs, none if the register does not know it."""

    text: str
    slugs: tuple[str, ...]
    paragraph: int = 0


@dataclass(frozen=True)
class Statement:
    """What one paragraph names; kinds of arms are pairs of a category and a noun, empty if general."""

    paragraph: int
    parties: tuple[NamedParty, ...] = ()
    systems: tuple[NamedSystem, ...] = ()
    kinds: frozenset[tuple[str, str]] = frozenset()


def read_statements(
    text: str, marks: Iterable[Mark], numbers: Container[int] | None = None
) -> list[Statement]:
    """Return what each paragraph of the text names, or each of those with these numbers."""
    marks_by_paragraph: dict[int, list[Mark]] = {}
    for mark in marks:
        marks_by_paragraph.setdefault(mark.paragraph, []).append(mark)
    return [
        _read_statement(text, paragraph, marks_by_paragraph.get(paragraph.number, []))
        for paragraph in split_paragraphs(text)
        if numbers is None or paragraph.number in numbers
    ]


def _read_statement(text: str, paragraph: Paragraph, inside: list[Mark]) -> Statement:
    unmarked = _blank_marks(text, paragraph, inside)
    named = [(mark.start, mark.end, mark.value) for mark in inside if mark.kind == PARTY]
    strangers = [] if _is_title(unmarked) else list(_find_strangers(unmarked, paragraph.start))
    places = sorted([*named, *strangers])
    parties = []
    for at, (start, end, codes) in enumerate(places):
        stop = places[at + 1][0] if at + 1 < len(places) else paragraph.end
        before = text[max(paragraph.start, start - _REACH) : start]
        role = _find_role(before, text[end : min(stop, end + _REACH)])
        if codes or role:
            parties.append(NamedParty(text[start:end], tuple(codes), role, paragraph.number))
    systems = [NamedSystem(mark.text, mark.value, mark.paragraph) for mark in inside if mark.kind == SYSTEM]
    unknown = _list_unknown_systems(unmarked, inside, paragraph.start)
    systems += [NamedSystem(name, (), paragraph.number) for name in dict.fromkeys(unknown)]
    kinds = _list_kinds(text[paragraph.start : paragraph.end])
    return Statement(paragraph.number, tuple(parties), tuple(systems), kinds)


def _blank_marks(text: str, paragraph: Paragraph, marks: Iterable[Mark]) -> str:
    """Return the paragraph with a gap that no name crosses in place of each mark, of equal length."""
    pieces, at = [], paragraph.start
    for mark in marks:
        pieces += [text[at : mark.start], "_" * (mark.end - mark.start)]
        at = mark.end
    return "".join([*pieces, text[at : paragraph.end]])


def _find_strangers(body: str, offset: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the places of capitalised names without a mark, which stand for nobody."""
    for match in _CAPITALISED.finditer(body):
        if match[0][0].isupper() and not set(re.split("[- ]", match[0].lower())) <= _NO_NAMES:
            yield offset + match.start(), offset + match.end(), ()


def _is_title(body: str) -> bool:
    """Return whether most words are capitalised, as in headlines, so that capitals tell no names."""
    words = re.findall(r"[^\W\d_]{4,}", body)
    return sum(word[0].isupper() for word in words) * 2 > len(words)


def _find_role(before: str, after: str) -> str:
    """Return what a party does by the words before it and those up to the next name; empty: none tells."""
    sentence = _SENTENCE_END.split(before)[-1]
    preposition = _BEFORE.search(sentence)
    if preposition and (role := _read_preposition(sentence, preposition["word"].lower())):
        return role
    clause = _SENTENCE_END.split(after, maxsplit=1)[0]
    for match in _AFTER.finditer(clause):
        if not _RECEIVES_MONEY.match(clause, match.start()):
            return SUPPLIER if match["supplies"] else RECIPIENT
    return ""


def _read_preposition(sentence: str, word: str) -> str:
    if word == "by":
        verbs = list(_VERB.finditer(sentence))
        return "" if not verbs else SUPPLIER if verbs[-1]["supplies"] else RECIPIENT
    if not _TRADE.search(sentence) or _RECEIVES_MONEY.search(sentence):
        return ""
    return _PREPOSITIONS.get(word, "")


def _list_unknown_systems(body: str, marks: Iterable[Mark], offset: int) -> list[str]:
    """Return designations without a mark, and capitalised names that a number counts."""
    names = [match[0] for match in _DESIGNATION.finditer(body) if "_" not in match[0]]
    for mark in marks:
        if mark.kind == NUMBER and (match := _COUNTED.match(body, mark.end - offset)):
            names += [match[1]] if match[1].lower() not in _NO_NAMES else []
    return names


def _list_kinds(body: str) -> frozenset[tuple[str, str]]:
    """Return the kinds of arms that nouns name; in `tank missiles` and `anti-tank` no tank is meant."""
    kinds = set()
    for match in _NOUN.finditer(body.lower()):
        noun, following = match[1], (match[2] or "").removesuffix("s")
        kind = _KINDS.get(noun) or (_KINDS.get(noun[:-1]) if noun.endswith("s") else None)
        if kind and following not in _COMPOUNDS and following not in _KINDS:
            kinds.add(kind)
    return frozenset(kinds)
