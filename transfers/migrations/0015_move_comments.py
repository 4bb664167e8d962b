"""Move registers' comments, which imports had entered as notes, to the field that they have now.

A note that differs from the comment is a curator's and stays. What is public changes when it is published again.
"""

from django.db import migrations
from django.utils import timezone

BATCH = 500
REASON = "A register's comment has a field of its own now"


def move_comments(apps, schema_editor):
    deals = apps.get_model("transfers", "RegisterDeal").objects.filter(joined_from="").order_by("pk")
    stated = deals.values_list("transfer", "stated").iterator(chunk_size=BATCH)
    comments = {transfer: values["comments"] for transfer, values in stated if values.get("comments")}
    move(apps, list(comments), lambda transfer: transfer.note == comments[transfer.pk], "note", "comment")


def move_back(apps, schema_editor):
    commented = apps.get_model("transfers", "Transfer").objects.exclude(comment="").filter(note="")
    pks = list(commented.values_list("pk", flat=True))
    move(apps, pks, lambda transfer: True, "comment", "note")


def move(apps, pks, is_meant, old, new):
    """Move the text of one field of these transfers to the other, with history."""
    model, copies = apps.get_model("transfers", "Transfer"), apps.get_model("transfers", "HistoricalTransfer")
    names = [field.attname for field in model._meta.concrete_fields]
    for start in range(0, len(pks), BATCH):
        moved = [
            transfer
            for transfer in model.objects.filter(pk__in=pks[start : start + BATCH])
            if is_meant(transfer)
        ]
        for transfer in moved:
            setattr(transfer, new, getattr(transfer, old))
            setattr(transfer, old, "")
        model.objects.bulk_update(moved, [old, new])
        copies.objects.bulk_create(
            copies(
                **{name: getattr(transfer, name) for name in names},
                history_date=timezone.now(), history_type="~", history_change_reason=REASON,
            )
            for transfer in moved
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("transfers", "0014_comments_and_long_dates")]

    operations = [migrations.RunPython(move_comments, move_back)]
