"""Every parameter of a resource with its meaning: for OPTIONS, the schema and the documents."""

import dataclasses
from typing import Any

from . import paging

#: Parameters that are no filters; what a resource knows of them it lists in `own_parameters`.
OWN = {
    "format": "The format, as the suffix of the address says it too.",
    "fields": "Only these fields, separated by commas; they come in the public order.",
    "omit": "All but these fields, separated by commas.",
    "q": "Words that all must be there, in names, aliases, parties, notes, occasions or sources.",
    "page_size": f"Rows a page, at most {paging.LARGEST_PAGE}.",
    "cursor": "The page, as `next` and `previous` give it.",
    "ordering": "Fields to order by, separated by commas; a leading - descends. Missing values come last.",
    "group_by": "Fields to group by, separated by commas.",
}


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One parameter: its name, what it does, and the values it takes where they are fixed."""

    name: str
    description: str
    choices: list[str] = dataclasses.field(default_factory=list)
    repeatable: bool = False

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def of(view: Any) -> list[Parameter]:
    """The parameters of a resource, its own first, then its filters in the order of the fields."""
    own = [Parameter(name, OWN[name], choices=_own_choices(view, name)) for name in view.own_parameters]
    if view.filterset_class is None:
        return own
    return own + [_of_filter(name, used) for name, used in view.filterset_class.base_filters.items()]


def _own_choices(view: Any, name: str) -> list[str]:
    return [renderer.format for renderer in view.renderer_classes] if name == "format" else []


def _of_filter(name: str, used: Any) -> Parameter:
    choices = list(used.extra.get("choices") or [])
    repeatable = not name.endswith(("__gte", "__lte", "__isnull")) and name != "certain"
    return Parameter(name, used.label, choices, repeatable)
