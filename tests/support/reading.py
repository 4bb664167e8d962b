"""Reading exports back: each format with a reader that did not write it."""

import csv
import io
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.cache import cache
from django.db import connection
from python_calamine import CalamineWorkbook

from transfers.api.resources.dictionary import DICTIONARY
from transfers.api.resources.summary import list_items
from transfers.models import RegistryRow
from transfers.publication import editions
from transfers.vocabulary import fields

MEDIA_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "arrow": "application/vnd.apache.arrow.stream",
}
FORMATS = list(MEDIA_TYPES)
#: Every list, and one transfer, with the fields of its rows.
RESOURCES = {
    "transfers": fields.ROW, "claims": fields.CLAIM, "parties": fields.PARTY, "systems": fields.SYSTEM,
    "sources": fields.SOURCE, "transfers/summary": list_items([]), "fields": DICTIONARY,
    "transfers/rus-srb": fields.CLAIM,
}  # fmt: skip
TYPED = ["jsonl", "parquet", "arrow"]
#: Where rows are read: through Django's connection, or in a process that sees what is committed.
PATHS = ["small", pytest.param("large", marks=pytest.mark.django_db(transaction=True))]
ROW = {
    "supplier": "RUS", "supplier_name": "Russia", "recipient": "SRB", "recipient_name": "Serbia",
    "system": "s-400", "system_name": "S-400", "category": "air_defence", "kind": "sale",
    "condition": "new", "status": "agreed", "sources": 1, "origins": 1,
    "updated": datetime(2026, 1, 31, 12, tzinfo=UTC),
}  # fmt: skip


def body(client, address):
    """The whole of an answer."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return b"".join(answer)


def rows(client, resource, query=""):
    """The rows of a resource as JSON has them: those of its first page, or a transfer's claims."""
    answer = client.get(f"/api/{resource}?{query}").json()
    return answer["claims"] if "claims" in answer else answer["results"]


def cell(value):
    """How CSV writes a value, whatever its reader made of it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return "|".join(value)
        case float() if value.is_integer():
            return str(int(value))
        case date():
            return plain(value)
    return str(value)


def plain(value):
    """How JSON writes a value of a typed format."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def table(form, data):
    """A file's column names, and its lines as the texts of their cells."""
    if form == "csv":
        names, *lines = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
        return names, lines
    if form == "xlsx":
        names, *lines = sheets(data)[0][1]
        return names, [[cell(value) for value in line] for line in lines]
    frame = typed(form, data)
    names = list(frame[0]) if form == "jsonl" else schema(form, data).names
    return names, [[cell(row[name]) for name in names] for row in frame]


def typed(form, data):
    """A typed file's rows, as JSON has them."""
    if form == "jsonl":
        assert not data or data.endswith(b"\n")
        return [json.loads(line) for line in data.decode().split("\n")[:-1]]
    read = pl.read_parquet if form == "parquet" else pl.read_ipc_stream
    return [{name: plain(value) for name, value in row.items()} for row in read(io.BytesIO(data)).to_dicts()]


def schema(form, data):
    """The Arrow schema of a Parquet or Arrow file."""
    if form == "parquet":
        return pq.read_schema(io.BytesIO(data))
    with pa.ipc.open_stream(data) as stream:
        return stream.schema


def sheets(data):
    """A workbook's sheets, in order: each its name and its lines."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def add(*changes, prefix="row"):
    """Published rows, made past the log; each with these values."""
    cache.clear()  # counts are kept for as long as the revision stands
    revision = editions.get_newest().sequence  # an export shows the newest revision, and nothing later
    RegistryRow.objects.bulk_create(
        RegistryRow(**{"key": f"{prefix}-{number:06}", "revision": revision} | ROW | values)
        for number, values in enumerate(changes, 1)
    )


def multiply(number, key="row-000001"):
    """So many published rows like this one, with the keys copy-000001, copy-000002, ..., in no time."""
    meta = RegistryRow._meta
    columns = ", ".join(field.column for field in meta.local_fields if field.column not in ("id", "key"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} (key, {columns})"
            f" WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number})"
            f" SELECT 'copy-' || substr(CAST(1000000 + n AS text), 2), {columns}"
            f" FROM {meta.db_table}, numbers WHERE key = %s",
            [key],
        )
    cache.clear()


def error(answer):
    """The one parameter that a request was refused for, and why."""
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    [only] = answer.json()["errors"]
    return only["parameter"], only["code"]


def children():
    """The processes that descend from this one."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}
