"""Reading logs: TOML files read with the line of each key, each key's presence and type checked."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transfers.vocabulary import edtf
from transfers.vocabulary.words import LONGEST_EXCERPT

from .faults import Fault, UnreadableFile, fold_spaces, read_text

#: Stands for left-out words inside an excerpt.
GAP = " … "

Lines = Mapping[str, int]
Values = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """Statement of a paragraph and what became of it: claims (`recorded_as`) or a reason (`declined`)."""

    path: Path
    lines: Lines
    paragraphs: tuple[int, ...]
    excerpt: str
    finding: str
    attributed_to: str = ""
    recorded_as: tuple[str, ...] = ()
    declined: str = ""

    @property
    def locator(self) -> str:
        """Return the paragraphs as claims print them: `¶14`, `¶9, ¶10`."""
        return ", ".join(f"¶{number}" for number in self.paragraphs)

    def fault(self, key: str, message: str) -> Fault:
        """Return a fault in the line of this key, or of the table where it lacks the key."""
        return Fault(self.path, self.lines.get(key, self.lines[""]), message)


@dataclass(frozen=True)
class ReadingLog:
    """Reading log of a source. `broken`: some of it has the wrong shape and is not among `readings`."""

    path: Path
    lines: Lines
    values: Values
    readings: list[Reading] = field(default_factory=list)
    broken: bool = False

    @property
    def key(self) -> str:
        return self.path.stem

    def fault(self, key: str, message: str) -> Fault:
        """Return a fault in the line of this top-level key, or in the first line where it is missing."""
        return Fault(self.path, self.lines.get(key, 1), message)


def read_logs(directory: Path) -> tuple[list[ReadingLog], list[Fault]]:
    """Return the logs of the directory in order of name, and the faults of their own shape."""
    logs, faults = [], []
    paths = sorted(directory.glob("*.toml"))
    if not paths:
        faults.append(Fault(directory, 1, "holds no reading log (*.toml)"))
    for path in paths:
        log, log_faults = read_log(path)
        logs.append(log)
        faults += log_faults
    return logs, faults


def read_log(path: Path) -> tuple[ReadingLog, list[Fault]]:
    """Return a log and its faults; a broken one without readings where the file itself cannot be read."""
    try:
        text = read_text(path)
        values = _parse(path, text)
    except UnreadableFile as error:
        return ReadingLog(path, {"": 1}, {}, broken=True), [error.fault]
    top, *tables = _find_lines(text)
    log = ReadingLog(path, top, values)
    faults = [log.fault(key, message) for key, message in _check_shape(values, top, _LOG)]
    reading_tables = values.get("reading")
    if faults or not isinstance(reading_tables, list) or len(tables) != len(reading_tables):
        faults = faults or [log.fault("", "each reading stands under a line [[reading]]")]
        return ReadingLog(path, top, values, broken=True), faults
    parsed = [_parse_reading(path, lines, table) for lines, table in zip(tables, reading_tables, strict=True)]
    readings = [reading for reading, _ in parsed if reading is not None]
    faults = [fault for _, reading_faults in parsed for fault in reading_faults]
    top_faults = list(_check_bibliography(log))
    broken = bool(top_faults) or len(readings) < len(parsed)
    return ReadingLog(path, top, values, readings, broken), [*top_faults, *faults, *_check_repeated(readings)]


def _parse(path: Path, text: str) -> Values:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        message = str(error)[: match.start()] if match else str(error)
        line = int(match[1]) if match and match[1] else text.rstrip("\n").count("\n") + 1
        raise UnreadableFile(path, line, f"is not TOML: {message}") from error


def _find_lines(text: str) -> list[dict[str, int]]:
    """Return the line of each key, at the top and in each [[reading]]; `""` is that of the table itself."""
    tables = [{"": 1}]
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\s*\[\[\s*reading\s*\]\]", line):
            tables.append({"": number})
        elif match := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
            tables[-1].setdefault(match[1], number)
    return tables


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are_numbers(value: Any) -> bool:
    rising = isinstance(value, list) and all(map(_is_number, value)) and value == sorted(set(value))
    return _is_number(value) or (rising and len(value) > 1)


Shape = dict[str, tuple[bool, Callable[[Any], bool], str]]

_TEXT, _TEXTS = (_is_text, "text, and not empty"), (_are_texts, "a list of texts, none of them empty")
#: What may stand at the top of a log: whether it must, its test, and the test in words.
_LOG: Shape = {
    **dict.fromkeys(("key", "publisher", "title", "published", "language", "file", "sha256"), (True, *_TEXT)),
    **dict.fromkeys(("authors", "agencies"), (True, *_TEXTS)),
    **dict.fromkeys(("url", "how_dated"), (False, *_TEXT)),
    "reading": (True, lambda value: isinstance(value, list), "tables under [[reading]]"),
}
#: What may stand in a reading.
_READING: Shape = {
    "paragraph": (True, _are_numbers, "a whole number from 1, or several in rising order"),
    **dict.fromkeys(("excerpt", "finding"), (True, *_TEXT)),
    **dict.fromkeys(("attributed_to", "declined"), (False, *_TEXT)),
    "recorded_as": (False, lambda value: bool(value) and _are_texts(value), "a list of texts, at least one"),
}


def _check_shape(values: Values, lines: Lines, shape: Shape) -> Iterator[tuple[str, str]]:
    """Yield each key that is missing, unknown, of the wrong type, or not on its own line, with a message."""
    for key, (required, _, _) in shape.items():
        if required and key not in values:
            yield "", f"{key} is missing"
    for key, value in values.items():
        if key not in shape:
            yield key, f"{key} is not a key of the format"
        elif not shape[key][1](value):
            yield key, f"{key} must be {shape[key][2]}"
        elif key not in lines and key != "reading":
            yield "", f"{key} must start a line of its own"
    for key in lines.keys() - values.keys() - {""}:
        yield key, f"{key} = inside another value: write each value on one line"


def _parse_reading(path: Path, lines: Lines, table: Values) -> tuple[Reading | None, list[Fault]]:
    """Return the reading, or None where its shape is wrong, and its faults."""
    blank = Reading(path, lines, (), "", "")
    faults = [blank.fault(key, message) for key, message in _check_shape(table, lines, _READING)]
    if faults:
        return None, faults
    paragraph = table["paragraph"]
    reading = Reading(
        path,
        lines,
        paragraphs=tuple(paragraph) if isinstance(paragraph, list) else (paragraph,),
        excerpt=fold_spaces(table["excerpt"]),
        finding=table["finding"],
        attributed_to=table.get("attributed_to", ""),
        recorded_as=tuple(table.get("recorded_as", ())),
        declined=table.get("declined", ""),
    )
    return reading, list(_check_content(reading))


def _check_content(reading: Reading) -> Iterator[Fault]:
    if (length := len(reading.excerpt.split())) > LONGEST_EXCERPT:
        yield reading.fault("excerpt", f"the excerpt has {length} words; {LONGEST_EXCERPT} is the most")
    if 1 < len(reading.paragraphs) != len(reading.excerpt.split(GAP)):
        yield reading.fault(
            "excerpt", "of several paragraphs, the excerpt has one part each, joined by ' … '"
        )
    if bool(reading.recorded_as) == bool(reading.declined):
        yield reading.fault("", "a reading has either recorded_as or declined, and not both")
    for target, count in Counter(reading.recorded_as).items():
        if count > 1:
            yield reading.fault("recorded_as", f"{target} is listed {count} times")


def _check_bibliography(log: ReadingLog) -> Iterator[Fault]:
    """Yield the faults of a log's top that its shape does not show."""
    values = log.values
    if values["key"] != log.key:
        yield log.fault("key", f"the key is {values['key']}, but the file is named {log.path.name}")
    if "/" in values["file"] or "\\" in values["file"]:
        yield log.fault("file", "only the file's name, without a directory")
    try:
        when = edtf.parse(values["published"])
    except edtf.EDTFError as error:
        yield log.fault("published", str(error))
        return
    if when.earliest != when.latest and "how_dated" not in values:
        yield log.fault("published", "not a single day: how_dated must say how it was derived")


def _check_repeated(readings: list[Reading]) -> Iterator[Fault]:
    first: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        earlier = first.setdefault((reading.locator, reading.excerpt), reading)
        if earlier is not reading:
            yield reading.fault("", f"the same paragraph and excerpt as in line {earlier.lines['']}")
