"""The roles again, with what each may see of deliveries."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from transfers.curation import roles


def make_roles(apps, editor):
    # Permissions are made after all migrations; the roles need them now.
    config = apps.get_app_config("transfers")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0, using=editor.connection.alias)
    config.models_module = None
    using = editor.connection.alias
    roles.make(
        apps.get_model("auth", "Group").objects.using(using),
        apps.get_model("auth", "Permission").objects.using(using),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0029_deliveries"),
    ]

    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
