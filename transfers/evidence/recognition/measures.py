"""What a figure measures by the verbs of its sentence: ordered, delivered, agreed. Pure.

Only what has happened is proposed: of arms that "will be delivered" nothing is known yet.
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
_OPEN = re.compile(
    r"\b(?:will|would|shall|may|might|could|to be|to deliver|to receive|to get|plan(?:s|ned)?|expect(?:s|ed)?"
    r"|intend(?:s|ed)?|not|no|never|if)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“‘(]?[^\W\d_a-z])")


def find_measures(text: str, mark: Mark) -> set[str] | None:
    """Return the measures that the verbs of the figure's sentence name; None if they have not happened."""
    sentence = get_sentence(text, mark)
    if _OPEN.search(sentence):
        return None
    return {measure for measure, pattern in _PATTERNS.items() if pattern.search(sentence)}


def get_sentence(text: str, mark: Mark) -> str:
    """Return the sentence that the mark stands in."""
    place = split_paragraphs(text)[mark.paragraph - 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(text, place.start, place.end)]
    start = max((end for end in ends if end <= mark.start), default=place.start)
    stop = min((end for end in ends if end >= mark.end), default=place.end)
    return text[start:stop].strip()
