"""Every parameter of a resource with its meaning: for OPTIONS, the schema and the documents."""

import dataclasses
from typing import Any

from . import filters, paging, values
from .values import SEPARATED

#: Groups of a summary that may be asked for.
MOST_GROUPS = 10_000

#: Parameters that are no filters; a resource lists those that it takes.
OWN = {
    "format": "The format, as the suffix of the address says it too.",
    "excel": "1: CSV with a byte-order mark, and texts that a spreadsheet would run as formulas guarded.",
    "as_of": "The register as it stood: the number of a revision, a day in UTC (at its end) or a time.",
    "since": "Only what came after: the number of a revision, a time, or a day (that day included).",
    "fields": "Only these fields, separated by commas; they come in the public order.",
    "omit": "All but these fields, separated by commas.",
    "q": "Words that all must be there, in names, aliases, parties, notes, occasions or sources;"
    " of claims: in their own texts too; of changes: in the reason.",
    "page_size": f"Rows a page, at most {paging.LARGEST_PAGE}.",
    "cursor": "The page, as `next` and `previous` give it.",
    "ordering": "Fields to order by, separated by commas; a leading - descends. Missing values come last.",
    "group_by": "Fields to group by, separated by commas.",
    "sum": "Add up only these figures: trend-indicator values over all units, deal values, or nothing.",
    "limit": "So many groups at most; all others are added up as the rest.",
    "shares": "true: with the part that each group has of the total.",
}
TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
#: Parameters of a resource itself that are no text → their JSON Schema.
_OWN_SCHEMAS: dict[str, Any] = {
    "page_size": {
        "type": "integer",
        "minimum": 1,
        "maximum": paging.LARGEST_PAGE,
        "default": paging.PAGE_SIZE,
    },
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST_GROUPS},
    "shares": {"type": "boolean"},
}
#: How a value is read → its JSON Schema; whatever is not here is read as text.
_READ: dict[Any, dict[str, Any]] = {
    values.read_integer: {"type": "integer", "minimum": -values.LARGEST, "maximum": values.LARGEST},
    values.read_number: {"type": "number"},
    values.read_boolean: {"type": "boolean"},
    values.read_day: {"type": "string", "format": "date"},
    values.read_year: {"type": "string", "pattern": "^[0-9]{4}$"},
    values.read_time: {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"},
}


@dataclasses.dataclass(frozen=True)
class Parameter:
    """Parameter: its name, what it does, the values it takes where they are fixed, and their JSON Schema.

    `repeatable`: it may appear more than once, and `schema` is that of all its values.
    """

    name: str
    description: str
    choices: list[str] = dataclasses.field(default_factory=list)
    repeatable: bool = False
    schema: dict[str, Any] = dataclasses.field(default_factory=dict)


def describe(view: Any) -> list[Parameter]:
    """Describe the parameters of a resource, its own first, then its filters in the order of the fields."""
    own = [_describe_own(name, view.list_values(name)) for name in view.list_own_parameters()]
    declared = view.filterset_class.base_filters
    return own + [_describe_filter(name, declared[name]) for name in declared]


def _describe_own(name: str, choices: list[str]) -> Parameter:
    one = {**TEXT, **({"enum": choices} if choices else {})}
    if name in SEPARATED:
        one = {"type": "array", "items": one, "minItems": 1}
    return Parameter(name, OWN[name], choices=choices, schema=_OWN_SCHEMAS.get(name, one))


def _describe_filter(name: str, declared: Any) -> Parameter:
    choices = list(declared.extra.get("choices") or [])
    one = _READ.get(declared.extra["read"], TEXT) | ({"enum": choices} if choices else {})
    repeatable = not filters.is_scalar(name)
    schema = {"type": "array", "items": one, "minItems": 1} if repeatable else one
    return Parameter(name, declared.label, choices, repeatable, schema)
