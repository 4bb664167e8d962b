"""How many words two texts share, estimated from small sketches of them. Pure."""

import zlib

from transfers.vocabulary import words

#: Words in a row that two texts share only where one was copied, and how many of them a sketch keeps.
IN_A_ROW, KEPT = 4, 96


def build_sketch(text: str) -> str:
    """Return the least hashes of the text's words in rows: texts that share rows share hashes."""
    parts = words.split(text)
    rows = (" ".join(parts[at : at + IN_A_ROW]) for at in range(max(len(parts) - IN_A_ROW + 1, 0)))
    hashes = sorted({zlib.crc32(row.encode()) for row in rows})
    return " ".join(f"{number:08x}" for number in hashes[:KEPT])


def estimate_likeness(sketch: str, other: str) -> float:
    """Return which part of their rows two texts share, from 0 to 1; 0 where one has too few words."""
    ours, theirs = set(sketch.split()), set(other.split())
    least = sorted(ours | theirs)[:KEPT]
    return len(ours & theirs & set(least)) / len(least) if least else 0.0
