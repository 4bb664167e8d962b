"""Places of excerpts in the text of an article, and the check of a reading log against it."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .faults import Fault, fold_spaces
from .logs import GAP, Reading, ReadingLog
from .recognition.marks import split_paragraphs


def list_locator_paragraphs(locator: str) -> list[int]:
    """Return the paragraphs that a claim's locator names: 9 and 10 of `¶9, ¶10`."""
    return [int(number) for number in re.findall(r"¶\s?([0-9]{1,6})", locator)]


def find_excerpt(text: str, paragraphs: Sequence[int], excerpt: str) -> list[tuple[int, int]]:
    """Return where the parts of an excerpt start and end in the text; nothing unless all are there."""
    blocks = split_paragraphs(text)
    if not paragraphs or not excerpt.strip() or max(paragraphs) > len(blocks):
        return []
    places: list[tuple[int, int]] = []
    for number, pieces in _split_excerpt(paragraphs, fold_spaces(excerpt)):
        block = blocks[number - 1]
        spans = _find_pieces(text[block.start : block.end], pieces)
        if not spans:
            return []
        places += [(block.start + start, block.start + end) for start, end in spans]
    return places


def _split_excerpt(paragraphs: Sequence[int], excerpt: str) -> Iterable[tuple[int, list[str]]]:
    """Return each paragraph with the parts of the excerpt that stand in it."""
    parts = excerpt.split(GAP)
    if len(paragraphs) == 1:
        return [(paragraphs[0], parts)]
    return [(number, [part]) for number, part in zip(paragraphs, parts, strict=False)]


def _find_pieces(text: str, pieces: Iterable[str]) -> list[tuple[int, int]]:
    """Return where the pieces stand as whole words, one after the other; nothing unless all of them do."""
    places: list[tuple[int, int]] = []
    for piece in pieces:
        words = r"\s+".join(map(re.escape, piece.split()))
        match = re.compile(rf"(?<!\w){words}(?!\w)").search(text, places[-1][1] if places else 0)
        if match is None:
            return []
        places.append(match.span())
    return places


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
    for message in list_excerpt_faults(paragraphs, reading.paragraphs, reading.excerpt):
        yield reading.fault("excerpt", message)


def list_excerpt_faults(paragraphs: Sequence[str], numbers: Sequence[int], excerpt: str) -> Iterator[str]:
    """Yield what is wrong with an excerpt of the paragraphs of these numbers; `paragraphs` are all."""
    for number, pieces in _split_excerpt(numbers, excerpt):
        text = paragraphs[number - 1]
        spans = _find_pieces(text, pieces)
        if not spans:
            yield f"{GAP.join(pieces)!r} does not stand in paragraph {number}"
        elif _is_whole_sentence(text, spans[0][0], spans[-1][1]):
            yield "the excerpt is a whole sentence; keep the few words with the figure"


def _is_whole_sentence(text: str, start: int, end: int) -> bool:
    before, after = text[:start], text[end:]
    starts = not before or re.search(r"[.!?]['\"”’]? ['\"“‘]?$", before)
    ends = not after or re.match(r"[.!?]['\"”’]?(?:$| )", after) or re.search(r"[.!?]$", text[start:end])
    return bool(starts and ends)
