from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import OperationalError, connections, router, transaction
from django.db.models.signals import post_migrate, pre_migrate


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = "Arms transfers"

    def ready(self) -> None:
        # After every migration, not in one: SQLite rebuilds altered tables and drops their triggers.
        pre_migrate.connect(remove_views, sender=self)
        post_migrate.connect(install_in_database, sender=self)
        if folder := getattr(settings, "SESSION_FILE_PATH", None):
            with suppress(OSError):  # where nothing can be written nobody can log in
                Path(folder).mkdir(mode=0o700, exist_ok=True)
            # In the place of Django's receiver, which waits for the file; a name is connected once.
            user_logged_in.connect(note_login, dispatch_uid="update_last_login")


def note_login(user: Any, **_: object) -> None:
    """Note the time of a login in SQLite's file, unless an import holds it: then people get in without."""
    from django.contrib.auth.models import update_last_login

    connection = connections[router.db_for_write(type(user)) or "default"]
    with connection.cursor() as cursor:
        [usual] = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute("PRAGMA busy_timeout = 200")
        try:
            with suppress(OperationalError), transaction.atomic(connection.alias):
                update_last_login(type(user), user)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def remove_views(using: str, plan: list[object], **_: object) -> None:
    """Drop the views, which would keep the migrations, if there are any, from altering what they read."""
    from .models import RegistryRow
    from .publication import delivery_view

    if plan and router.allow_migrate_model(using, RegistryRow):
        delivery_view.remove(using)


def install_in_database(using: str, **_: object) -> None:
    """Put the triggers, the search index and today's spellings into a database that has the tables."""
    from .models import Party, PartyAlias, RegistryClaim, Spelling, System, SystemAlias
    from .models.spelling import renew_spellings
    from .publication import append_only, collation, delivery_view, search

    if not router.allow_migrate_model(using, RegistryClaim):
        return  # a replica gets them from the primary
    tables = connections[using].introspection.table_names()
    if RegistryClaim._meta.db_table in tables:
        collation.install(using)
        append_only.install(using)
        search.install(using)
        delivery_view.install(using)
        _let_readers_go_on(using)
    if Spelling._meta.db_table in tables:
        renew_spellings((Party, PartyAlias, System, SystemAlias), using)


def _let_readers_go_on(using: str) -> None:
    """Turn write-ahead logging on. The file remembers it, so connecting to a copy writes nothing."""
    connection = connections[using]
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
