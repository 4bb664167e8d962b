"""The view of what was delivered when: one row for each period of each published version of a transfer.

The periods are stored in their row, as JSON, so they are content like any other of it. The view is made after
every `migrate` and dropped before it, as neither database alters a table that a view reads.
"""

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from transfers.models import RegistryDelivery, RegistryRow
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

_VIEW, _TABLE = RegistryDelivery._meta.db_table, RegistryRow._meta.db_table
#: What is read of a row besides the fields that deliveries share with it.
_OF_VERSION = ("until", "system_family")
_FORMS = {
    "sqlite": {
        "value": "json_extract(period.value, '$.{}')",
        "position": "period.key + 1",
        "number": "printf('%03d', {})",
    },
    "postgresql": {
        "value": "((period.value ->> '{}') COLLATE \"C\")",
        "position": "period.key",
        "number": "TO_CHAR({}, 'FM000') COLLATE \"C\"",
    },
}
#: How PostgreSQL reads a text of JSON as a value.
_CASTS = {Type.INTEGER: "::bigint", Type.NUMBER: "::double precision", Type.DATE: "::date"}
_FROM = {
    "sqlite": f"{_TABLE} version JOIN json_each(version.deliveries) period",
    "postgresql": f"{_TABLE} version CROSS JOIN LATERAL jsonb_array_elements(version.deliveries::jsonb)"
    " WITH ORDINALITY period (value, key)",
}


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the view anew, unless an earlier state of the migrations has no periods.

    In one transaction, so that no reader misses it.
    """
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, _TABLE)
        if "deliveries" in {column.name for column in columns}:
            remove(using)
            cursor.execute(_build_statement(connection.vendor))


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop the view, which is made again after the migrations."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"DROP VIEW IF EXISTS {_VIEW}")


def _build_statement(vendor: str) -> str:
    forms = _FORMS[vendor]
    number = forms["number"].format(forms["position"])
    columns = {"id": f"version.id * 1000 + {forms['position']}"}
    columns |= {"delivery": f"version.key || '/' || {number}", "transfer": "version.key"}
    columns |= {item.name: _read_period(vendor, item) for item in fields.PERIOD}
    columns |= {name: f"version.{name}" for name in (*fields.list_names(fields.OF_TRANSFER), *_OF_VERSION)}
    listed = ", ".join(f"{columns[name]} AS {name}" for name in columns)
    return f"CREATE VIEW {_VIEW} AS SELECT {listed} FROM {_FROM[vendor]}"


def _read_period(vendor: str, item: Field) -> str:
    """Return how a field of a period is read from its JSON."""
    text = _FORMS[vendor]["value"].format(item.name)
    return text + (_CASTS.get(item.type, "") if vendor == "postgresql" else "")
