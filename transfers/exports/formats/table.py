"""Input of every format: columns, a description of the answer, and batches of raw values.

Raw batches hold whole numbers as int64, numbers as double, and everything else as text, written as in
JSON: ISO dates and times, true and false; the members of a list are joined by |. `cast_batch` gives
them the types of Parquet and Arrow, `iterate_rows` the values of JSON.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_RAW = {"integer": pa.int64(), "number": pa.float64()}
_TYPED = {
    **_RAW,
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.timestamp("us", tz="UTC"),
    "list": pa.list_(pa.string()),
}
#: Doubles hold every whole number up to here.
_EXACT = 2**53


@dataclass(frozen=True)
class Column:
    """Column of an answer; `kind` is the value of its field's type."""

    name: str
    kind: str
    description: str
    unit: str = ""

    @property
    def raw(self) -> pa.DataType:
        return _RAW.get(self.kind, pa.string())


@dataclass(frozen=True)
class About:
    """Description that an answer carries: its columns, the question, and the state of the register."""

    columns: tuple[Column, ...]
    name: str
    query: str
    revision: int
    time: str
    licence: str
    citation: str
    count: int
    excel: bool = False

    @property
    def raw_schema(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.raw) for column in self.columns])

    @property
    def schema(self) -> pa.Schema:
        """Return the typed schema, with the descriptions of each field and of the answer as metadata."""
        fields = [
            pa.field(column.name, _TYPED.get(column.kind, pa.string()), metadata=_metadata(column))
            for column in self.columns
        ]
        metadata = {"query": self.query, "revision": str(self.revision), "time": self.time,
                "licence": self.licence, "citation": self.citation}  # fmt: skip
        return pa.schema(fields, metadata=metadata)


def _metadata(column: Column) -> dict[str, str]:
    texts = {"description": column.description, "unit": column.unit}
    return {name: text for name, text in texts.items() if text}


def build_batch(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Build one batch of raw rows from a Python cursor."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def cast_batch(batch: pa.RecordBatch, about: About) -> pa.RecordBatch:
    """Return the batch in the types of `about.schema`."""
    schema = about.schema
    arrays = [
        _list(array) if pa.types.is_list(field.type) else pc.cast(array, field.type)
        for array, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _list(array: pa.Array) -> pa.ListArray:
    """Split texts joined by | into lists; an empty or missing text is a list without members."""
    empty_as_null = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    parts = pc.split_pattern(empty_as_null, "|")
    return pa.ListArray.from_arrays(parts.offsets, parts.values)


def iterate_rows(batch: pa.RecordBatch, about: About) -> Iterator[tuple[Any, ...]]:
    """Return the batch row by row, each value as JSON shows it."""
    columns = [
        _shown(array.to_pylist(), column.kind)
        for array, column in zip(batch.columns, about.columns, strict=True)
    ]
    return zip(*columns, strict=True)


def _shown(values: list[Any], kind: str) -> list[Any]:
    convert = SHOWN.get(kind)
    return [convert(value) for value in values] if convert else values


def drop_empty_fraction(value: float | None) -> float | int | None:
    """Return a number without a fraction as an integer, as far as a double is exact."""
    if value is None or not -_EXACT <= value <= _EXACT or value != int(value):
        return value
    return int(value)


def _truth(value: str | None) -> bool | None:
    return None if value is None else value == "true"


def _members(value: str | None) -> list[str]:
    return value.split("|") if value else []


#: Kind of column → function from a raw value to what JSON shows; values of other kinds stay as they are.
SHOWN: dict[str, Callable[[Any], Any]] = {
    "number": drop_empty_fraction,
    "boolean": _truth,
    "list": _members,
    "changes": json.loads,
}


class Outbox(io.RawIOBase):
    """File that only grows, and whose bytes are taken as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def group_batches(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.Table]:
    """Yield the batches joined to tables of at least this many rows, save the last."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(len(member) for member in waiting) >= size:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)
