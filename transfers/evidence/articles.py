"""Check of a reading log against the text of its article."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from .faults import Fault, fold_spaces
from .logs import GAP, Reading, ReadingLog
from .recognition.marks import split_paragraphs


def list_paragraphs(text: str) -> list[str]:
    """Return the text's paragraphs, with white space folded."""
    return [fold_spaces(text[place.start : place.end]) for place in split_paragraphs(text)]


def check_article(log: ReadingLog, directory: Path) -> Iterator[Fault]:
    """Yield a fault unless the article is the one that was read, and for each excerpt that is not in it."""
    if log.broken:
        return
    name = log.values["file"]
    try:
        content = (directory / name).read_bytes()
        paragraphs = list_paragraphs(content.decode("utf-8-sig"))
    except OSError as error:
        yield log.fault("file", f"{name} cannot be read: {error.strerror}")
        return
    except UnicodeDecodeError:
        yield log.fault("file", f"{name} is not UTF-8")
        return
    digest = hashlib.sha256(content).hexdigest()
    if digest != log.values["sha256"]:
        yield log.fault("sha256", f"{name} is not the text that was read: its SHA-256 is {digest}")
    for reading in log.readings:
        yield from _check_excerpt(reading, paragraphs)


def _check_excerpt(reading: Reading, paragraphs: list[str]) -> Iterator[Fault]:
    if reading.paragraphs[-1] > len(paragraphs):
        yield reading.fault("paragraph", f"the article ends with paragraph {len(paragraphs)}")
        return
    parts = reading.excerpt.split(GAP)
    if len(reading.paragraphs) == 1:
        places = [(reading.paragraphs[0], parts)]
    else:
        places = [(number, [part]) for number, part in zip(reading.paragraphs, parts, strict=False)]
    for number, pieces in places:
        text = paragraphs[number - 1]
        match = re.search(
            r"(?!\w).*?(?<!\w)".join(rf"(?<!\w){re.escape(piece)}(?!\w)" for piece in pieces), text
        )
        if match is None:
            yield reading.fault("excerpt", f"{GAP.join(pieces)!r} does not stand in paragraph {number}")
        elif _is_whole_sentence(text, match):
            yield reading.fault(
                "excerpt", "the excerpt is a whole sentence; keep the few words with the figure"
            )


def _is_whole_sentence(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    starts = not before or re.search(r"[.!?]['\"”’]? ['\"“‘]?$", before)
    ends = not after or re.match(r"[.!?]['\"”’]?(?:$| )", after) or re.search(r"[.!?]$", match[0])
    return bool(starts and ends)
