"""Published rows and claims in words: what they say, and what differs between two versions. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from transfers.vocabulary import fields, measures
from transfers.vocabulary.fields import Field, Type
from transfers.vocabulary.numbers import format_number

from . import attestation
from .attestation import Choice

Flat = Mapping[str, Any]
_NAMED = ("supplier", "recipient", "system")
#: Fields that another field's words say too.
_SAID_ELSEWHERE = ("deal_currency", *(f"{name}_name" for name in _NAMED))
#: What the figure of a claim is made of, which its words say together.
_FIGURE = ("minimum", "maximum", "unit", "currency", "date")
#: Fields of a claim that say something of their own: days are made of dates.
_CLAIM_FIELDS = tuple(
    item
    for item in fields.CLAIM
    if item.name not in ("claim", *_FIGURE, *fields.ADDED_BY_REVISION)
    and not item.name.endswith(("_earliest", "_latest"))
)


#: Why a row speaks in its unit or currency and not in the others that are claimed.
_RULES = {
    attestation.PREFERRED: "that of the preferred claim",
    attestation.ATTESTED: "that of the best attested claim",
    attestation.SOURCES: "that of most sources",
    attestation.LATEST: "that of the latest statement",
}


@dataclass(frozen=True)
class Difference:
    """What a field or a claim said before and says after; nothing: it was or is absent."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.label}: {self.after} (new)"
        if not self.after:
            return f"{self.label}: no longer {self.before}"
        return f"{self.label}: {self.after} instead of {self.before}"


def describe_value(field: Field, value: Any) -> str:
    """Return the value of a public field in words; nothing for an absent one."""
    if value is None or value == "":
        return ""
    labels = dict(field.choices)
    if field.type == Type.LIST:
        items = value if isinstance(value, list) else value.split("|")
        return ", ".join(labels.get(item) or item for item in items)
    if field.type == Type.BOOLEAN:
        return "yes" if value else "no"
    if str(value) in labels:
        return labels[str(value)]
    return format_number(value) if field.type in (Type.INTEGER, Type.NUMBER) else str(value)


def describe_range(minimum: Any, maximum: Any) -> str:
    """Return a figure by its two ends: `6`, `6 to 8`, `at least 6`, `up to 8`."""
    ends = [None if end is None else format_number(end) for end in (minimum, maximum)]
    match ends:
        case [None, None]:
            return ""
        case [least, None]:
            return f"at least {least}"
        case [None, most]:
            return f"up to {most}"
        case [least, most]:
            return f"{least}" if least == most else f"{least} to {most}"
    return ""


def describe_row(row: Flat) -> dict[str, str]:
    """Return what a row says, by label and in public order; what it does not say is left out."""
    described: dict[str, str] = {}
    for field in fields.ROW:
        if field.name not in (*fields.ADDED_BY_REVISION, *_SAID_ELSEWHERE):
            name = get_stem(field.name) or field.name
            described.setdefault(build_label(name), _describe_field(field, name, row))
    return {label: text for label, text in described.items() if text}


def build_label(name: str) -> str:
    """Return a field's or a figure's name for people."""
    text = measures.MEASURES.get(name, name.replace("_", " "))
    return text[0].upper() + text[1:]


def get_stem(name: str) -> str | None:
    """Return the figure that a field belongs to: `date_agreed` for `date_agreed_latest`."""
    return next((stem for stem in measures.STEMS if name == stem or name.startswith(f"{stem}_")), None)


def _describe_field(field: Field, name: str, row: Flat) -> str:
    if name in _NAMED:
        return f"{row[f'{name}_name']} ({row[name]})"
    if f"{name}_min" in row:
        text = describe_range(row[f"{name}_min"], row[f"{name}_max"])
        return f"{row['deal_currency']} {text}" if text and name == "deal_value" else text
    return describe_value(field, row[field.name])


def list_differences(before: Flat | None, after: Flat | None) -> list[Difference]:
    """Return what two rows say differently; no row says nothing."""
    old, new = (describe_row(row) if row else {} for row in (before, after))
    return _compare(DESCRIPTIONS, old, new)


def _compare(labels: Iterable[str], old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
    pairs = ((label, old.get(label, ""), new.get(label, "")) for label in labels)
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def describe_claim(claim: Flat) -> str:
    """Return a claim's figure and where it stands: `6 to 8 system, gazette ¶3`."""
    return f"{_describe_figure(claim)}, {claim['source']} {claim['locator']}"


def _describe_figure(claim: Flat) -> str:
    figure = claim["date"] or describe_range(claim["minimum"], claim["maximum"])
    return f"{figure} {claim['unit'] or claim['currency'] or ''}".strip()


def list_claim_differences(before: Iterable[Flat], after: Iterable[Flat]) -> list[Difference]:
    """Return the claims that were added or removed, and what changed in the others."""
    old, new = ({claim["claim"]: claim for claim in claims} for claims in (before, after))
    differences: list[Difference] = []
    for identifier in {**old, **new}:
        was, is_now = old.get(identifier), new.get(identifier)
        claim = is_now or was
        assert claim is not None
        label = f"Claim of {measures.MEASURES.get(claim['measure'], claim['measure'])}"
        if was and is_now:
            label = f"{label}, {claim['source']} {claim['locator']}"
            differences += [
                Difference(f"{label}, {changed.label.lower()}", changed.before, changed.after)
                for changed in _compare(_CLAIM_LABELS, _describe_fields(was), _describe_fields(is_now))
            ]
        else:
            texts = (describe_claim(version) if version else "" for version in (was, is_now))
            differences.append(Difference(label, *texts))
    return differences


def _describe_fields(claim: Flat) -> dict[str, str]:
    described = {build_label(field.name): describe_value(field, claim[field.name]) for field in _CLAIM_FIELDS}
    return {"Figure": _describe_figure(claim)} | described


#: What rows say, by label and in public order: the meaning of the field, or of the first of a figure's.
DESCRIPTIONS: dict[str, str] = {}
for _field in fields.ROW:
    DESCRIPTIONS.setdefault(build_label(get_stem(_field.name) or _field.name), _field.description)
_CLAIM_LABELS = ("Figure", *(build_label(field.name) for field in _CLAIM_FIELDS))


def describe_choice(field: str, choice: Choice) -> str:
    """Return why a row speaks in its unit or currency, in words."""
    others = ", ".join(choice.others)
    if choice.word is None:
        return f"{build_label(field)}: no number is shown, as none of {others} stands out. Prefer a claim."
    return f"{build_label(field)}: {choice.word}, {_RULES[choice.rule]}. Also claimed: {others}."
