"""The conversation about transfers; those in review begin it with the step that brought them there."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = [
    ("comment", "commented"),
    ("assign", "assigned"),
    ("submit", "submitted for review"),
    ("return", "asked back"),
    ("publish", "published"),
    ("revise", "opened for revision"),
    ("withdraw", "withdrew"),
    ("edit", "edited, so that it is a draft again"),
    ("move", "moved claims"),
]


def add_submissions(apps, schema_editor):
    notes = apps.get_model("transfers", "ReviewNote").objects
    copies = apps.get_model("transfers", "HistoricalTransfer").objects
    for transfer in apps.get_model("transfers", "Transfer").objects.filter(state="in_review").order_by("pk"):
        copy = copies.filter(id=transfer.pk, state="in_review").order_by("-history_id").first()
        if copy is not None:
            note = notes.create(
                transfer=transfer,
                kind="submit",
                user_id=copy.history_user_id,
                text=copy.history_change_reason or "",
            )
            notes.filter(pk=note.pk).update(time=copy.history_date)


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0019_spellings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("time", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("text", models.TextField(blank=True)),
                (
                    "assigned",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mentioned",
                    models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="transfers.transfer",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["transfer", "kind"], name="note_of_transfer_by_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", [kind for kind, _ in KINDS])),
                        name="reviewnote_kind_is_known",
                        violation_error_message="The kind must be one of: comment, assign, submit, return,"
                        " publish, revise, withdraw, edit, move.",
                    )
                ],
            },
        ),
        migrations.RunPython(add_submissions, migrations.RunPython.noop),
    ]
