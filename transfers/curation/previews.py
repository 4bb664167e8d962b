"""Transfers as they would be published, beside what is public now."""

from collections.abc import Iterable
from dataclasses import dataclass

from transfers.models import RegistryRow, Transfer
from transfers.publication import content, figures, publish, wording
from transfers.publication.content import Content, Flat
from transfers.publication.log import list_current_claims
from transfers.publication.wording import Difference


@dataclass(frozen=True)
class Fact:
    """What a row would say and what the public one says, in words; nothing: it does not say it."""

    label: str
    value: str
    public: str
    is_disputed: bool
    description: str

    @property
    def is_changed(self) -> bool:
        return self.value != self.public


@dataclass(frozen=True)
class Preview:
    """What publishing a transfer would bring; without content, `fault` says why there is none."""

    transfer: Transfer
    content: Content | None
    fault: str
    problems: list[str]
    public: Flat | None
    public_claims: list[Flat]

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what would be published; empty: nothing could be."""
        return self.content.digest if self.content else ""

    @property
    def facts(self) -> list[Fact]:
        """Return what the row would say beside what the public one says, in public order."""
        proposed = wording.describe_row(self.content.row) if self.content else {}
        public = wording.describe_row(self.public) if self.public else {}
        return [
            Fact(label, proposed.get(label, ""), public.get(label, ""), label in self.disputes, description)
            for label, description in wording.DESCRIPTIONS.items()
            if label in proposed or label in public
        ]

    @property
    def differences(self) -> list[Difference]:
        """Return what the row would say that the public one does not, and the other way round."""
        return wording.list_differences(self.public, self.content.row) if self.content else []

    @property
    def claim_differences(self) -> list[Difference]:
        """Return the claims that would be added, removed or changed in public."""
        return wording.list_claim_differences(self.public_claims, self.content.claims) if self.content else []

    @property
    def choices(self) -> list[str]:
        """Return why the row speaks in its unit or currency, in words, where several are claimed."""
        if self.content is None:
            return []
        chosen = figures.explain_words(content.list_figures(self.content.claims))
        return [wording.describe_choice(field, choice) for field, choice in chosen.items()]

    @property
    def disputes(self) -> list[str]:
        """Return the figures on which the sources differ, in words."""
        stems = (self.content.row["disputed"] or "").split("|") if self.content else []
        return [wording.build_label(stem) for stem in stems if stem]


def build_previews(transfers: Iterable[Transfer]) -> list[Preview]:
    """Return a preview of each of the stored transfers, by key; the number of queries is fixed."""
    ids = [transfer.pk for transfer in transfers]
    stored = list(Transfer.objects.with_claims().filter(pk__in=ids).order_by("key"))
    keys = [transfer.key for transfer in stored]
    rows = {row["key"]: row for row in RegistryRow.objects.current().filter(key__in=keys).values()}
    claims = list_current_claims(keys)
    references = content.References()
    references.add([content.get_place(transfer) for transfer in stored])
    return [
        _build_preview(
            transfer, references, rows.get(transfer.key), [claim for _, claim in claims[transfer.key]]
        )
        for transfer in stored
    ]


def build_preview(transfer: Transfer) -> Preview:
    """Return the preview of one stored transfer."""
    return build_previews([transfer])[0]


def _build_preview(
    transfer: Transfer, references: content.References, public: Flat | None, public_claims: list[Flat]
) -> Preview:
    proposed, fault = None, ""
    try:
        proposed = content.build_from_transfer(transfer, transfer.claims(), references)
    except (ValueError, LookupError, ArithmeticError) as error:
        fault = str(error)
    return Preview(transfer, proposed, fault, publish.list_problems(transfer), public, public_claims)
