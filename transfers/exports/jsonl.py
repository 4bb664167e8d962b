"""JSON Lines: one object a line, the same members and values as in a JSON page."""

from collections.abc import Iterable, Iterator

import orjson
import pyarrow as pa

from .table import About, rows

MEDIA_TYPE = "application/x-ndjson"


def stream(batches: Iterable[pa.RecordBatch], about: About) -> Iterator[bytes]:
    """A piece of lines a batch."""
    names = [column.name for column in about.columns]
    for batch in batches:
        lines = [
            orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
            for row in rows(batch, about)
        ]
        yield b"".join(lines)
