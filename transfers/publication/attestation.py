"""In which unit or currency a row speaks, where sources use several. No database and no Django.

Figures in two currencies cannot be compared, and none is converted. The row's is, in this order:

1. that of the preferred claims;
2. that of the best attested claim: one that quotes somebody by name goes before what a source says for
   itself, and that before what rests on a source without a name; then the better credibility;
3. that of most sources;
4. that of the latest statement, where one is later for certain.

Otherwise there is none, and no number: none of two is shown because of how it is spelled.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .claim import Claim, is_later

PREFERRED, ATTESTED, SOURCES, LATEST = "preferred", "best attested", "most sources", "latest"
_UNNAMED = re.compile(
    r"(?i)\b(?:un-?named|anonymous|undisclosed|unidentified|unspecified|not (?:named|stated)|sources?"
    r"|insiders?|rumou?rs?)\b"
)
_LEAST_CREDIBLE = 6


class Choice(NamedTuple):
    """Unit or currency of a row, None for none; by which rule, and the others, where there are several."""

    word: str | None
    rule: str = ""
    others: tuple[str, ...] = ()


def choose_word(claims: Sequence[Claim], name: str) -> Choice:
    """Return the row's unit or currency; `name` is the claims' field."""
    words = {getattr(claim, name) for claim in claims}
    if len(words) < 2:
        return Choice(words.pop() if words else None)
    standing = list(claims)
    for rule, narrow in _RULES.items():
        standing = narrow(standing, name)
        standing_words = {getattr(claim, name) for claim in standing}
        if len(standing_words) == 1:
            return Choice(getattr(standing[0], name), rule, _sort(words - standing_words))
    return Choice(None, "", _sort(words))


def _sort(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if word))


def rank(claim: Claim) -> tuple[int, int]:
    """Return how well a claim is attested: the smaller, the better."""
    if claim.attributed_to:
        attribution = 2 if _UNNAMED.search(claim.attributed_to) else 0
    else:
        attribution = 2 if _UNNAMED.search(claim.publisher) else 1
    return attribution, claim.credibility or _LEAST_CREDIBLE


def _keep_preferred(claims: list[Claim], name: str) -> list[Claim]:
    return [claim for claim in claims if claim.preferred] or claims


def _keep_best_attested(claims: list[Claim], name: str) -> list[Claim]:
    """Return the claims in those words of which one is attested best."""
    best = min(map(rank, claims))
    words = {getattr(claim, name) for claim in claims if rank(claim) == best}
    return [claim for claim in claims if getattr(claim, name) in words]


def _keep_most_sources(claims: list[Claim], name: str) -> list[Claim]:
    votes = Counter(word for _, word in {(claim.story, getattr(claim, name)) for claim in claims})
    most = max(votes.values())
    return [claim for claim in claims if votes[getattr(claim, name)] == most]


def _keep_latest(claims: list[Claim], name: str) -> list[Claim]:
    """Return the claims in a word of which one is later for certain than all in other words."""
    words = {getattr(claim, name) for claim in claims}
    latest = [word for word in words if _is_latest(word, claims, name)]
    return [claim for claim in claims if getattr(claim, name) in latest] or claims


def _is_latest(word: str | None, claims: list[Claim], name: str) -> bool:
    others = [claim for claim in claims if getattr(claim, name) != word]
    own = [claim for claim in claims if getattr(claim, name) == word]
    return any(all(is_later(claim.published, other.published) for other in others) for claim in own)


_RULES = {
    PREFERRED: _keep_preferred,
    ATTESTED: _keep_best_attested,
    SOURCES: _keep_most_sources,
    LATEST: _keep_latest,
}
