"""Imports of files, the deals that registers state, and proposals read from their comments."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from transfers.vocabulary import choices

from .curation import Transfer
from .reference import Source
from .rules import is_choice


class ImportBatchQuerySet(models.QuerySet):
    """Imports by whether they stand."""

    def standing(self):
        """Return the imports that were not undone."""
        return self.filter(undone__isnull=True)


class ImportBatch(models.Model):
    """File that was imported as a whole."""

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
    #: The years that its numbers delivered are limited to, an open end empty; neither: they are the whole.
    first_year = models.PositiveSmallIntegerField(null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    #: Whether its title names all weapons; of a limited file, which deals it would list if they had
    #: deliveries in its years.
    scope = models.JSONField(default=dict)
    records = models.PositiveIntegerField()
    #: Number of the file's records by outcome.
    counts = models.JSONField(default=dict)
    #: Line numbers, outcome and reason of each record that was not imported; text if unreadable.
    left_out = models.JSONField(default=list)
    #: Keys of transfers whose deals were imported before and are missing from this file.
    vanished = models.JSONField(default=list)
    #: Keys of the parties and systems that it added, by table; of a bundle, of sources and transfers as well.
    #: Under `gone`, keys of transfers that a later edition would have if they still stood, and does not have.
    made = models.JSONField(default=dict)
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: Any = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "import"
        constraints = [is_choice("layout", choices.Layout)]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.get_layout_display()}"


class RegisterDealQuerySet(models.QuerySet):
    """Deals by whether they still count and whose transfer they describe."""

    def standing(self):
        """Return the settled deals of imports that stand, except those that a later edition preceded."""
        unused = (choices.Outcome.EARLIER, choices.Outcome.AMBIGUOUS)
        return self.filter(batch__undone__isnull=True).exclude(outcome__in=unused)

    def ambiguous(self):
        """Return the deals of imports that stand that a curator has yet to settle."""
        return self.filter(batch__undone__isnull=True, outcome=choices.Outcome.AMBIGUOUS)

    def written(self):
        """Return the deals that their import wrote claims of."""
        return self.filter(outcome__in=RegisterDeal.WRITTEN)

    def unjoined(self):
        """Return the deals that describe the transfer made for them, not one that they were joined to."""
        return self.filter(joined_from="")


class RegisterDeal(models.Model):
    """Deal as one edition of a register states it."""

    WRITTEN = (choices.Outcome.NEW, choices.Outcome.CHANGED)

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="deals")
    #: The transfer made for the deal or, once they were joined, the one that other sources describe. Of an
    #: ambiguous deal the first of its candidates; its proposals have all.
    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="register_deals")
    #: What the import did with the deal.
    outcome = models.CharField(max_length=10, choices=choices.Outcome.choices)
    locator = models.CharField(max_length=60)
    #: The deal's fields as the file states them (`transfers.registers.reading.records`).
    stated = models.JSONField()
    #: Key of the transfer made for the deal, if the deal was joined to another transfer; empty otherwise.
    joined_from = models.CharField(max_length=120, blank=True)

    objects: Any = RegisterDealQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [is_choice("outcome", choices.Outcome)]

    def __str__(self) -> str:
        return f"{self.transfer}, {self.locator}"


class ProposalQuerySet(models.QuerySet):
    """Proposals by what they are about."""

    def open(self):
        """Return the proposals that nobody has decided on, nor a later edition."""
        waiting = self.filter(decision=choices.Decision.OPEN)
        return waiting.exclude(field__in=Proposal.OF_DEALS, deal__outcome=choices.Outcome.EARLIER)

    def of_deals(self):
        """Return the proposals that say which deal a deal may be."""
        return self.filter(field__in=Proposal.OF_DEALS)

    def of_comments(self):
        """Return the proposals that are not about which deal a deal may be."""
        return self.exclude(field__in=Proposal.OF_DEALS)


class Proposal(models.Model):
    """Possible meaning of a register's text, a deal that another may be, or a link that was ruled out.

    `value` is of a rename the new designation, of an ambiguous deal the digest of what the register states.
    """

    Proposed = choices.Proposed
    Decision = choices.Decision
    OF_DEALS = (Proposed.RENAME, Proposed.SAME_DEAL, Proposed.PART)

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

    objects: Any = ProposalQuerySet.as_manager()

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
