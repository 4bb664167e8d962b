from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TransfersConfig(AppConfig):
    name = "transfers"
    verbose_name = "Arms transfers"

    def ready(self) -> None:
        from . import append_only

        # After every migration, not in one: SQLite rebuilds altered tables and drops their triggers.
        post_migrate.connect(append_only.install_after_migration, sender=self)
