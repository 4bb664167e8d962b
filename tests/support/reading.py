"""Readers of exports: each format has one that did not write it."""

import csv
import io
import json
import os
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.cache import cache
from django.db import connection
from python_calamine import CalamineWorkbook

from transfers.api.resources.delivery_summary import DeliverySummary
from transfers.api.resources.dictionary import DICTIONARY
from transfers.api.resources.summary import Summary
from transfers.api.resources.sums import list_items
from transfers.exports import formats
from transfers.models import RegistryRow
from transfers.publication import editions
from transfers.vocabulary import fields

#: The formats that there are, so that a new one is tested at once: `READERS` needs its reader.
MEDIA_TYPES = {name: form.MEDIA_TYPE.split(";")[0] for name, form in formats.FORMATS.items()}
FORMATS = list(MEDIA_TYPES)
#: Every list, and one transfer, with the fields of its rows.
RESOURCES = {
    "transfers": fields.ROW, "claims": fields.CLAIM, "parties": fields.PARTY, "systems": fields.SYSTEM,
    "sources": fields.SOURCE, "fields": DICTIONARY,
    **{view.path: list_items(view.groups, view.figures, []) for view in (Summary, DeliverySummary)},
    "deliveries": fields.DELIVERY,
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
    """Return the whole of an answer."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return b"".join(answer)


def rows(client, resource, query=""):
    """Return the rows of a resource as JSON has them: those of its first page, or a transfer's claims."""
    answer = client.get(f"/api/{resource}?{query}").json()
    return answer["claims"] if "claims" in answer else answer["results"]


def cell(value):
    """Write a value as CSV does, whatever its reader made of it."""
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
    """Write a value of a typed format as JSON does."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def table(form, data):
    """Return a file's column names, and its lines as the texts of their cells."""
    return READERS[form](data)


def read_csv(data):
    names, *lines = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return names, lines


def read_xlsx(data):
    names, *lines = sheets(data)[0][1]
    return names, [[cell(value) for value in line] for line in lines]


def read_typed(form, data):
    objects = typed(form, data)
    names = list(objects[0]) if form == "jsonl" else schema(form, data).names
    return names, [[cell(row[name]) for name in names] for row in objects]


def typed(form, data):
    """Return the rows of a typed file, as JSON has them."""
    if form == "jsonl":
        assert not data or data.endswith(b"\n")
        return [json.loads(line) for line in data.decode().split("\n")[:-1]]
    read = pl.read_parquet if form == "parquet" else pl.read_ipc_stream
    return [{name: plain(value) for name, value in row.items()} for row in read(io.BytesIO(data)).to_dicts()]


#: Format → reader of a file's column names, and of its lines as the texts of their cells.
READERS = {"csv": read_csv, "xlsx": read_xlsx, **{form: partial(read_typed, form) for form in TYPED}}


def schema(form, data):
    """Return the Arrow schema of a Parquet or Arrow file."""
    if form == "parquet":
        return pq.read_schema(io.BytesIO(data))
    with pa.ipc.open_stream(data) as stream:
        return stream.schema


def sheets(data):
    """Return a workbook's sheets in order, each with its name and its lines."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def add(*changes, prefix="row"):
    """Add published rows without the log, each with these values."""
    cache.clear()  # counts are kept for as long as the revision stands
    revision = editions.get_newest().sequence  # an export shows the newest revision, and nothing later
    RegistryRow.objects.bulk_create(
        RegistryRow(**{"key": f"{prefix}-{number:06}", "revision": revision} | ROW | values)
        for number, values in enumerate(changes, 1)
    )


def multiply(number, key="row-000001"):
    """Add so many published rows like this one, with the keys copy-000001, copy-000002, …, in no time."""
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
    """Return the one parameter that a request was refused for, and why."""
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    [only] = answer.json()["errors"]
    return only["parameter"], only["code"]


def children():
    """Return the processes that descend from this one."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family = {os.getpid()}
    while younger := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= younger
    return family - {os.getpid()}
