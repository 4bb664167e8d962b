"""Roles and what each may do, as groups: made by a migration, so every register has them.

`docs/reference/permissions.md` is written from this table; a test compares it with what the admin allows.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

CURATED = (
    "party", "partyalias", "system", "systemalias", "source", "transfer", "quantity", "transferdate",
    "valuation",
)  # fmt: skip
PUBLISHED = ("revision", "registryrow", "registryclaim", "release")
ALL, READ = ("view", "add", "change", "delete"), ("view",)
#: A text stays as it was pasted: a wrong one is deleted and pasted again.
NEVER_CHANGED = ("view", "add", "delete")
#: No group: Django lets superusers do everything.
SUPERUSER = "superuser"
#: Only looked at in the admin, whoever asks: aliases are edited with their owner, and what is published
#: changes by the steps of its transfer.
LOOKED_AT = ("partyalias", "systemalias", *PUBLISHED)

#: Role → app → model → what it may do.
ROLES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "curator": {
        "transfers": {
            **dict.fromkeys(CURATED, ALL),
            "articletext": NEVER_CHANGED,
            **dict.fromkeys(PUBLISHED, READ),
        },
    },
    "reviewer": {
        "transfers": {
            **dict.fromkeys(CURATED, READ),
            "transfer": ("view", "publish"),
            "articletext": READ,
            **dict.fromkeys(PUBLISHED, READ),
        },
    },
    "administrator": {
        "transfers": {
            **dict.fromkeys(CURATED, ALL),
            "transfer": (*ALL, "publish"),
            "articletext": NEVER_CHANGED,
            **dict.fromkeys(PUBLISHED, READ),
        },
        "auth": {"user": ALL, "group": READ},
    },
}


def may(role: str, app: str, model: str) -> tuple[str, ...]:
    """What the role may do with the model in the admin."""
    held = (*ALL, "publish") if role == SUPERUSER else ROLES[role].get(app, {}).get(model, ())
    if (app, model) != ("transfers", "transfer"):
        held = tuple(action for action in held if action != "publish")
    if model == "articletext":
        held = tuple(action for action in held if action in NEVER_CHANGED)
    return tuple(action for action in held if action in READ or model not in LOOKED_AT)


def codenames(role: str) -> Iterator[tuple[str, str]]:
    """App and codename of each permission of the role."""
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
        for app, codename in codenames(role):
            wanted |= Q(codename=codename, content_type__app_label=app)
        group.permissions.set(permissions.filter(wanted))
