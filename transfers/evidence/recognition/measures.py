"""What a figure measures by the words nearest to it in its sentence: ordered, delivered, agreed. Pure.

It is a proposal. Of arms that "will be delivered" the delivery is due, and nothing else is known yet. Where
two measures are named alike, or what is named did not or may not happen, nothing is proposed.
"""

import re
from collections.abc import Mapping

from .marks import DATE, Mark, split_paragraphs

#: A word further from the figure than so many words says nothing of it; a break counts as four.
REACH, BREAK = 14, 4
_ORDERED = (
    r"order(?:ed|s|ing)?|contract(?:ed|s)?|b(?:ought|uys?|uying)|purchas(?:es?|ed|ing)|procur(?:ed?|es|ing)"
    r"|acquir(?:ed?|es|ing)|acquisition|s(?:old|ells?|elling)|sale|deal|agree(?:s|d|ment)?|sign(?:s|ed|ing)?"
)
_DELIVERED = (
    r"deliver(?:ed|s|y|ies|ing)?|receiv(?:ed?|es|ing)|receipt|arriv(?:ed?|es|al|ing)|shipp?(?:ed|ing|ments?)"
    r"|hand(?:ed|s|ing)? over|took possession|transferred|suppl(?:y|ied)|c[ao]me|got|get|donated"
)
_DEPLOYED = (
    r"deploy(?:s|ed|ing|ments?)?|stationed|dispatched|redeployed|participat(?:e|es|ed|ing)"
    r"|tak(?:e|es|ing) part|sent|sends?|sending|drills?|exercises?"
)
_SUSPENDED = (
    r"suspend(?:s|ed|ing)?|suspension|halt(?:s|ed|ing)?|fr(?:oze|eez(?:e|es|ing)|ozen)|paus(?:es?|ed|ing)"
)
_CANCELLED = r"cancell?(?:s|ed|ing|ations?)?|scrap(?:s|ped|ping)?|terminat(?:es?|ed|ing|ion)|annull?ed"
_ANNOUNCED = (
    r"announc(?:es?|ed|ing|ements?)|said|say(?:s|ing)?|told|stat(?:ed|ement)|confirm(?:s|ed|ing)?"
    r"|report(?:s|ed)?"
)


def _compile(words_by_measure: Mapping[str, str]) -> re.Pattern[str]:
    groups = (f"(?P<{measure}>{words})" for measure, words in words_by_measure.items())
    return re.compile(rf"\b(?:{'|'.join(groups)})\b", re.IGNORECASE)


_OF_COUNTS = _compile({"delivered": _DELIVERED, "deployed": _DEPLOYED, "ordered": _ORDERED})
_OF_DATES = _compile(
    {
        "cancelled": _CANCELLED,
        "suspended": _SUSPENDED,
        "delivered": _DELIVERED,
        "deployed": _DEPLOYED,
        "agreed": _ORDERED,
        "announced": _ANNOUNCED,
    }
)
_PLANNED = re.compile(
    r"\b(?:will|would|shall|should|to|due|plan(?:s|ned)?|expect(?:s|ed)?|intend(?:s|ed)?|schedul\w+|remaining)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:may|might|could|not|no|never|[Ii]f|[Uu]nless|yet)\b|n['’]t\b")  # May is a month
_WORD = re.compile(r"[\w’'-]+")
_BREAK = re.compile(r"[,:;–—]\s|\b(?:and|but|while|after|before|which|that|as|although)\b")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“‘(]?[^\W\d_a-z])")


def find_measure(text: str, mark: Mark) -> str | None:
    """Return the measure or event that the nearest words name; empty if none do, None if it is open."""
    start, end = _find_sentence(text, mark)
    pattern = _OF_DATES if mark.kind == DATE else _OF_COUNTS
    triggers = [
        (_measure_distance(text, mark, match), match)
        for match in pattern.finditer(text, start, end)
        if match.end() <= mark.start or match.start() >= mark.end
    ]
    least = min((distance for distance, _ in triggers), default=REACH + 1)
    if least > REACH:
        return ""
    measures = {_read_measure(text, start, match) for distance, match in triggers if distance == least}
    if "announced" in measures and any(_competes(match, mark) for _, match in triggers):
        return None
    return measures.pop() if len(measures) == 1 else None


def _competes(match: re.Match[str], mark: Mark) -> bool:
    """Return whether something happened besides its announcement: `delivered in May, a minister said`."""
    return match.lastgroup != "announced" and match.end() <= mark.start


def _find_sentence(text: str, mark: Mark) -> tuple[int, int]:
    """Return where the sentence that the mark stands in starts and ends."""
    place = split_paragraphs(text)[mark.paragraph - 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(text, place.start, place.end)]
    start = max((end for end in ends if end <= mark.start), default=place.start)
    return start, min((end for end in ends if end >= mark.end), default=place.end)


def _measure_distance(text: str, mark: Mark, match: re.Match[str]) -> int:
    """Return the number of words between the figure and the word that names a measure."""
    is_before = match.end() <= mark.start
    between = text[match.end() : mark.start] if is_before else text[mark.end : match.start()]
    return len(_WORD.findall(between)) + BREAK * len(_BREAK.findall(between))


def _read_measure(text: str, start: int, match: re.Match[str]) -> str | None:
    """Return what the word names, seen with the words before it in its part of the sentence."""
    before = _BREAK.split(text[start : match.start()])[-1]
    if _DENIED.search(before):
        return None
    if _PLANNED.search(before):
        return "due" if match.lastgroup == "delivered" else None
    return match.lastgroup
