"""Publishing an import as a whole, by somebody who had no part in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from transfers.curation import workflow
from transfers.models import CLAIM_MODELS, ImportBatch, RegistryClaim, Revision, Transfer, history
from transfers.models.inserts import batched
from transfers.publication import publish

from .write import Progress

#: Drafts, and what is public and was worded anew.
_PUBLISHABLE = (Transfer.State.DRAFT, Transfer.State.PUBLISHED)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def explain_refusal(batch: ImportBatch, user: Any) -> str:
    """Return why the user cannot publish the import; empty if they can."""
    if not user.has_perm(workflow.PUBLISH):
        return "You are not allowed to publish transfers."
    if batch.undone:
        return "This import was undone; there is nothing to publish."
    if batch.user_id == user.pk and not settings.PUBLISH_OWN:
        return "You imported it yourself; somebody else must publish it."
    return ""


def is_public(batch: ImportBatch) -> bool:
    """Return whether a claim of the import's edition is public now."""
    return bool(batch.source and RegistryClaim.objects.current().filter(source=batch.source.key).exists())


def publish_import(
    batch: ImportBatch, reason: str, user: Any, progress: Progress
) -> tuple[QuerySet[Revision], int]:
    """Publish the import's drafts, all or none, except those that the user edited.

    Return the revisions and the number of drafts that somebody else must publish. Raises NotPublishable.
    """
    with transaction.atomic(), history.record_because(reason.strip(), user):
        pks = sorted(Transfer.objects.publishable_from(batch).values_list("pk", flat=True))
        edited = set() if settings.PUBLISH_OWN else _list_edited(pks, user)
        transfers = _lock_publishable([pk for pk in pks if pk not in edited])
        return publish.publish(transfers, reason.strip(), progress), len(edited)


def _lock_publishable(pks: list[int]) -> Iterator[Transfer]:
    for group in batched(pks):
        locked = Transfer.objects.select_for_update().filter(pk__in=group, state__in=_PUBLISHABLE)
        yield from locked.order_by("pk").only("pk")


def _list_edited(pks: list[int], user: Any) -> set[int]:
    """Return the transfers that the user edited since they were last published."""
    return {
        transfer.pk
        for group in batched(pks)
        for transfer in _filter_touched(Transfer.objects.filter(pk__in=group), user)
        if user.pk in workflow.list_editors(transfer)
    }


def _filter_touched(transfers: QuerySet, user: Any) -> QuerySet:
    """Return the few transfers worth a closer look: the user left history since they were last published."""
    copies = Transfer.history.filter(id=OuterRef("pk"))
    published = copies.filter(state=Transfer.State.PUBLISHED).order_by("-history_id")
    since = Coalesce(Subquery(published.values("history_date")[:1]), Value(_NEVER))
    by_user: Any = Exists(copies.filter(history_user=user, history_date__gt=OuterRef("_since")))
    for model in CLAIM_MODELS:
        claims = model.history.filter(transfer=OuterRef("pk"), history_user=user)
        by_user |= Exists(claims.filter(history_date__gt=OuterRef("_since")))
    return transfers.annotate(_since=since).filter(by_user)
