"""What came in by the file: imports, each deal as its register states it, and what comments may mean."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from transfers.vocabulary import choices

from .curation import Transfer
from .reference import Source
from .rules import is_choice


class ImportBatch(models.Model):
    """One file that was imported, whole; `counts` are records of the file by outcome."""

    Layout = choices.Layout

    layout = models.CharField(max_length=20, choices=Layout.choices)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField("SHA-256 of the file", max_length=64, db_index=True)
    generated = models.DateTimeField(null=True, blank=True, help_text="When the file says it was made.")
    source = models.ForeignKey(Source, models.SET_NULL, null=True, blank=True, related_name="imports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    time = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=500)
    records = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    #: Lines, outcome, reason and first line of each record that was not imported.
    left_out = models.JSONField(default=list)
    #: Deals of the edition before that this one has no more: transfer keys.
    vanished = models.JSONField(default=list)
    #: Codes of parties and slugs of systems that it made.
    made = models.JSONField(default=dict)
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: Any = models.Manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "import"
        constraints = [is_choice("layout", choices.Layout)]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.get_layout_display()}"


class RegisterDeal(models.Model):
    """A deal as one edition of a register states it, and the transfer that it is about."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="deals")
    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="register_deals")
    #: The transfer that it stands for: its own, until it was joined to another one's.
    outcome = models.CharField(max_length=10, choices=choices.Outcome.choices)
    locator = models.CharField(max_length=60)
    stated = models.JSONField()
    #: What was there before it was joined to the transfer: key of the import's own transfer.
    joined_from = models.CharField(max_length=120, blank=True)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["pk"]
        constraints = [is_choice("outcome", choices.Outcome)]

    def __str__(self) -> str:
        return f"{self.transfer}, {self.locator}"


class Proposal(models.Model):
    """What a register's free text may mean for a transfer: a fact only once a curator accepts it."""

    Proposed = choices.Proposed
    Decision = choices.Decision

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="proposals")
    deal = models.ForeignKey(RegisterDeal, models.CASCADE, null=True, related_name="proposals")
    field = models.CharField(max_length=20, choices=Proposed.choices)
    value = models.CharField(max_length=120, blank=True)
    minimum = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    maximum = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    excerpt = models.CharField(max_length=200, blank=True)
    doubtful = models.BooleanField(default=False, help_text="The words may speak of more than this deal.")
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided = models.DateTimeField(null=True, blank=True)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            is_choice("field", choices.Proposed),
            is_choice("decision", choices.Decision),
            models.UniqueConstraint(
                fields=["transfer", "value"],
                condition=Q(field="no_link"),
                name="proposal_no_link_is_said_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} of {self.transfer}"
