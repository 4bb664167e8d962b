"""Tell several deals of one register that are one transfer apart: each claim of a joined deal gets its part."""

from django.db import migrations, models
from django.utils import timezone

BATCH = 500
REASON = "The deals that are joined to a transfer are its parts now"


def set_parts(apps, schema_editor):
    deals = apps.get_model("transfers", "RegisterDeal").objects.exclude(joined_from="").order_by("pk")
    places = deals.values_list("transfer", "batch__source", "locator", "joined_from")
    for name in ("Quantity", "TransferDate", "Valuation"):
        model, copies = apps.get_model("transfers", name), apps.get_model("transfers", f"Historical{name}")
        names = [field.attname for field in model._meta.concrete_fields]
        for transfer, source, locator, part in places:
            claims = list(model.objects.filter(transfer=transfer, source=source, locator=locator, part=""))
            for claim in claims:
                claim.part = part
            model.objects.bulk_update(claims, ["part"], batch_size=BATCH)
            copies.objects.bulk_create(
                copies(
                    **{name: getattr(claim, name) for name in names},
                    history_date=timezone.now(), history_type="~", history_change_reason=REASON,
                )
                for claim in claims
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0016_terms_of_sources"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalquantity",
            name="part",
            field=models.CharField(
                blank=True,
                help_text="Which of several deals of one register the figure is of; parts add up.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="historicaltransferdate",
            name="part",
            field=models.CharField(
                blank=True,
                help_text="Which of several deals of one register the figure is of; parts add up.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="historicalvaluation",
            name="part",
            field=models.CharField(
                blank=True,
                help_text="Which of several deals of one register the figure is of; parts add up.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="quantity",
            name="part",
            field=models.CharField(
                blank=True,
                help_text="Which of several deals of one register the figure is of; parts add up.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="registryclaim",
            name="part",
            field=models.CharField(max_length=600, null=True),
        ),
        migrations.AddField(
            model_name="transferdate",
            name="part",
            field=models.CharField(
                blank=True,
                help_text="Which of several deals of one register the figure is of; parts add up.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="valuation",
            name="part",
            field=models.CharField(
                blank=True,
                help_text="Which of several deals of one register the figure is of; parts add up.",
                max_length=120,
            ),
        ),
        migrations.RunPython(set_parts, migrations.RunPython.noop),
    ]
