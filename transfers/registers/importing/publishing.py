"""Publishing an import as a whole, by somebody who had no part in it."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from transfers.curation import workflow
from transfers.models import (
    ImportBatch,
    Quantity,
    RegistryClaim,
    Revision,
    Transfer,
    TransferDate,
    Valuation,
    history,
)
from transfers.models.inserts import batched
from transfers.publication import publish as publication

from .write import Progress, publishable

CLAIMS: tuple[Any, ...] = (Quantity, TransferDate, Valuation)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def refusal(batch: ImportBatch, user: Any) -> str:
    """Why the user cannot publish the import; empty: nothing stands in the way."""
    if not user.has_perm(workflow.PUBLISH):
        return "You are not allowed to publish transfers."
    if batch.undone:
        return "This import was undone; there is nothing to publish."
    if batch.user_id == user.pk and not settings.PUBLISH_OWN:
        return "You imported it yourself; somebody else must publish it."
    return ""


def is_public(batch: ImportBatch) -> bool:
    """Whether anything that the import's edition says is public now."""
    return bool(batch.source and RegistryClaim.objects.current().filter(source=batch.source.key).exists())


def publish(batch: ImportBatch, reason: str, user: Any, progress: Progress) -> tuple[list[Revision], int]:
    """Publish what the import made or changed, all or none, but for what the user edited since.

    The revisions, and how many transfers were left to somebody else. Raises NotPublishable.
    """
    with transaction.atomic(), history.record_because(reason.strip(), user):
        pks = sorted(publishable(batch).values_list("pk", flat=True))
        own = set() if settings.PUBLISH_OWN else _edited(pks, user)
        found: list[Transfer] = []
        for group in batched([pk for pk in pks if pk not in own]):
            locked = Transfer.objects.select_for_update().filter(pk__in=group, state=Transfer.State.DRAFT)
            found += locked.order_by("pk").only("pk")
        return publication.publish(found, reason.strip(), progress), len(own)


def _edited(pks: list[int], user: Any) -> set[int]:
    """Those that the user had a part in since their last publication; a close look at the likely alone."""
    found: set[int] = set()
    for group in batched(pks):
        for transfer in _touched(Transfer.objects.filter(pk__in=group), user):
            if user.pk in workflow.editors(transfer):
                found.add(transfer.pk)
    return found


def _touched(transfers: QuerySet, user: Any) -> QuerySet:
    """Transfers of which the user left history after they were last published."""
    copies = Transfer.history.filter(id=OuterRef("pk"))
    entered = copies.filter(state=Transfer.State.PUBLISHED).order_by("-history_id").values("history_date")[:1]
    since = transfers.annotate(_entered=Coalesce(Subquery(entered), Value(_NEVER)))
    mine: Any = Exists(copies.filter(history_user=user, history_date__gt=OuterRef("_entered")))
    for model in CLAIMS:
        claims = model.history.filter(transfer=OuterRef("pk"), history_user=user)
        mine |= Exists(claims.filter(history_date__gt=OuterRef("_entered")))
    return since.filter(mine)
