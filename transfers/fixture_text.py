"""A fixture entry as YAML text in the style of the shipped files: pure text, no database."""

import re
import textwrap
from collections.abc import Mapping
from typing import Any

import yaml

#: Fields whose text is always quoted: dates and digests that YAML would read as numbers, words as printed.
QUOTED = frozenset(
    "alpha2 authors as_of date published retrieved sha256 locator excerpt attributed_to".split()
)
#: Fields that stand first, in this order, where an entry has them; the rest follow as the model has them.
FIRST = "transfer source measure event minimum maximum currency unit as_of date".split()
LAST = "state"
#: Models whose entries take one line.
SHORT = ("transfers.partyalias", "transfers.systemalias")
WIDTH = 116

_PLAIN = re.compile(r"[^\W\d_](?:[\w /+-]*\w)?")
_PLAIN_ON_ITS_LINE = re.compile(r"[^\W\d_](?:[\w ./+,()&'-]*[\w)])?")
_ADDRESS = re.compile(r"https?://[\w./~?&=%+@:-]*[\w/]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def entry(model: str, fields: Mapping[str, Any]) -> str:
    """One entry, with a newline at its end."""
    if model in SHORT:
        said = ", ".join(f"{name}: {_value('', value)}" for name, value in fields.items())
        return f"- {{model: {model}, fields: {{{said}}}}}\n"
    lines = [f"- model: {model}", "  fields:"]
    for name in sorted(fields, key=_place):
        lines.append(f"    {name}: {_value(name, fields[name])}")
    return "\n".join(lines) + "\n"


def _place(name: str) -> int:
    """Where a field stands; sorting is stable, so those alike stay as the model has them."""
    if name in FIRST:
        return FIRST.index(name)
    return len(FIRST) + (name == LAST)


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_text('', part) for part in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _text(name, str(value))


def _text(name: str, text: str) -> str:
    """A text as the field of this name has it; without a name: inside of brackets."""
    if name == "note" and _folds(text):
        folded = textwrap.wrap(text, WIDTH - 6, break_long_words=False, break_on_hyphens=False)
        return ">-\n" + "\n".join(f"      {line}" for line in folded)
    plain = (_PLAIN_ON_ITS_LINE, _ADDRESS) if name else (_PLAIN,)
    if name not in QUOTED and any(each.fullmatch(text) for each in plain) and _is_text(text):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _folds(text: str) -> bool:
    """Whether a folded block would give the text back: one paragraph, single spaces, all to be seen."""
    return bool(text) and text == " ".join(text.split()) and text.isprintable()


def _is_text(text: str) -> bool:
    """Whether YAML reads the bare word as text: yes, null, 1e3 and their like it does not."""
    return bool(yaml.safe_load(f"text: {text}") == {"text": text})


def _escaped(character: str) -> str:
    """What cannot be seen is written by its code, so that an editor cannot lose it."""
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
