"""Reference records: who transfers (Party), what (System), and who says so (Source)."""

from collections.abc import Iterable
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from transfers.vocabulary import choices, codes
from transfers.vocabulary.lineage import list_line

from .homonyms import check_key, check_name
from .inserts import batched
from .rules import (
    ALIAS,
    OWN_CODE,
    SHA256,
    SLUG,
    CuratedModel,
    EDTFField,
    NaturalKeyManager,
    is_choice,
    is_edtf,
    is_like,
)
from .spelling import PARTY, SYSTEM, Named, NamedQuerySet

#: Of no figure, and no part of what is published.
PROVISIONAL = "Made by an import under the name that its file prints; untick it once somebody has looked."

#: Where two records rightly bear one name, as a missile and a boat may.
SHARED = "Names that another record rightly has too, joined by |. Otherwise a name belongs to one record."


class Party(Named, CuratedModel):
    """A supplier or recipient: a state, a state that is no more, a non-state group, an organisation."""

    Kind = choices.PartyKind

    code = models.CharField(
        max_length=40,
        unique=True,
        help_text="ISO 3166-1 alpha-3; former states by ISO 3166-3 (SUN, YUG); others X-… (X-NATO).",
    )
    alpha2 = models.CharField("alpha-2", max_length=2, blank=True, help_text="ISO 3166-1 alpha-2, of states.")
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.STATE)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors",
        help_text="The state that took its place; the two stay separate parties.",
    )  # fmt: skip

    provisional = models.BooleanField(default=False, help_text=PROVISIONAL)
    shared_names = models.CharField(max_length=400, blank=True, help_text=SHARED)

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()  # type: ignore[misc]

    natural_key_fields = ("code",)
    KIND = PARTY
    SPELLED = ("name", "code", "alpha2")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "parties"
        constraints = [
            is_choice("kind", choices.PartyKind),
            models.CheckConstraint(
                condition=Q(kind="state", code__in=sorted(codes.COUNTRIES | codes.USER_ASSIGNED))
                | Q(kind="former_state", code__in=sorted(codes.FORMER_COUNTRIES))
                | (~Q(kind="state") & Q(code__regex=OWN_CODE)),
                name="party_code_is_iso_or_own",
                violation_error_message="The code must be ISO 3166-1 alpha-3 for a state, ISO 3166-3 for a"
                " former state, or an own X-… code for any other party.",
            ),
            models.CheckConstraint(
                condition=Q(alpha2="") | Q(kind="state", alpha2__in=sorted(codes.ALPHA2 | {"XK"})),
                name="party_alpha2_is_iso",
                violation_error_message="The alpha-2 code must be one of ISO 3166-1, and of a state.",
            ),
            models.UniqueConstraint(
                fields=["alpha2"],
                condition=~Q(alpha2=""),
                name="party_alpha2_is_unique",
                violation_error_message="Another party has this alpha-2 code.",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")),
                name="party_does_not_succeed_itself",
                violation_error_message="A party cannot be its own successor.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_key(self)
        check_name(self, self)


class PartyAlias(Named, CuratedModel):
    """Another name of a party: official, earlier, or in another language or script."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120, db_index=True)

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()  # type: ignore[misc]

    natural_key_fields = ("party__code", "name")
    KIND = PARTY

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "party aliases"
        constraints = [
            models.UniqueConstraint(fields=["party", "name"], name="partyalias_is_listed_once"),
            is_like("name", ALIAS, "a name without |, which joins aliases in lists"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        with suppress(Party.DoesNotExist):  # the field itself says so
            check_name(self, self.party)


class System(Named, CuratedModel):
    """A weapon system or type, as sources name it; a variant points to its family."""

    Category = choices.Category
    Unroca = choices.Unroca

    slug = models.SlugField(max_length=80, unique=True, help_text="Permanent; part of addresses and keys.")
    name = models.CharField(max_length=120, unique=True)
    category = models.CharField(max_length=20, choices=Category.choices)
    unroca = models.CharField(
        "UN Register category", max_length=4, choices=Unroca.choices, blank=True,
        help_text="Empty where the UN Register of Conventional Arms has no category for it.",
    )  # fmt: skip
    description = models.CharField(
        max_length=200, help_text="In a few own words: SAM system, fighter aircraft."
    )
    variant_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="variants",
        help_text="The family; a search for the family finds its variants too.",
    )  # fmt: skip
    wikidata = models.CharField(max_length=20, blank=True, help_text="Looked up, never from memory: Q….")

    provisional = models.BooleanField(default=False, help_text=PROVISIONAL)
    shared_names = models.CharField(max_length=400, blank=True, help_text=SHARED)

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()  # type: ignore[misc]

    natural_key_fields = ("slug",)
    KIND = SYSTEM
    SPELLED = ("name", "slug")

    class Meta:
        ordering = ["name"]
        constraints = [
            is_like("slug", SLUG, "lower-case words joined by hyphens"),
            is_choice("category", choices.Category),
            is_choice("unroca", choices.Unroca, blank=True),
            is_like("wikidata", r"^Q[1-9][0-9]*\Z", "a Wikidata item such as Q42", blank=True),
            models.CheckConstraint(
                condition=Q(variant_of__isnull=True) | ~Q(variant_of=F("id")),
                name="system_is_no_variant_of_itself",
                violation_error_message="A system cannot be a variant of itself.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        check_key(self)
        check_name(self, self)
        if self.pk is None or self.variant_of_id is None:
            return
        if self.pk in list_line(self.variant_of_id, read_families([self.variant_of_id])):
            raise ValidationError({"variant_of": "This would make the system a variant of its own variant."})


def read_families(systems: Iterable[int]) -> dict[int, int | None]:
    """Return the family of each of these systems and of its families, by id; a query for each generation."""
    return _read_generations(systems, "pk", "variant_of")


def read_variants(systems: Iterable[int]) -> dict[int, int | None]:
    """Return the family of each of these systems and of its variants, by id; a query for each generation."""
    families = dict(System.objects.filter(pk__in=list(systems)).values_list("pk", "variant_of"))
    return families | _read_generations(families, "variant_of", "pk")


def _read_generations(start: Iterable[int], by: str, following: str) -> dict[int, int | None]:
    families: dict[int, int | None] = {}
    wanted, seen = set(start), set(start)
    while wanted:
        generation = [
            numbers
            for batch in batched(sorted(wanted))
            for numbers in System.objects.filter(**{f"{by}__in": batch}).values_list(
                "pk", "variant_of", following
            )
        ]
        families |= {pk: family for pk, family, _ in generation}
        wanted = {number for *_, number in generation if number is not None} - seen
        seen |= wanted
    return families


class SystemAlias(Named, CuratedModel):
    """Another name of a system; a lookup by it finds the system."""

    Type = choices.AliasType

    system = models.ForeignKey(System, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120, db_index=True)
    type = models.CharField(max_length=20, choices=Type.choices, default=Type.OTHER)

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()  # type: ignore[misc]

    natural_key_fields = ("system__slug", "name")
    KIND = SYSTEM

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "system aliases"
        constraints = [
            is_choice("type", choices.AliasType),
            models.UniqueConstraint(fields=["system", "name"], name="systemalias_is_listed_once"),
            is_like("name", ALIAS, "a name without |, which joins aliases in lists"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        with suppress(System.DoesNotExist):  # the field itself says so
            check_name(self, self.system)


class Source(CuratedModel):
    """A published text that claims are taken from: an article, a register edition, a report."""

    Reliability = choices.Reliability

    key = models.SlugField(max_length=120, unique=True, help_text="Permanent; such as dw-2019-10-25-….")
    publisher = models.CharField(max_length=200)
    title = models.CharField(max_length=400)
    authors = models.CharField(max_length=400, blank=True, help_text="Joined by '; '.")
    agencies = models.CharField(
        max_length=200, blank=True, help_text="News agencies credited, joined by '; ', in the order printed."
    )
    published = EDTFField(help_text="EDTF; the narrowest date that the text allows where it states none.")
    url = models.URLField(max_length=600, blank=True)
    language = models.CharField(max_length=3, default="en", help_text="ISO 639 code.")
    reliability = models.CharField(max_length=1, choices=Reliability.choices)
    origin_of = models.SlugField(
        max_length=120, blank=True,
        help_text="The story that this text and its copies share; they count as one source.",
    )  # fmt: skip
    sha256 = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the text as it was read, 64 hexadecimal digits."
    )
    retrieved = models.DateField(null=True, blank=True)
    archived_url = models.URLField(max_length=600, blank=True)
    terms = models.CharField(
        max_length=400, blank=True,
        help_text="Under which terms its words may be used, as its owner says, or where the owner says so.",
    )  # fmt: skip
    note = models.TextField(blank=True)

    natural_key_fields = ("key",)

    class Meta:
        ordering = ["key"]
        constraints = [
            is_like("key", SLUG, "lower-case words joined by hyphens"),
            is_choice("reliability", choices.Reliability),
            is_edtf("published"),
            is_like("language", r"^[a-z]{2,3}\Z", "an ISO 639 code such as en"),
            is_like("sha256", SHA256, "64 lower-case hexadecimal digits", blank=True),
        ]

    def __str__(self) -> str:
        return self.key
