"""Reading logs written back: what a file says already is left to the letter, the rest is written anew."""

import json
from collections.abc import Mapping
from typing import Any

from .logs import Reading, ReadingLog

HEAD = "# Reading log; its rules are in FORMAT.md.\n"
#: What stands at the top of a log, in this order, where the log has it.
TOP = tuple("key publisher title authors agencies published how_dated url language file sha256".split())


def merge_log(log: ReadingLog, before: ReadingLog | None = None, text: str = "") -> str:
    """Return the text of the log; `before` is the log that the file holds, as `text`, if there is one."""
    old_head, old_blocks = _split_text(text, before) if before else ("", [])
    is_same_head = before is not None and _list_top(before.values) == _list_top(log.values)
    wanted = {_get_key(reading): reading for reading in log.readings}
    blocks: list[tuple[Reading, str]] = []
    for old, block in old_blocks:
        if reading := wanted.pop(_get_key(old), None):
            blocks.append((reading, block if _is_same(reading, old) else _replace(block, reading)))
    for reading in wanted.values():
        place = sum(other.paragraphs <= reading.paragraphs for other, _ in blocks)
        blocks.insert(place, (reading, _write_reading(reading)))
    head = old_head if is_same_head else _write_head(log.values)
    parts = [head, *(block for _, block in blocks)]
    if is_same_head and parts == [old_head, *(block for _, block in old_blocks)]:
        return text
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _get_key(reading: Reading) -> tuple[str, str]:
    return reading.locator, reading.excerpt


def _list_top(values: Mapping[str, Any]) -> list[Any]:
    return [values.get(name) for name in TOP]


def _is_same(reading: Reading, other: Reading) -> bool:
    names = ("finding", "attributed_to", "declined")
    same = all(getattr(reading, name) == getattr(other, name) for name in names)
    return same and set(reading.recorded_as) == set(other.recorded_as)


def _split_text(text: str, log: ReadingLog) -> tuple[str, list[tuple[Reading, str]]]:
    """Return the head of a log and each reading with its text, the comment above it included."""
    lines = text.splitlines(keepends=True)
    starts = []
    for reading in log.readings:
        start = reading.lines[""] - 1
        while start and lines[start - 1].startswith("#"):
            start -= 1
        starts.append(start)
    ends = [*starts[1:], len(lines)]
    blocks = ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
    head = "".join(lines[: starts[0] if starts else len(lines)])
    return head, list(zip(log.readings, blocks, strict=True))


def _replace(block: str, reading: Reading) -> str:
    comment = [line for line in block.splitlines(keepends=True) if line.startswith("#")]
    return "".join(comment) + _write_reading(reading)


def _write_head(values: Mapping[str, Any]) -> str:
    return HEAD + "".join(
        f"{name} = {_write(values[name])}\n" for name in TOP if values.get(name) is not None
    )


def _write_reading(reading: Reading) -> str:
    numbers = list(reading.paragraphs)
    values = {
        "paragraph": numbers if len(numbers) > 1 else numbers[0],
        "excerpt": reading.excerpt,
        "finding": reading.finding,
        "attributed_to": reading.attributed_to,
        "recorded_as": list(reading.recorded_as),
        "declined": reading.declined,
    }
    return "[[reading]]\n" + "".join(f"{name} = {_write(value)}\n" for name, value in values.items() if value)


def _write(value: Any) -> str:
    """Return a text, a number or a list as TOML on one line; what JSON escapes, TOML escapes alike."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
