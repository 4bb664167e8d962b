"""Merging two parties or two systems that are one, and the way back.

All that names the loser names the winner then: transfers, aliases, variants, successors and public rows. The
loser's names become aliases, so that the next import finds them, and its key leads to the winner for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from transfers.models import RegistryRow, Transfer, history
from transfers.models.history import OWNED
from transfers.models.inserts import batched
from transfers.models.merging import MODELS, PARENTS, FormerKey, Merge
from transfers.models.naming import FINDERS
from transfers.models.reference import System
from transfers.publication import editions, publish
from transfers.vocabulary.words import fold_exactly

from . import duplicates

#: How many transfers a preview names.
SHOWN = 10
#: What moves, in words, by the model and the field that names the record.
MOVED = {
    "party.successor": "parties that it followed",
    "system.variant_of": "variants",
    "transfer.supplier": "transfers from it",
    "transfer.recipient": "transfers to it",
    "transfer.system": "transfers",
}


class NotMergeable(Exception):
    """Reason why two records cannot be merged, or a merge cannot be undone, in one sentence."""


@dataclass
class MergePreview:
    """What a merge would do; where there are obstacles, it would be refused."""

    winner: Any
    loser: Any
    moves: list[tuple[str, int]] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    alike: list[tuple[Transfer, Transfer]] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)


def preview_merge(winner: Any, loser: Any) -> MergePreview:
    """Return what the merge of the loser into the winner would move, and what becomes public by it."""
    preview = MergePreview(winner, loser, obstacles=list(_list_obstacles(winner, loser)))
    if preview.obstacles:
        return preview
    for relation in _list_relations(type(loser)):
        moved = _filter_users(relation, loser)
        preview.moves.append((_describe(relation), moved.count()))
    aliases = loser.aliases.count()
    preview.moves.append(("other names", aliases + 1))
    rows = publish.filter_showing(loser, RegistryRow.objects.current())
    preview.rows = sorted(rows.values_list("key", flat=True))
    preview.alike = list(_list_alike(winner, loser))
    return preview


def _list_obstacles(winner: Any, loser: Any) -> Iterator[str]:
    if type(winner) is not type(loser) or winner.pk == loser.pk:
        yield "Choose two different records of one kind."
        return
    between = Transfer.objects.filter(supplier__in=[winner.pk, loser.pk], recipient__in=[winner.pk, loser.pk])
    keys = [record.natural_key()[0] for record in (winner, loser)]
    rows = RegistryRow.objects.current().filter(supplier__in=keys, recipient__in=keys)
    if winner.KIND == "party":
        listed = {*between.values_list("key", flat=True), *rows.values_list("key", flat=True)}
        yield from (f"The transfer {key} is from one of them to the other." for key in sorted(listed))


def _list_relations(model: Any) -> list[Any]:
    """Return the relations by which others name a record, apart from those that it owns."""
    owned = OWNED[model]
    return [relation for relation in model._meta.related_objects if relation.related_model not in owned]


def _filter_users(relation: Any, record: Any) -> models.QuerySet:
    return relation.related_model._default_manager.filter(**{relation.field.name: record.pk})


def _describe(relation: Any) -> str:
    return MOVED.get(_label(relation), _label(relation))


def _list_alike(winner: Any, loser: Any) -> Iterator[tuple[Transfer, Transfer]]:
    """Yield the first transfers of the loser that may be one with a transfer of the winner."""
    transfers = Transfer.objects.filter(_names(loser)).select_related("supplier", "recipient", "system")
    pairs = 0
    for transfer in transfers.prefetch_related("dates").order_by("key")[:500]:
        place = {name: getattr(transfer, f"{name}_id") for name in ("supplier", "recipient", "system")}
        place = {name: winner.pk if _is(winner, loser, name, pk) else pk for name, pk in place.items()}
        dates: dict[str, list[str]] = {}
        for claim in transfer.dates.all():
            dates.setdefault(claim.event, []).append(claim.date)
        for other in duplicates.list_near(duplicates.Candidate(**place, dates=dates, pk=transfer.pk)):
            yield transfer, other
            pairs += 1
            if pairs == SHOWN:
                return


def _is(winner: Any, loser: Any, name: str, pk: int) -> bool:
    return pk == loser.pk and (name == "system") == (winner.KIND == "system")


def _names(record: Any) -> models.Q:
    if record.KIND == "system":
        return models.Q(system=record.pk)
    return models.Q(supplier=record.pk) | models.Q(recipient=record.pk)


def merge(winner: Any, loser: Any, user: Any, reason: str) -> Merge:
    """Merge the loser into the winner, with history, and publish the rows that change. Raise NotMergeable."""
    reason = _check_reason(reason)
    with transaction.atomic(), history.record_because(f"{loser} was merged into {winner}: {reason}", user):
        model = type(winner)
        locked = model.objects.select_for_update().in_bulk([winner.pk, loser.pk])
        if len(locked) < 2:
            raise NotMergeable("Choose two different records that exist.")
        winner, loser = locked[winner.pk], locked[loser.pk]
        for obstacle in _list_obstacles(winner, loser):
            raise NotMergeable(obstacle)
        done = _build_merge(winner, loser)
        done.reason, done.user = reason, user
        key = _build_former_key(done, winner, loser)
        _move(done, winner, loser)
        loser.delete()
        key.save()
        _publish(done, winner)
        done.save()
    return done


def _build_merge(winner: Any, loser: Any) -> Merge:
    return Merge(
        kind=winner.KIND,
        winner=winner.natural_key()[0],
        loser=loser.natural_key()[0],
        values={item.attname: getattr(loser, item.attname) for item in loser._meta.concrete_fields},
    )


def _check_reason(reason: str) -> str:
    if not reason.strip():
        raise NotMergeable("A merge and its undoing need a reason, which the history and the log show.")
    return reason.strip()[:500]


def _build_former_key(done: Merge, winner: Any, loser: Any) -> FormerKey:
    """Return the loser's key, unsaved, with what it stands for until the merge."""
    return FormerKey(
        kind=done.kind,
        key=done.loser,
        revision=editions.get_newest().sequence,
        names=sorted(_list_texts(loser)),
        keys=sorted(FINDERS[done.kind](type(loser).objects.all()).find(done.loser)),
        **{done.kind: winner},
    )


def _move(done: Merge, winner: Any, loser: Any) -> None:
    """Let all that names the loser name the winner."""
    _free_from(winner, loser, done)
    for relation in _list_relations(type(loser)):
        users = list(_filter_users(relation, loser).values_list("pk", flat=True))
        done.moved[_label(relation)] = users
        _set(relation, users, winner)
    _move_names(done, winner, loser)
    formers = FormerKey.objects.filter(**{done.kind: loser})
    done.moved["former"] = list(formers.values_list("pk", flat=True))
    formers.update(**{done.kind: winner})


def _publish(done: Merge, winner: Any) -> None:
    reason = f"{done.loser} was merged into {done.winner}: {done.reason}"
    done.rows = publish.replace(winner, done.loser, reason)
    publish.refresh_all(_list_shown(winner), reason)


def _free_from(winner: Any, loser: Any, done: Merge) -> None:
    """Let a winner that is a variant, or a predecessor, of the loser take the loser's place in the line."""
    name = PARENTS[winner.KIND]
    if getattr(winner, f"{name}_id") == loser.pk:
        done.moved["parent"] = [loser.pk]
        setattr(winner, name, getattr(loser, name))
        winner.save()


def _label(relation: Any) -> str:
    return f"{relation.related_model._meta.model_name}.{relation.field.name}"


def _set(relation: Any, pks: list[int], record: Any) -> None:
    """Let these records name this one, with history."""
    model = relation.related_model
    for batch in batched(pks):
        model._default_manager.filter(pk__in=batch).update(**{relation.field.attname: record.pk})
        history.record_copies(model._default_manager.filter(pk__in=batch), history.CHANGED)


def _list_texts(record: Any) -> set[str]:
    own = {getattr(record, name) for name in record.SPELLED}
    return (own | {alias.name for alias in record.aliases.all()}) - {""}


def _move_names(done: Merge, winner: Any, loser: Any) -> None:
    """Move the aliases that the winner lacks, and add the loser's own name."""
    [(model, owner)] = OWNED[type(loser)].items()
    present = _list_texts(winner)
    done.moved["aliases"], done.values["aliases"] = [], []
    for alias in loser.aliases.all():
        if alias.name in present:
            values = {item.attname: getattr(alias, item.attname) for item in model._meta.concrete_fields}
            done.values["aliases"].append(values)
            alias.delete()
        else:
            setattr(alias, owner, winner)
            alias.save()
            done.moved["aliases"].append(alias.pk)
            present.add(alias.name)
    longest: Any = model._meta.get_field("name").max_length  # type: ignore[union-attr]
    names = [name for name in _list_own_names(winner, loser) if name not in present and len(name) <= longest]
    added = [model._default_manager.create(**{owner: winner, "name": name}) for name in names]
    done.moved["added"] = [alias.pk for alias in added]


def _list_own_names(winner: Any, loser: Any) -> list[str]:
    """Return the loser's name; with its kind, too, if an import would not find the winner by the name."""
    if isinstance(loser, System) and _is_other_kind(winner, loser):
        return [loser.name, f"{loser.name} ({loser.description})"]
    return [loser.name]


def _is_other_kind(winner: System, loser: System) -> bool:
    """Return whether an import, which looks for designations of a kind, would not find the winner."""
    if winner.category != loser.category:
        return True
    is_described = fold_exactly(winner.description) == fold_exactly(loser.description)
    return winner.category == System.Category.OTHER and not is_described


def _list_shown(*records: Any) -> list[Any]:
    """Return the records, and those whose public values name them."""
    listed = list(records)
    for record in records:
        if record.KIND == "party":
            listed += record.predecessors.all()
    return listed


def undo_merge(done: Merge, user: Any, reason: str) -> None:
    """Part the two records again; the public answers are then as they were. Raise NotMergeable."""
    reason = _check_reason(reason)
    undoing = f"The merge of {done.loser} into {done.winner} was undone: {reason}"
    with transaction.atomic(), history.record_because(undoing, user):
        done = Merge.objects.select_for_update().get(pk=done.pk)
        model = MODELS[done.kind]
        winner = model.objects.filter(**{model.natural_key_fields[0]: done.winner}).first()
        if done.undone:
            raise NotMergeable("This merge was undone already.")
        if winner is None:
            raise NotMergeable(f"{done.winner} was merged or deleted since. Undo that first.")
        try:
            with transaction.atomic():
                loser = _part(done, winner)
        except (IntegrityError, ValidationError) as error:
            raise NotMergeable(f"Another record has taken the place of {done.loser}: {error}") from error
        publish.replace(loser, done.winner, undoing, done.rows)
        publish.refresh_all(_list_shown(winner, loser), undoing)
        done.undone, done.undone_by = timezone.now(), user
        done.save()


def _part(done: Merge, winner: Any) -> Any:
    """Bring the loser back with all that moved and still names the winner; return it."""
    model = MODELS[done.kind]
    [(alias_model, owner)] = OWNED[model].items()
    for alias in alias_model._default_manager.filter(pk__in=done.moved["added"], **{owner: winner}):
        alias.delete()
    FormerKey.objects.filter(kind=done.kind, key=done.loser).delete()
    values = {name: value for name, value in done.values.items() if name != "aliases"}
    loser = model(**values)
    loser.save(force_insert=True)
    for alias in alias_model._default_manager.filter(pk__in=done.moved["aliases"], **{owner: winner}):
        setattr(alias, owner, loser)
        alias.save()
    for alias_values in done.values["aliases"]:
        alias_model(**alias_values).save(force_insert=True)
    for relation in _list_relations(model):
        moved = _filter_users(relation, winner).filter(pk__in=done.moved[_label(relation)])
        _set(relation, list(moved.values_list("pk", flat=True)), loser)
    FormerKey.objects.filter(pk__in=done.moved["former"]).update(**{done.kind: loser})
    if done.moved.get("parent"):
        setattr(winner, PARENTS[done.kind], loser)
        winner.save()
    return loser
