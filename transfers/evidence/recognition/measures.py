"""What a figure measures by the verbs of its sentence: ordered, delivered, agreed. Pure.

Of arms that "will be delivered" the delivery is due, and nothing else is known yet.
"""

import re

from .marks import Mark, split_paragraphs

_VERBS = {
    "ordered": r"order(?:ed|s)?|bought|buys|purchase[ds]?|contracted|contract(?:s)? (?:for|to)|agreed to",
    "delivered": r"deliver(?:ed|s)|receiv(?:ed|es)|arrived|came|handed over|got|(?:took|takes) delivery",
    "deployed": r"deploy(?:ed|s)|stationed|exercise[ds]?|drills?",
    "agreed": r"signed|agreed|ordered|bought",
    "announced": r"announce[ds]?",
    "suspended": r"suspend(?:ed|s)|halt(?:ed|s)|froze|frozen",
    "cancelled": r"cancell?(?:ed|s)|scrapped|terminated",
}
_PATTERNS = {measure: re.compile(rf"\b(?:{verbs})\b", re.IGNORECASE) for measure, verbs in _VERBS.items()}
_PLANNED = re.compile(
    r"\b(?:will|would|shall|to be|to deliver|to receive|to get|due|plan(?:s|ned)?|expect(?:s|ed)?"
    r"|intend(?:s|ed)?)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:may|might|could|not|no|never|[Ii]f|[Uu]nless)\b")  # May is a month
_DELIVERY = re.compile(
    r"\b(?:deliver\w*|receiv\w*|arriv\w*|get|suppl(?:y|ied)|hand(?:ed)? over)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“‘(]?[^\W\d_a-z])")


def find_measures(text: str, mark: Mark) -> set[str] | None:
    """Return the measures that the verbs of the figure's sentence name; None if it says what may not be."""
    sentence = get_sentence(text, mark)
    if _DENIED.search(sentence):
        return None
    if _PLANNED.search(sentence):
        return {"due"} if _DELIVERY.search(sentence) else None
    return {measure for measure, pattern in _PATTERNS.items() if pattern.search(sentence)}


def get_sentence(text: str, mark: Mark) -> str:
    """Return the sentence that the mark stands in."""
    place = split_paragraphs(text)[mark.paragraph - 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(text, place.start, place.end)]
    start = max((end for end in ends if end <= mark.start), default=place.start)
    stop = min((end for end in ends if end >= mark.end), default=place.end)
    return text[start:stop].strip()
