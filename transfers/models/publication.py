"""What is public: the log of revisions, every version of every published row and claim, and releases.

All tables are append-only, enforced by triggers (`transfers.publication.append_only`): nothing is
deleted, and nothing is updated but `until`, once, from null.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from transfers.vocabulary import choices, edtf, fields
from transfers.vocabulary.fields import Field, Type

_COLUMNS: dict[Type, tuple[type[models.Field], dict[str, Any]]] = {
    Type.KEY: (models.CharField, {"max_length": 120}),
    Type.PARTY: (models.CharField, {"max_length": 40}),
    Type.SYSTEM: (models.CharField, {"max_length": 80}),
    Type.CHOICE: (models.CharField, {"max_length": 40}),
    Type.TEXT: (models.CharField, {"max_length": 600}),
    Type.LONG_TEXT: (models.TextField, {}),
    Type.INTEGER: (models.BigIntegerField, {}),
    Type.NUMBER: (models.FloatField, {}),
    Type.BOOLEAN: (models.BooleanField, {}),
    Type.DATE: (models.DateField, {}),
    Type.EDTF: (models.CharField, {"max_length": edtf.LONGEST}),
    Type.LIST: (models.CharField, {"max_length": 400}),
    Type.TIME: (models.DateTimeField, {}),
}


def _build_columns(name: str, *listed: tuple[Field, ...]) -> type[models.Model]:
    """Build an abstract model with one column for each public field; an absent value is null, never ''."""
    columns: dict[str, Any] = {}
    for item in (item for items in listed for item in items):
        column, options = _COLUMNS[item.type]
        columns[item.name] = column(null=item.nullable, **options)
    meta = type("Meta", (), {"abstract": True})
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **columns})


def _index_current(prefix: str, key: str, *names: str) -> list[models.Index]:
    """Build the indexes of what is published now, by its key and by these columns.

    With `until`, though it is null in each entry: so SQLite counts by the index alone.
    """
    return [
        models.Index(
            fields=list(dict.fromkeys([name, key, "until"])),
            condition=Q(until__isnull=True),
            name=f"{prefix}_current_{name}",
        )
        for name in (key, *names)
    ]


def _index_past(prefix: str, key: str, *names: str) -> list[models.Index]:
    """Build the indexes of what stood at a revision, by its key, by these columns, and by when it began.

    Each tells alone whether a version stood then, so versions that did not are passed over unread.
    """
    return [
        models.Index(fields=["revision", "until"], name=f"{prefix}_revision"),
        models.Index(fields=[key, "revision", "until"], name=f"{prefix}_{key}"),
        *(models.Index(fields=[name, key, "revision", "until"], name=f"{prefix}_{name}") for name in names),
    ]


class VersionQuerySet(models.QuerySet):
    """Versions by when they stood in the register."""

    def current(self):
        """Return what is published now."""
        return self.filter(until__isnull=True)

    def as_of(self, revision: int, few: bool = False):
        """Return what was published at this revision; few of many are looked up by when they began."""
        rows = self.filter(Q(until__isnull=True) | Q(until__gt=revision), revision__lte=revision)
        if few:
            rows = rows.filter(pk__in=self.filter(revision__lte=revision).order_by().values("pk"))
        return rows


class RevisionQuerySet(models.QuerySet):
    """Entries of the log, by when they were made and by what they concern."""

    def current(self):
        """Return all entries."""
        return self.all()

    def as_of(self, revision: int, few: bool = False):
        """Return the entries up to this revision, few or many."""
        return self.filter(sequence__lte=revision)

    def concerning(self, rows: models.QuerySet):
        """Return the entries that brought one of these versions, or withdrew it."""
        withdrawals = Revision.objects.filter(
            action=choices.Action.WITHDRAW, sequence__in=rows.filter(until__isnull=False).values("until")
        )
        return self.filter(
            Q(sequence__in=rows.values("revision")) | Q(sequence__in=withdrawals.values("sequence"))
        )


class Revision(models.Model):
    """One entry of the log: what was done to which transfer, why, and the hash that chains it."""

    Action = choices.Action

    sequence = models.PositiveBigIntegerField(primary_key=True)
    time = models.DateTimeField()
    action = models.CharField(max_length=10, choices=Action.choices)
    key = models.CharField(max_length=120, db_index=True)
    reason = models.TextField()
    content = models.CharField(max_length=64, help_text="SHA-256 of the row and claims as canonical JSON.")
    previous = models.CharField(max_length=64, unique=True, help_text="Hash of the revision before.")
    hash = models.CharField(max_length=64, unique=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["time", "sequence"], name="revision_time"),
            models.Index(fields=["action", "sequence"], name="revision_action"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sequence__gte=1), name="revision_counts_from_one"),
            models.CheckConstraint(
                condition=Q(action__in=["publish", "update", "withdraw"]), name="revision_action_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.sequence}: {self.action} {self.key}"


class FormerHash(models.Model):
    """Hashes that a revision had before the log was chained anew, for those who kept one as the head."""

    sequence = models.PositiveBigIntegerField(primary_key=True, help_text="The revision.")
    content = models.CharField(max_length=64, help_text="Its former hash of row and claims.")
    hash = models.CharField(max_length=64, unique=True, help_text="Its own former hash.")

    class Meta:
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"former hash of revision {self.sequence}"


#: What is asked of rows and of claims by filters of few values.
_ASKED_OF_ROWS = ("system", "supplier", "recipient", "category", "kind", "status")
_ASKED_OF_CLAIMS = ("source", "system", "supplier", "recipient", "measure")


class RegistryRow(_build_columns("RowColumns", fields.ROW, fields.ROW_HIDDEN)):  # type: ignore[misc]
    """A published version of a transfer, flat; `until` is the revision that replaced or withdrew it."""

    until = models.PositiveBigIntegerField(null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        indexes = [
            *_index_current("row", "key", *_ASKED_OF_ROWS),
            *_index_past("row", "key", *_ASKED_OF_ROWS),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(until__isnull=True), name="row_key_is_current_once"
            ),
            models.UniqueConstraint(fields=["key", "revision"], name="row_is_published_once_a_revision"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("revision")), name="row_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of revision {self.revision}"


class RegistryClaim(_build_columns("ClaimColumns", fields.CLAIM)):  # type: ignore[misc]
    """A published version of a claim, flat, with its source as it was when published."""

    until = models.PositiveBigIntegerField(null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["transfer", "measure", "published", "source", "locator", "claim"]
        indexes = [
            models.Index(fields=["transfer", "revision"], name="claim_transfer"),
            models.Index(fields=["transfer"], condition=Q(until__isnull=True), name="claim_current_transfer"),
            *_index_current("claim", "claim", *_ASKED_OF_CLAIMS),
            *_index_past("claim", "claim", *_ASKED_OF_CLAIMS),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(until__isnull=True), name="claim_is_current_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("revision")), name="claim_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer}/{self.measure} of {self.source}"


class RegistryDelivery(_build_columns("DeliveryColumns", fields.DELIVERY)):  # type: ignore[misc]
    """What of a published version of a transfer was delivered within one period, flat.

    A view of the rows, in which the periods are stored: `transfers.publication.delivery_view`.
    """

    until = models.PositiveBigIntegerField(null=True)
    system_family = models.CharField(max_length=600, null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "transfers_registrydelivery"
        ordering = ["transfer", "delivery"]
        verbose_name_plural = "registry deliveries"

    def __str__(self) -> str:
        return f"{self.delivery} of revision {self.revision}"


class Release(models.Model):
    """A named state of the register as a bundle of files, and the hashes by which it is known."""

    name = models.CharField(max_length=60, unique=True)
    revision = models.PositiveBigIntegerField(help_text="The revision whose state of the register it holds.")
    created = models.DateTimeField(help_text="When it was made.")
    head = models.CharField(max_length=64, help_text="Hash of the log at that revision.")
    content = models.CharField(max_length=64, help_text="SHA-256 of every transfer's content, by key.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the file SHA256SUMS.")
    transfers = models.PositiveBigIntegerField(help_text="How many transfers it holds.")
    files = models.JSONField(help_text="File name: its sha256 and its bytes.")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
