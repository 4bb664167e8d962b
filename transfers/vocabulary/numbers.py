"""Numbers in English: `2,500`, `2.5 billion`, `a dozen`, `two hundred and fifty`. Pure.

Where a number may stand in a text is up to the reader of that text; its patterns are made of these.
"""

import re
from decimal import Decimal

_ONES = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {
    **{word: Decimal(value) for value, word in enumerate(["zero", *_ONES, *_TEENS])},
    **{word: Decimal(value) for value, word in zip(range(20, 100, 10), _TENS, strict=True)},
    **dict.fromkeys(("a", "an"), Decimal(1)),
    "half": Decimal("0.5"),
}
SCALES = {
    "dozen": Decimal(12),
    "hundred": Decimal(100),
    "thousand": Decimal(10**3),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
SHORT_SCALES = {
    **dict.fromkeys(("mln", "mn", "m"), Decimal(10**6)),
    **dict.fromkeys(("bn", "b"), Decimal(10**9)),
    **dict.fromkeys(("tn", "tr"), Decimal(10**12)),
    "k": Decimal(10**3), "lakh": Decimal(10**5), "crore": Decimal(10**7),
}  # fmt: skip
_ALL_SCALES = SCALES | SHORT_SCALES
SCALE = rf"(?:{'|'.join(_ALL_SCALES)})"
#: A number in words below a hundred; and any, but for the scales at its end.
SIMPLE = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join((*_TEENS, *_ONES))})"
WORDS = (
    rf"(?:(?:{SIMPLE}|an?)(?:(?: (?:hundred|thousand|million))+(?: and)? {SIMPLE})*"
    rf"|half an?(?= {SCALE}\b))"
)


def parse_number(text: str) -> Decimal:
    """Return the number that digits or words name: `2,500`, `1.2 b`, `half a dozen`, `thirty-one`."""
    total = part = Decimal(0)
    for word in re.findall(r"[\d.]+|[a-z]+", re.sub(r",|\band\b|(?<=half )an?\b", "", text.lower())):
        scale = _ALL_SCALES.get(word)
        if scale is None:
            part += _VALUES[word] if word in _VALUES else Decimal(word)
        elif scale <= 100:
            part *= scale
        elif scale > total:
            total, part = (total + part) * scale, Decimal(0)
        else:
            total, part = total + part * scale, Decimal(0)
    whole = (total + part).to_integral_value()
    return whole if whole == total + part else total + part


def format_number(number: int | float | Decimal) -> str:
    """Return a number as people write it: `420,000,000`, `2.25`, without zeros at the end."""
    text = f"{Decimal(str(number)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
