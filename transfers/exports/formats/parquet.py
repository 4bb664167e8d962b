"""Parquet: typed, compressed by zstd, with every field's description and the question in its metadata."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from .table import About, Outbox, in_groups, typed

MEDIA_TYPE = "application/vnd.apache.parquet"
#: Rows of one group: readers skip and load groups, and one is held in memory while it is written.
_GROUP = 10_000


def stream(batches: Iterable[pa.RecordBatch], about: About) -> Iterator[bytes]:
    """A piece a group of rows; the footer comes last, so a file that was cut short cannot be read."""
    outbox = Outbox()
    with ParquetWriter(outbox, about.schema, compression="zstd") as writer:
        for group in in_groups((typed(batch, about) for batch in batches), _GROUP):
            writer.write_table(group, row_group_size=len(group))
            yield outbox.take()
    yield outbox.take()
