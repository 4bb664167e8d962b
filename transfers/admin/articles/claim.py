"""Claims made from the figures of a paragraph: forms filled in with proposals, and how they are recorded."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from transfers.curation import recording, workflow
from transfers.evidence.recognition.marks import DATE, Mark
from transfers.models import ArticleText, Transfer, history
from transfers.vocabulary import written_dates

from .nearby import NearbyTransfers
from .parts import ClaimPart
from .target import NewTransferForm, TargetForm


class ClaimMaker:
    """Forms of the claim of a figure, of claims of other figures beside it, and of the transfer of them all.

    Only `save` records anything.
    """

    def __init__(
        self,
        site: AdminSite,
        request: HttpRequest,
        article: ArticleText,
        mark: Mark,
        marks: list[Mark],
        beside: Sequence[Mark] = (),
    ) -> None:
        self.user: Any = request.user
        self.article, self.mark = article, mark
        self.nearby = NearbyTransfers(article, mark, marks)
        data = request.POST if request.method == "POST" else None
        self.part = ClaimPart(article, mark, self.user, data)
        self.beside = [ClaimPart(article, other, self.user, data, f"also{other.start}-") for other in beside]
        self.new = self._build_new_form(site, data)
        self.target = self._build_target_form(site, data)

    @property
    def parts(self) -> list[ClaimPart]:
        """Return the claims that are to be recorded."""
        return [self.part, *(part for part in self.beside if part.is_wanted)]

    def _build_target_form(self, site: AdminSite, data: Any) -> TargetForm:
        preselected = self.nearby.preselected
        initial = {"target": str(preselected.pk) if preselected else ""}
        candidates = self.nearby.list_candidates()
        return TargetForm(site, candidates, self.new, data, prefix="target", initial=initial)

    def _build_new_form(self, site: AdminSite, data: Any) -> NewTransferForm | None:
        if not self.user.has_perm("transfers.add_transfer"):
            return None
        proposal = self.nearby.propose_transfer()
        dates = self._list_dates(data)
        return NewTransferForm(site, dates, self.nearby.get_year(), data, prefix="new", initial=proposal)

    def _list_dates(self, data: Any) -> dict[str, list[str]]:
        """Return the dates that are claimed, by their events; by them transfers are told apart."""
        dates: dict[str, list[str]] = {}
        for part in self.parts if data else ():
            if part.mark.kind == DATE:
                event, date = (data.get(part.form.add_prefix(name), "").strip() for name in ("event", "date"))
                with suppress(written_dates.NotADate):
                    dates.setdefault(event, []).append(written_dates.parse(date))
        return dates

    @property
    def has_errors(self) -> bool:
        """Return whether what was posted cannot be recorded; all forms are checked, to show all errors."""
        if not self.target.is_bound:
            return False
        is_valid = [*(part.is_valid() for part in self.parts), self.target.is_valid()]
        return not all([*is_valid, self._is_new_valid()])

    def _is_new_valid(self) -> bool:
        return not self.target.is_new or (self.new is not None and self.new.is_valid())

    def save(self) -> list[Any]:
        """Record the claims, with their transfer if new, and return them; none if a form has errors."""
        if self.has_errors:
            return []
        reason = f"From the article {self.article.source.key}, ¶{self.mark.paragraph}"
        try:
            with transaction.atomic(), history.record_because(reason, self.user):
                return self._record(reason)
        except ValidationError as error:
            self.part.form.add_error(None, error)
        except workflow.Refused as error:
            self.target.add_error("target", str(error))
        return []

    def _record(self, reason: str) -> list[Any]:
        claims: list[Any] = [part.form.instance for part in self.parts]
        transfer = self.new.save() if self.target.is_new and self.new else self._lock_transfer()
        for claim in claims:
            claim.transfer = transfer
        try:
            recording.record(claims, self.user, reason)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return claims

    def _lock_transfer(self) -> Transfer:
        """Return the chosen transfer, in the state that was confirmed."""
        chosen = self.target.get_transfer()
        transfer = Transfer.objects.select_for_update().filter(pk=chosen.pk, state=chosen.state).first()
        if transfer is None:
            raise workflow.Refused(f"The transfer {chosen} was changed meanwhile. Check it and try again.")
        return transfer
