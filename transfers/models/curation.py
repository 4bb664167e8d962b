"""Curated transfers and the claims about them: one claim per source and figure, nothing derived."""

from contextlib import suppress
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.lookups import Exact

from transfers.vocabulary import choices, codes, hindsight, splits
from transfers.vocabulary.measures import CLAIM_KINDS

from .publication import RegistryRow
from .reference import Party, Source, System
from .rules import (
    SLUG,
    CuratedModel,
    EDTFField,
    NaturalKeyManager,
    is_choice,
    is_edtf,
    is_like,
    validate_excerpt,
)


class TransferQuerySet(models.QuerySet):
    """The register's verbs over curated transfers."""

    def published(self):
        return self.filter(state=Transfer.State.PUBLISHED)

    def drafts(self):
        return self.filter(state=Transfer.State.DRAFT)

    def public(self):
        """Return the transfers of which a row is public now, whatever their state."""
        return self.filter(Exists(RegistryRow.objects.current().filter(key=OuterRef("key"))))

    def never_public(self):
        return self.exclude(Exists(RegistryRow.objects.filter(key=OuterRef("key"))))

    def without_claims(self):
        claims = (Exists(model.objects.filter(transfer=OuterRef("pk"))) for model in CLAIM_MODELS)
        return self.exclude(reduce(or_, claims))

    def publishable_from(self, batch):
        """Return the drafts that an import made and what it worded anew, also of public transfers.

        It is no curator's unfinished work, and nothing that a later edition no longer has.
        """
        if batch.layout == choices.Layout.BUNDLE:
            return self.drafts().filter(key__in=batch.made.get("transfers", []))
        transfers = self.filter(pk__in=batch.deals.written().values("transfer"))
        gone = batch.made.get("gone", [])
        return transfers.filter(_is_draft_of(batch) | _is_worded_anew_by(batch)).exclude(key__in=gone)

    def with_names(self):
        """Return transfers with parties and system, in one query."""
        return self.select_related("supplier", "recipient", "system")

    def with_claims(self):
        """Return transfers with everything publication reads, in a fixed number of queries."""
        return self.with_names().prefetch_related(*(f"{claims}__source" for claims in Transfer.CLAIMS))


def _is_draft_of(batch) -> Q:
    """Match drafts that the import made, alone or of what was published before it."""
    added = batch.deals.filter(outcome=choices.Outcome.NEW).unjoined().values("transfer")
    changed = batch.deals.filter(outcome=choices.Outcome.CHANGED)
    copies = Transfer.history.filter(id=OuterRef("pk"))
    before = copies.filter(history_date__lt=batch.time).order_by("-history_id").values("state")[:1]
    since = copies.filter(history_date__gte=batch.time, state=Transfer.State.PUBLISHED)
    rows = RegistryRow.objects.filter(key=OuterRef("key"))
    return (
        Q(state=Transfer.State.DRAFT)
        & ~Exists(since)
        & (
            Q(pk__in=added)
            | Q(pk__in=changed.values("transfer")) & Exact(Subquery(before), Value(Transfer.State.PUBLISHED))
            | Q(pk__in=changed.unjoined().values("transfer")) & ~Exists(rows)
        )
    )


def _is_worded_anew_by(batch) -> Q:
    """Match public transfers of which the import changed words or units alone, so that they stayed public."""
    changed = batch.deals.filter(outcome=choices.Outcome.CHANGED).values("transfer")
    rows = RegistryRow.objects.current().filter(key=OuterRef("key"), updated__lt=batch.time)
    copies = Transfer.history.filter(id=OuterRef("pk"), history_date__gte=batch.time)
    counts = Quantity.objects.filter(transfer=OuterRef("pk"), source=batch.source_id)
    return (
        Q(state=Transfer.State.PUBLISHED, pk__in=changed) & Exists(rows) & (Exists(copies) | Exists(counts))
    )


class Transfer(CuratedModel):
    """Arms that moved, or were agreed to move, from a supplier to a recipient."""

    Kind = choices.TransferKind
    Condition = choices.TransferCondition
    State = choices.TransferState

    #: The reverse names of the three kinds of claim.
    CLAIMS = ("quantities", "dates", "valuations")

    key = models.SlugField(
        max_length=120, unique=True, help_text="Permanent, such as rus-srb-pantsir-s1-2019."
    )
    supplier = models.ForeignKey(Party, models.PROTECT, related_name="supplied")
    recipient = models.ForeignKey(Party, models.PROTECT, related_name="received")
    system = models.ForeignKey(System, models.PROTECT, related_name="transfers")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.UNSPECIFIED)
    condition = models.CharField(max_length=20, choices=Condition.choices, default=Condition.UNKNOWN)
    location = models.CharField(max_length=200, blank=True)
    occasion = models.CharField(
        max_length=200, blank=True, help_text="Such as an exercise or a framework deal."
    )
    note = models.TextField(blank=True, help_text="The curators' own words.")
    comment = models.TextField(blank=True, help_text="A register's comment on the deal, in its words.")
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT, editable=False)

    objects = NaturalKeyManager.from_queryset(TransferQuerySet)()  # type: ignore[misc]

    natural_key_fields = ("key",)

    class Meta:
        ordering = ["key"]
        permissions = [("publish_transfer", "Can publish and withdraw transfers")]
        constraints = [
            is_like("key", SLUG, "lower-case words joined by hyphens"),
            is_choice("kind", choices.TransferKind),
            is_choice("condition", choices.TransferCondition),
            is_choice("state", choices.TransferState),
            models.CheckConstraint(
                condition=~Q(supplier=F("recipient")),
                name="transfer_parties_differ",
                violation_error_message="Supplier and recipient must differ.",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def claims(self) -> list["Claim"]:
        """Return every claim about it, of all three kinds."""
        return [claim for name in self.CLAIMS for claim in getattr(self, name).all()]


class Claim(CuratedModel):
    """What one source says of one figure, where it says so and in which words."""

    Credibility = choices.Credibility

    #: Claims of one transfer that share this field speak of the same figure.
    MEASURE_FIELD = "measure"
    #: When it was, which is not later than its source.
    DATE_FIELD = ""

    source = models.ForeignKey(Source, models.PROTECT, related_name="%(class)s_claims")
    locator = models.CharField(max_length=60, help_text="Where in the source: ¶14, line 3012.")
    excerpt = models.CharField(
        max_length=200, validators=[validate_excerpt],
        help_text="The few words that carry the figure, at most 12, as printed.",
    )  # fmt: skip
    attributed_to = models.CharField(max_length=200, blank=True, help_text="Whom the source quotes for it.")
    credibility = models.PositiveSmallIntegerField(choices=Credibility.choices)
    preferred = models.BooleanField(
        default=False, help_text="Where sources differ, the figure that the register's row shows."
    )
    note = models.TextField(blank=True)
    period = EDTFField(
        blank=True,
        help_text="EDTF, such as 2020/2022; the years that the figure is limited to, if it is.",
    )
    part = models.CharField(
        max_length=120,
        blank=True,
        help_text="Which of several deals of one register the figure is of; parts add up.",
    )

    class Meta:
        abstract = True
        constraints = [is_choice("credibility", choices.Credibility), is_edtf("period", blank=True)]

    def __str__(self) -> str:
        return f"{getattr(self, self.MEASURE_FIELD)}, {self.source} {self.locator}"

    def clean(self) -> None:
        """Raise ValidationError for an event that is later than the source that tells it as past."""
        with suppress(Source.DoesNotExist):  # the field itself says so
            if self.DATE_FIELD and self.source_id and (fault := self._find_later()):
                raise ValidationError({self.DATE_FIELD: fault})

    def _find_later(self) -> str:
        when = getattr(self, self.DATE_FIELD)
        fault = hindsight.find_fault(self.measure_name, when, self.source.published, self.note)
        is_of_register = fault and self.source.imports.exists()
        return "" if is_of_register else fault

    @property
    def measure_name(self) -> str:
        """Return the measure by its name in the public register: `quantity_ordered`."""
        return CLAIM_KINDS[str(self._meta.model_name)][1] + getattr(self, self.MEASURE_FIELD)


def _claim_constraints(measure: str, values: type[models.Choices], *once: str) -> list[Any]:
    return [
        *Claim.Meta.constraints,
        is_choice(measure, values),
        models.UniqueConstraint(
            fields=["transfer", measure],
            condition=Q(preferred=True),
            name="%(class)s_has_one_preferred",
            violation_error_message="Another claim of this figure is preferred already.",
        ),
        models.UniqueConstraint(
            fields=["transfer", "source", measure, "locator", *once],
            name="%(class)s_is_claimed_once",
            violation_error_message="This source's claim of this figure is recorded already.",
        ),
    ]


def _range_constraints() -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(minimum__isnull=False) | Q(maximum__isnull=False),
            name="%(class)s_has_a_number",
            violation_error_message="A claim needs a minimum, a maximum or both.",
        ),
        models.CheckConstraint(
            condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lte=F("maximum")),
            name="%(class)s_minimum_not_above_maximum",
            violation_error_message="The minimum must not be above the maximum.",
        ),
        models.CheckConstraint(
            condition=(Q(minimum__isnull=True) | Q(minimum__gte=0))
            & (Q(maximum__isnull=True) | Q(maximum__gte=0)),
            name="%(class)s_is_not_negative",
            violation_error_message="A figure cannot be negative.",
        ),
    ]


class Splittable(models.Model):
    """A figure that its source may state year by year; `SPLIT` names the one measure that it may."""

    SPLIT = ""

    by_year = models.CharField(
        max_length=splits.LONGEST,
        blank=True,
        help_text=f"How the source splits the number over the years: {splits.EXAMPLE}.",
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError for a split that is none, or that does not add up to the number."""
        super().clean()
        if self.by_year and (fault := self._find_fault_of_split()):
            raise ValidationError({"by_year": fault})

    def _find_fault_of_split(self) -> str:
        number: Any = self
        try:
            shares = [share.number for share in splits.parse_split(self.by_year)]
        except ValueError as error:
            return f"{error}."
        total = sum(shares)
        if isinstance(self, Quantity) and any(share % 1 for share in shares):
            return "What is counted is whole in each year."
        if number.measure != self.SPLIT:
            return "Only what was delivered is split over years."
        if number.minimum != total or number.maximum != total:
            return f"The years make {total:f}, which is not the number."
        return ""


class Quantity(Splittable, Claim):
    """How many, says a source. An exact figure has minimum = maximum; 'at least 10' has no maximum."""

    Measure = choices.QuantityMeasure
    SPLIT = choices.QuantityMeasure.DELIVERED
    Unit = choices.Unit

    DATE_FIELD = "as_of"

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="quantities")
    measure = models.CharField(max_length=20, choices=Measure.choices)
    minimum = models.PositiveIntegerField(null=True, blank=True)
    maximum = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=20, choices=Unit.choices)
    as_of = EDTFField(blank=True, help_text="EDTF; the date the count speaks of, if not the source's own.")

    natural_key_fields = ("transfer__key", "source__key", "measure", "locator", "unit", "as_of")

    class Meta:
        ordering = ["transfer", "measure", "pk"]
        verbose_name_plural = "quantities"
        constraints = [
            *_claim_constraints("measure", choices.QuantityMeasure, "unit", "as_of"),
            *_range_constraints(),
            is_choice("unit", choices.Unit),
            is_edtf("as_of", blank=True),
        ]


class TransferDate(Claim):
    """When, says a source, as EDTF."""

    Event = choices.Event

    MEASURE_FIELD = "event"
    DATE_FIELD = "date"

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="dates")
    event = models.CharField(max_length=20, choices=Event.choices)
    date = EDTFField(help_text="EDTF, as wide as the words: 2019, 2019-07/.., 2020-02-22/2020-02-23.")

    natural_key_fields = ("transfer__key", "source__key", "event", "locator", "date")

    class Meta:
        ordering = ["transfer", "event", "pk"]
        constraints = [*_claim_constraints("event", choices.Event, "date"), is_edtf("date")]


class Valuation(Splittable, Claim):
    """What it was worth, says a source: money, or SIPRI's trend-indicator values, which are no money."""

    Measure = choices.ValuationMeasure
    SPLIT = choices.ValuationMeasure.TIV_DELIVERED

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="valuations")
    measure = models.CharField(max_length=20, choices=Measure.choices)
    minimum = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    maximum = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217, for money only.")

    natural_key_fields = ("transfer__key", "source__key", "measure", "locator", "currency")

    class Meta:
        ordering = ["transfer", "measure", "pk"]
        constraints = [
            *_claim_constraints("measure", choices.ValuationMeasure, "currency"),
            *_range_constraints(),
            models.CheckConstraint(
                condition=Q(measure="deal_value", currency__in=sorted(codes.CURRENCIES))
                | (~Q(measure="deal_value") & Q(currency="")),
                name="valuation_currency_exactly_where_money",
                violation_error_message="Money needs an ISO 4217 currency; a trend-indicator value has none.",
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if self.measure == self.Measure.DEAL_VALUE:
            for field in ("minimum", "maximum"):
                amount = getattr(self, field)
                if isinstance(amount, Decimal) and amount.is_finite() and amount % 1:
                    raise ValidationError({field: "A deal value is entered in whole units of its currency."})


CLAIM_MODELS: tuple[Any, ...] = (Quantity, TransferDate, Valuation)
