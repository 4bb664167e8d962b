"""The roles, and a first entry of history for records that were there before history was kept."""

from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import timezone

from transfers.curation import roles

MODELS = (
    "Party",
    "PartyAlias",
    "System",
    "SystemAlias",
    "Source",
    "Transfer",
    "Quantity",
    "TransferDate",
    "Valuation",
)
REASON = "Recorded before history was kept"  # history.BEGINNING


def make_roles(apps, editor):
    # Permissions are made after all migrations; the roles need them now.
    for label in ("auth", "transfers"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0, using=editor.connection.alias)
        config.models_module = None
    using = editor.connection.alias
    roles.make(
        apps.get_model("auth", "Group").objects.using(using),
        apps.get_model("auth", "Permission").objects.using(using),
    )


def begin_history(apps, editor):
    using, now = editor.connection.alias, timezone.now()
    for name in MODELS:
        model, history = apps.get_model("transfers", name), apps.get_model("transfers", f"Historical{name}")
        fields = [field.attname for field in model._meta.concrete_fields]
        history.objects.using(using).bulk_create(
            (
                history(**values, history_date=now, history_type="+", history_change_reason=REASON)
                for values in model._base_manager.using(using).values(*fields).iterator()
            ),
            batch_size=500,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("transfers", "0002_history_and_articles"),
    ]

    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(begin_history, migrations.RunPython.noop),
    ]
