"""People whom a text mentions as @name."""

import difflib
import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model

#: A name as Django allows it, not within an address and without the stop that ends a sentence.
_MENTION = re.compile(r"(?<![\w.@+-])@([\w.@+-]*\w)")
NEAR = 3


class UnknownPerson(ValueError):
    """Mention of somebody who has no account; the message names those that are spelled much like it."""


def list_names(text: str) -> list[str]:
    """Return the names that a text mentions, each once."""
    return list(dict.fromkeys(_MENTION.findall(text)))


def list_people() -> Any:
    """Return the members of staff, who can be mentioned and assigned."""
    return get_user_model().objects.filter(is_staff=True, is_active=True).order_by("username")


def find_people(text: str) -> list[Any]:
    """Return the users whom a text mentions; raise UnknownPerson for a name that nobody has."""
    names = list_names(text)
    if not names:
        return []
    people = {user.get_username().casefold(): user for user in list_people()}
    if unknown := [name for name in names if name.casefold() not in people]:
        raise UnknownPerson(" ".join(_explain(name, people.values()) for name in unknown))
    return [people[name.casefold()] for name in names]


def _explain(name: str, people: Iterable[Any]) -> str:
    usernames = {user.get_username().casefold(): user.get_username() for user in people}
    near = difflib.get_close_matches(name.casefold(), usernames, n=NEAR, cutoff=0.5)
    near += [key for key in usernames if key.startswith(name.casefold()) and key not in near]
    hint = " or ".join(f"@{usernames[key]}" for key in near[:NEAR])
    return f"Nobody is called @{name}." + (f" Do you mean {hint}?" if hint else "")
