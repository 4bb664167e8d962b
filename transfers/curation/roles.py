"""Roles and what each may do, as groups: a migration creates them, so every register has them.

`docs/reference/permissions.md` is written from this table; a test compares it with what the admin allows.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

CURATED = (
    "party", "partyalias", "system", "systemalias", "source", "transfer", "quantity", "transferdate",
    "valuation",
)  # fmt: skip
PUBLISHED = ("revision", "registryrow", "registryclaim", "registrydelivery", "release")
#: Deals as registers state them, what their comments may mean, merges, and changes of public records: decided
#: on pages of their own.
PROPOSED = ("registerdeal", "proposal", "merge", "referencechange")
ALL, READ = ("view", "add", "change", "delete"), ("view",)
#: A text stays as it was pasted: a wrong one is deleted and pasted again.
NEVER_CHANGED = ("view", "add", "delete")
#: An import is made from a file and undone as a whole.
IMPORTED = ("view", "add")
#: What a model allows at most, whoever asks.
AT_MOST = {"articletext": NEVER_CHANGED, "importbatch": IMPORTED}
#: No group: Django lets superusers do everything.
SUPERUSER = "superuser"
#: Only looked at in the admin, whoever asks: aliases are edited with their owner, and what is published
#: changes by the steps of its transfer.
LOOKED_AT = ("partyalias", "systemalias", "formerhash", *PUBLISHED, *PROPOSED)

_OF_CURATORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(CURATED, ALL),
    "articletext": NEVER_CHANGED,
    "importbatch": IMPORTED,
    **dict.fromkeys((*PROPOSED, *PUBLISHED), READ),
}
#: Role → app → model → what it may do. Former hashes are of use to `verify` alone: only superusers see them.
ROLES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "curator": {"transfers": _OF_CURATORS},
    "reviewer": {"transfers": {**dict.fromkeys(_OF_CURATORS, READ), "transfer": ("view", "publish")}},
    "administrator": {
        "transfers": {**_OF_CURATORS, "transfer": (*ALL, "publish"), "formerhash": ()},
        "auth": {"user": ALL, "group": READ},
    },
}


def list_actions(role: str, app: str, model: str) -> tuple[str, ...]:
    """Return what the role may do with the model in the admin."""
    actions = (*ALL, "publish") if role == SUPERUSER else ROLES[role].get(app, {}).get(model, ())
    if (app, model) != ("transfers", "transfer"):
        actions = tuple(action for action in actions if action != "publish")
    actions = tuple(action for action in actions if action in (*AT_MOST.get(model, ALL), "publish"))
    return tuple(action for action in actions if action in READ or model not in LOOKED_AT)


def list_codenames(role: str) -> Iterator[tuple[str, str]]:
    """Yield app and codename of each permission of the role."""
    for app, models in ROLES[role].items():
        for model, actions in models.items():
            yield from ((app, f"{action}_{model}") for action in actions)


def make(groups: Any, permissions: Any) -> None:
    """Make the groups, with these permissions and no other; `groups` and `permissions` are managers.

    A migration calls it with the models of its time: what is not there yet, a later one gives.
    """
    for role in ROLES:
        group, _ = groups.get_or_create(name=role)
        wanted = Q()
        for app, codename in list_codenames(role):
            wanted |= Q(codename=codename, content_type__app_label=app)
        group.permissions.set(permissions.filter(wanted))
