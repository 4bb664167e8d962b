"""Triggers that make the publication tables append-only, in SQLite and in PostgreSQL.

Nothing is deleted. Nothing is updated, but that `until` of a row or claim is set once, from null.
The triggers are installed after every `migrate`; `manage.py verify` reports one that is missing.
"""

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

REFUSAL = "append-only: the published register is never rewritten"
_TABLES = ("Revision", "RegistryRow", "RegistryClaim", "Release")

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
    """Create the triggers that are missing; does nothing where all stand."""
    connection = connections[using]
    tables = connection.introspection.table_names()  # an earlier state of the migrations has fewer
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTIONS)
        for model in map(_model, _TABLES):
            if model._meta.db_table in tables:
                for statement in _statements(connection.vendor, model):
                    cursor.execute(statement)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop the triggers: for tests that clean up or tamper, never for the register's own code."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in _names(connection.vendor).items():
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of the triggers that should stand in the database and do not, or are switched off."""
    connection = connections[using]
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return sorted(set(_names(connection.vendor)) - present)


def _model(name: str) -> type[Model]:
    return apps.get_model("transfers", name)


def _names(vendor: str) -> dict[str, str]:
    """Trigger name → table."""
    kinds = ("delete", "update", "truncate") if vendor == "postgresql" else ("delete", "update", "reclose")
    models = [_model(name) for name in _TABLES]
    tables = [model._meta.db_table for model in models]
    closing = [model._meta.db_table for model in models if _closes(model)]
    return {
        f"{table}_no_{kind}": table
        for table in tables
        for kind in kinds
        if kind != "reclose" or table in closing
    }


def _closes(model: type[Model]) -> bool:
    """Whether its records are versions, which end."""
    return any(field.column == "until" for field in model._meta.local_fields)


def _statements(vendor: str, model: type[Model]) -> list[str]:
    return _postgresql(model) if vendor == "postgresql" else _sqlite(model)


def _sqlite(model: type[Model]) -> list[str]:
    table = model._meta.db_table
    fixed = ", ".join(f'"{field.column}"' for field in model._meta.local_fields if field.column != "until")
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    statements = [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE OF {fixed} ON {table} {refuse}",
    ]
    if _closes(model):
        statements.append(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_reclose BEFORE UPDATE OF until ON {table}"
            f" WHEN OLD.until IS NOT NULL OR NEW.until IS NULL {refuse}"
        )
    return statements


def _postgresql(model: type[Model]) -> list[str]:
    table = model._meta.db_table
    update = "transfers_close_once" if _closes(model) else "transfers_refuse"
    return [
        f"CREATE OR REPLACE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION transfers_refuse()",
        f"CREATE OR REPLACE TRIGGER {table}_no_update BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {update}()",
        f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION transfers_refuse()",
    ]
