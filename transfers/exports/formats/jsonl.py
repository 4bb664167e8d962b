"""JSON Lines: one object a line, the same members and values as in a JSON page."""

from collections.abc import Iterable, Iterator

import orjson
import pyarrow as pa

from .table import About, iterate_rows

MEDIA_TYPE = "application/x-ndjson"
#: Rows that are Python objects at a time: each takes some kilobytes.
_LINES = 512


def stream(batches: Iterable[pa.RecordBatch], about: About) -> Iterator[bytes]:
    """Yield pieces of some hundred lines."""
    names = [column.name for column in about.columns]
    for batch in batches:
        for start in range(0, len(batch), _LINES):
            lines = [
                orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
                for row in iterate_rows(batch.slice(start, _LINES), about)
            ]
            yield b"".join(lines)
