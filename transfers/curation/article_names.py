"""Names that articles are read for: kept for the next page, and read again where one has changed."""

from dataclasses import dataclass, field
from typing import Any

from transfers.evidence.recognition import add_to_tries, build_tries
from transfers.models import Party, System, history
from transfers.models.naming import get_names_stamp

Names = dict[str, set[str]]


@dataclass
class _Kept:
    """Names as they were at a stamp, and the tries of them."""

    stamp: Any = None
    systems: Names = field(default_factory=dict)
    parties: Names = field(default_factory=dict)
    tries: dict[str, Any] = field(default_factory=lambda: build_tries({}, {}))


_kept = _Kept()


def get_tries() -> dict[str, Any]:
    """Return the names of all systems and parties as `recognise_by` takes them."""
    global _kept
    stamp = get_names_stamp()
    if _kept.stamp != stamp:
        _kept = _renew(_kept, _Kept(stamp, _read_names(System), _read_names(Party)))
    return _kept.tries


def _renew(old: _Kept, new: _Kept) -> _Kept:
    """Give the new names the tries of the old ones and what was added; all anew if a name is gone."""
    pairs = ((old.systems, new.systems), (old.parties, new.parties))
    if any(after.get(name) != keys for before, after in pairs for name, keys in before.items()):
        new.tries = build_tries(new.systems, new.parties)
    else:
        new.tries = old.tries
        added = [{name: after[name] for name in after.keys() - before.keys()} for before, after in pairs]
        add_to_tries(new.tries, *added)
    return new


def _read_names(model: Any) -> Names:
    """Return keys by name; the name of a family of systems stands for the family, not its variants."""
    key = model.natural_key_fields[0]
    keys_by_name: Names = {}
    for identifier, *texts in model.objects.values_list(key, *model.SPELLED):
        for text in texts:
            keys_by_name.setdefault(text, set()).add(identifier)
    for alias, owner in history.OWNED[model].items():
        for name, identifier in alias._default_manager.values_list("name", f"{owner}__{key}"):
            keys_by_name.setdefault(name, set()).add(identifier)
    keys_by_name.pop("", None)
    return keys_by_name
