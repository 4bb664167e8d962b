"""Parquet: typed, compressed by zstd, with every field's description and the question in its metadata."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from .table import About, Outbox, cast_batch, group_batches

MEDIA_TYPE = "application/vnd.apache.parquet"
IN_RELEASES = True
#: Rows of one group: readers skip and load groups, and one is held in memory while it is written.
_GROUP = 10_000


def stream(batches: Iterable[pa.RecordBatch], about: About) -> Iterator[bytes]:
    """Yield a piece a group of rows; the footer comes last, so a file that was cut cannot be read."""
    outbox = Outbox()
    with ParquetWriter(outbox, about.schema, compression="zstd") as writer:
        for group in group_batches((cast_batch(batch, about) for batch in batches), _GROUP):
            writer.write_table(group, row_group_size=len(group))
            yield outbox.take()
    yield outbox.take()
