"""Give the editions of SIPRI's register that were imported before sources had terms those of the others."""

from django.db import migrations
from django.utils import timezone

REGISTER = "sipri-arms-transfers-database"
TERMS = "© SIPRI, under its terms: https://www.sipri.org/about/terms-and-conditions"
REASON = "The terms of the register"


def set_terms(apps, schema_editor):
    model, copies = apps.get_model("transfers", "Source"), apps.get_model("transfers", "HistoricalSource")
    names = [field.attname for field in model._meta.concrete_fields]
    sources = list(model.objects.filter(origin_of=REGISTER, key__startswith="sipri-", terms=""))
    for source in sources:
        source.terms = TERMS
    model.objects.bulk_update(sources, ["terms"])
    copies.objects.bulk_create(
        copies(
            **{name: getattr(source, name) for name in names},
            history_date=timezone.now(), history_type="~", history_change_reason=REASON,
        )
        for source in sources
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0023_moved_claims"),
    ]

    operations = [
        migrations.RunPython(set_terms, migrations.RunPython.noop),
    ]
