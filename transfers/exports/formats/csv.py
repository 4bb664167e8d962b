"""CSV after RFC 4180: UTF-8 without a byte-order mark, CRLF, ISO dates, empty = null, lists joined by |.

With `excel`, for spreadsheets: the mark, and an apostrophe before texts that they would run as formulas.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import CSVWriter, WriteOptions, write_csv

from .table import About, Outbox

MEDIA_TYPE = "text/csv; charset=utf-8"
IN_RELEASES = True
_BOM = "\ufeff".encode()
_OPTIONS = WriteOptions(eol="\r\n", quoting_header="none")
_WITHOUT_HEADER = WriteOptions(eol="\r\n", include_header=False)
#: What begins a formula in a spreadsheet, in full width too; a plain negative number does not.
_FORMULA = r"^[=+\-@\t\r＝＋－＠]"
_NEGATIVE = r"^-[0-9]+(\.[0-9]+)?$"


def stream(batches: Iterable[pa.RecordBatch], about: About) -> Iterator[bytes]:
    """Yield the header and then the rows, a piece a batch."""
    outbox = Outbox()
    CSVWriter(outbox, about.raw_schema, write_options=_OPTIONS).close()
    yield (_BOM if about.excel else b"") + outbox.take()
    for batch in batches:
        texts = (_guarded(batch) if about.excel else batch).columns
        cells = [_cells(array, column.kind) for array, column in zip(texts, about.columns, strict=True)]
        if len(cells) == 1:  # a missing value alone on its line is "", as readers pass over blank lines
            cells = [pc.fill_null(cells[0].cast(pa.string()), "")]
        write_csv(pa.RecordBatch.from_arrays(cells, batch.schema.names), outbox, _WITHOUT_HEADER)
        yield outbox.take()


def _cells(array: pa.Array, kind: str) -> pa.Array:
    """Return numbers that are all whole as integers, for the digits of 1e15; booleans without quotes."""
    if kind == "boolean":
        return array.cast(pa.bool_())
    if kind != "number":
        return array
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:  # a fraction, or too large to be exact
        return array


def _guarded(batch: pa.RecordBatch) -> pa.RecordBatch:
    arrays = [_guard(array) if pa.types.is_string(array.type) else array for array in batch.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)


def _guard(texts: pa.StringArray) -> pa.StringArray:
    formula = pc.match_substring_regex(texts, _FORMULA)
    negative = pc.match_substring_regex(texts, _NEGATIVE)
    quoted = pc.binary_join_element_wise("'", texts, "")
    return pc.if_else(pc.and_not(formula, negative), quoted, texts)
