"""Triggers that make the publication tables append-only, in SQLite and in PostgreSQL.

Nothing is deleted. Nothing is updated, but that `until` of a row or claim is set once, from null.
The triggers are installed after every `migrate`; `manage.py verify` reports one that is missing.
"""

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

REFUSAL = "append-only: the published register is never rewritten"
_TABLES = ("Revision", "FormerHash", "RegistryRow", "RegistryClaim", "Release")

_POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION transfers_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE OR REPLACE FUNCTION transfers_close_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.until IS NULL AND NEW.until IS NOT NULL AND to_jsonb(OLD) - 'until' = to_jsonb(NEW) - 'until' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create the triggers that are missing or guard other columns than the tables have now."""
    connection = connections[using]
    tables = connection.introspection.table_names()  # an earlier state of the migrations has fewer
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTIONS)
        present = _read_triggers(using)
        for model in map(_get_model, _TABLES):
            if model._meta.db_table in tables:
                for name, statement in _list_statements(connection.vendor, model).items():
                    if connection.vendor == "sqlite" and present.get(name) not in (None, statement):
                        cursor.execute(f"DROP TRIGGER {name}")
                    if connection.vendor == "postgresql" or present.get(name) != statement:
                        cursor.execute(statement)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop the triggers: for tests that clean up or tamper, never for the register's own code."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in map(_get_model, _TABLES):
            on = f" ON {model._meta.db_table}" if connection.vendor == "postgresql" else ""
            for name in _list_statements(connection.vendor, model):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def list_missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return the names of the triggers that should be in the database and are not, or are switched off."""
    vendor = connections[using].vendor
    expected = {name for model in map(_get_model, _TABLES) for name in _list_statements(vendor, model)}
    return sorted(expected - _read_triggers(using).keys())


def _read_triggers(using: str) -> dict[str, str]:
    """Return the active triggers by name; on SQLite with the statements that made them."""
    connection = connections[using]
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname, '' FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def _get_model(name: str) -> type[Model]:
    return apps.get_model("transfers", name)


def _has_versions(model: type[Model]) -> bool:
    """Return whether its records are versions, which end."""
    return any(field.column == "until" for field in model._meta.local_fields)


def _list_statements(vendor: str, model: type[Model]) -> dict[str, str]:
    """Return the statement that makes each trigger of a table, by the trigger's name."""
    return _list_for_postgresql(model) if vendor == "postgresql" else _list_for_sqlite(model)


def _list_for_sqlite(model: type[Model]) -> dict[str, str]:
    table = model._meta.db_table
    fixed = ", ".join(f'"{field.column}"' for field in model._meta.local_fields if field.column != "until")
    events = {"no_delete": "DELETE", "no_update": f"UPDATE OF {fixed}"}
    if _has_versions(model):
        events["no_reclose"] = "UPDATE OF until"
    conditions = {"no_reclose": " WHEN OLD.until IS NOT NULL OR NEW.until IS NULL"}
    return {
        f"{table}_{name}": f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}"
        f"{conditions.get(name, '')} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for name, event in events.items()
    }


def _list_for_postgresql(model: type[Model]) -> dict[str, str]:
    table = model._meta.db_table
    update = "transfers_close_once" if _has_versions(model) else "transfers_refuse"
    functions = {"delete": "transfers_refuse", "update": update, "truncate": "transfers_refuse"}
    return {
        f"{table}_no_{event}": f"CREATE OR REPLACE TRIGGER {table}_no_{event} BEFORE {event} ON {table}"
        f" FOR EACH {'STATEMENT' if event == 'truncate' else 'ROW'} EXECUTE FUNCTION {function}()"
        for event, function in functions.items()
    }
