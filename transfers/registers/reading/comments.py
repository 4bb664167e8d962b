"""Possible meanings of a deal's free-text comment: its kind and its cost. Pure; time grows with the text.

These are proposals, to be accepted or thrown away by a curator, and never facts. A clause that denies or
doubts proposes no kind, or one that is marked ambiguous; a sum of which nobody says what it paid for is left
out. Only a sum with its currency before it and a scale after it is read: `$1.2 b`, `EUR230 m`, `$450,000`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from transfers.vocabulary import currencies, numbers
from transfers.vocabulary.codes import CURRENCIES
from transfers.vocabulary.words import LONGEST_EXCERPT, LONGEST_EXCERPT_TEXT


@dataclass(frozen=True)
class CommentMeaning:
    """Kind of transfer (as Transfer.Kind) in `value`, or a `deal_value` in whole units of a currency.

    A sum that is open at one end has None there. `ambiguous`: the words may mean something else, or the sum
    may pay for more than this deal.
    """

    field: str
    excerpt: str
    value: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str = ""
    ambiguous: bool = False


def find_meanings(comment: str) -> list[CommentMeaning]:
    """Return kinds, then sums in the order of the text, each once; contradictory ones are ambiguous."""
    clauses = list(_clauses(comment))
    kinds: dict[str, CommentMeaning] = {}
    for meaning in (kind for clause in clauses for kind in _kinds(clause)):
        if meaning.value not in kinds or kinds[meaning.value].ambiguous:
            kinds[meaning.value] = meaning
    is_shared = bool(_SHARED.search(comment))
    by_sum: dict[tuple[str, Decimal | None, Decimal | None], CommentMeaning] = {}
    for meaning in (value for clause in clauses for value in _sums(clause, is_shared)):
        by_sum.setdefault((meaning.currency, meaning.minimum, meaning.maximum), meaning)
    values = by_sum.values()
    count = Counter(value.currency for value in values)
    return [
        *(replace(kind, ambiguous=kind.ambiguous or len(kinds) > 1) for kind in kinds.values()),
        *(replace(value, ambiguous=value.ambiguous or count[value.currency] > 1) for value in values),
    ]


_END = re.compile(
    r";|\n\s*\n|(?<=\w\w\w[.])(?<!ncl[.])(?<!rox[.])(?<!est[.])(?<!max[.])(?<!min[.])\s(?=[A-Z])"
)


def _clauses(comment: str) -> Iterator[str]:
    """Yield what stands between semicolons, sentences and blank lines, each with a meaning of its own."""
    start = 0
    for end in _END.finditer(comment):
        yield " ".join(comment[start : end.start()].split())
        start = end.end()
    yield " ".join(comment[start:].split())


_LICENCE = r"licen[cs]e"
_PLACE = r"(?:[\w-]{1,20} ){1,3}"
_KINDS = {
    kind: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
    for kind, words in {
        "gift": r"(?<!training )(?<!landing )(?<!navigation )(?<!first )aid|gifts?|donat(?:ed|ions?)"
        r"|free of charge|for free|FMF",
        "lease": r"leas(?:e|es|ed|ing)",
        "loan": r"on loan|loaned|lent|as (?:a )?loan|loan",
        "licensed_production": (
            rf"(?:produced|built|assembled|manufactured|production|assembly) under"
            rf" (?:[\w-]{{1,20}} )?{_LICENCE}"
            rf"|{_LICENCE}d?[- ](?:production|produced|built)|(?:produced|assembled|built) from kits"
            rf"|(?:assembled|produced|built) in {_PLACE}from kits|assembled from kits in"
            r"|local(?:ly)?[- ](?:production|produced|assembly|assembled)"
            r"|assembled/produced|produced/assembled"
        ),
    }.items()
}
#: A loan of money, or a word that may be either: only a clause that is nothing else is a loan of arms.
_OF_MONEY = re.compile(r"(?i:financ|fund|paid|pay|credit|bank|\bloan (?:from|of)\b)|[$€£₹]|[A-Z]{3}[0-9]")
_DENIED = re.compile(
    r"(?i)\b(?:not|no(?! longer)|nor|never|neither|none|without|unlicen[cs]ed|instead|rather|denied|refused"
    r"|rejected|cancelled|canceled|except|excl|excluding|unlike|stopped|failed|\w{2,8}n['’]t)\b"
)
_DOUBTED = re.compile(
    r"(?i)\?|\b(?:possibl[ey]|probabl[ey]|perhaps|maybe|may|might|reported(?:ly)?|alleged(?:ly)?|unclear"
    r"|uncertain|unknown|planned|proposed|offer(?:ed)?|option(?:s|al)?|partly|partially|part|incl|including"
    r"|some|or|first|later|originally|before|former(?:ly)?|after|bought|sold|purchased?|line|components?)\b"
)
_FINANCED = re.compile(r"(?i)\b(?:financ\w{0,6}|fund(?:ed|s|ing)?|paid|payment|credits?|FMF|FMS)\b")


def _kinds(clause: str) -> Iterator[CommentMeaning]:
    matches = [(kind, match) for kind, pattern in _KINDS.items() if (match := pattern.search(clause))]
    if not matches or _DENIED.search(clause):
        return
    doubted = bool(_DOUBTED.search(clause))
    for kind, match in matches:
        if kind == "loan" and _OF_MONEY.search(clause):
            continue
        if kind == "loan" and match[0].lower() == "loan" and clause.strip(" .").lower() != "loan":
            continue
        ambiguous = doubted or (kind == "gift" and bool(_FINANCED.search(clause)))
        yield CommentMeaning("kind", _excerpt(clause, *match.span()), value=kind, ambiguous=ambiguous)


#: Codes that are no sum's before a space: `TOP 20 m` may be a boat.
_AFTER_A_SPACE = frozenset(
    "USD EUR GBP AUD CAD CHF SEK NOK DKK INR JPY KRW CNY SGD ILS BRL PLN CZK NZD RUB ZAR SAR AED".split()
)
_CODES = CURRENCIES - {"XTS", "XXX"}
_SIGN = rf"(?:{currencies.SIGN}|[A-Z]{{3}}(?![A-Z]))"
_N = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,6})(?:\.[0-9]{1,4})?(?![.,]?[0-9])"
_SCALE = rf"{numbers.SCALE}(?!\w)"
_SUM = re.compile(
    rf"(?<![\w$€£₹.-])(?P<sign>{_SIGN})(?P<space> ?)(?P<low>{_N})(?: ?(?P<scale_low>{_SCALE}))?"
    rf"(?: ?(?:-|–|to) ?(?P<sign_high>{_SIGN})? ?(?P<high>{_N}) ?(?P<scale>{_SCALE}))?",
)
_AT_MOST = re.compile(r"(?i)\b(?:up to|at most|max[.]?|maximum|less than|under|below)\s$")
_AT_LEAST = re.compile(r"(?i)\b(?:at least|over|more than|min[.]?|minimum|above)\s$")
#: What the words around a sum say that it paid for, where that is not the arms.
_NO_PRICE_BEFORE = re.compile(
    r"(?i)\b(?:offsets?|debts?|loans?|credits?|compensation|budget|investments?|excl[.]?|excluding|without|not"
    r"|instead|penalt(?:y|ies)|each|unit (?:price|cost)|returned)\b[^,()]{0,16}$"
)
_NO_PRICE_AFTER = re.compile(
    r"(?i)[^,()]{0,24}?\b(?:offsets?|debts?|loans?|credits?|compensation|budget|investments?|penalt(?:y|ies)"
    r"|each|apiece|per|a year|annual(?:ly)?)\b"
)
_GOES_ON = re.compile(r" ?[-–] ?[^\W\d]{0,3}\W?[0-9]")
_DEAL_AFTER = re.compile(r"(?i)\s*(?:\([^()]{0,30}\)\s*)?(?:deal|contract|order|agreement)\b")
_MORE_THAN_THE_DEAL = re.compile(
    r"(?i)\?|\b(?:part|incl|including|includes?|which|together|combined|total|package|programmes?|program"
    r"|support|training|spares?|options?|also|both|plus|other|several|and|with|aid|lease|leased"
    r"|moderni[sz]\w{0,8}|upgrade\w?|offsets?|debts?|loans?|credits?|planned|proposed|offer\w{0,2}"
    r"|possibl[ey]|probabl[ey]|perhaps|maybe|may|reported(?:ly)?|est|estimated|cancelled|not|no|barter)\b"
)
#: In any clause these say that a sum is that of more deals than this one.
_SHARED = re.compile(r"(?i)\b(?:part of|combined|package|of which)\b")


def _sums(clause: str, is_shared: bool) -> Iterator[CommentMeaning]:
    covers_more = is_shared or bool(_MORE_THAN_THE_DEAL.search(clause))
    for match in _SUM.finditer(clause):
        amount = _amount(match)
        start, end = match.span()
        before, after = clause[max(0, start - 40) : start], clause[end : end + 60]
        if amount is None or _is_no_price(before, after):
            continue
        low: Decimal | None = amount.low
        high: Decimal | None = amount.high
        if low == high and _AT_MOST.search(before):
            low = None
        elif low == high and _AT_LEAST.search(before):
            high = None
        yield CommentMeaning(
            "deal_value", _excerpt(clause, start, end), minimum=low, maximum=high,
            currency=amount.currency, ambiguous=covers_more,
        )  # fmt: skip


def _is_no_price(before: str, after: str) -> bool:
    if _NO_PRICE_BEFORE.search(before) or _GOES_ON.match(after):
        return True
    return not _DEAL_AFTER.match(after) and bool(_NO_PRICE_AFTER.match(after))


class _Amount(NamedTuple):
    low: Decimal
    high: Decimal
    currency: str


def _amount(match: re.Match[str]) -> _Amount | None:
    """Return the sum, if it has a currency and a scale and goes upwards."""
    currency = _currency(match["sign"], bool(match["space"]))
    first, last = match["low"], match["high"] or match["low"]
    scale = match["scale"] or match["scale_low"]
    if not currency or not (scale or "," in first):
        return None
    if match["sign_high"] and _currency(match["sign_high"], False) != currency:
        return None
    high = numbers.parse_number(f"{last} {scale or ''}")
    low = numbers.parse_number(f"{first} {match['scale_low'] or scale or ''}")
    return _Amount(low, high, currency) if 0 < low <= high else None


def _currency(sign: str, spaced: bool) -> str:
    codes = _AFTER_A_SPACE if spaced else _CODES
    return currencies.find_currency(sign) or (sign if sign in codes else "")


_WORD = re.compile(r"\S+")


def _excerpt(clause: str, start: int, end: int) -> str:
    """Return a few whole words with the place in them: at most 12 and 200 characters."""
    low, high = max(0, start - LONGEST_EXCERPT_TEXT), end + LONGEST_EXCERPT_TEXT
    words = [word.span() for word in _WORD.finditer(clause, low, high)]
    inside = [at for at, (first, last) in enumerate(words) if last > start and first < end]
    first, last = inside[0], inside[-1]
    while last - first + 1 < LONGEST_EXCERPT:
        wider = [
            (one, other)
            for one, other in ((first, last + 1), (first - 1, last))
            if one >= 0 and other < len(words) and words[other][1] - words[one][0] <= LONGEST_EXCERPT_TEXT
        ]
        if not wider:
            break
        first, last = min(wider, key=lambda each: abs((inside[0] - each[0]) - (each[1] - inside[-1])))
    text = " ".join(clause[one:other] for one, other in words[first : last + 1])
    return text if len(text) <= LONGEST_EXCERPT_TEXT else clause[start:end]
