"""Arrow IPC stream: the typed batches as they are, compressed by zstd, for readers that take Arrow."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from .table import About, Outbox, cast_batch

MEDIA_TYPE = "application/vnd.apache.arrow.stream"


def stream(batches: Iterable[pa.RecordBatch], about: About) -> Iterator[bytes]:
    """Yield the schema and then a piece a batch."""
    outbox = Outbox()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(outbox, about.schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(cast_batch(batch, about))
            yield outbox.take()
    yield outbox.take()
