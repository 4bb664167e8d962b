"""JSON Schema (2020-12) of what the API answers, from the field lists."""

from collections.abc import Iterable
from typing import Any

from transfers.vocabulary.fields import Field, Type

#: A schema as JSON: type, enum, properties and so on.
Shape = dict[str, Any]


def build_object(properties: Shape) -> Shape:
    """Build the schema of an object that has all these properties."""
    return {"type": "object", "required": list(properties), "properties": properties}


def build_array(items: Shape) -> Shape:
    """Build the schema of an array of these items."""
    return {"type": "array", "items": items}


STRING: Shape = {"type": "string"}
CITATION: Shape = {**STRING, "description": "How to cite the answer; its address gives the same again."}
ADDRESS: Shape = {"type": ["string", "null"], "format": "uri"}
CHANGES: Shape = build_array(build_object({"field": STRING, "before": {}, "after": {}}))
_TYPES: dict[Type, Shape] = {
    Type.INTEGER: {"type": "integer"},
    Type.NUMBER: {"type": "number"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.DATE: {"type": "string", "format": "date"},
    Type.TIME: {"type": "string", "format": "date-time"},
    Type.CHANGES: CHANGES,
}
#: A citation as CSL-JSON.
CSL: Shape = build_array(
    {
        "type": "object",
        "required": ["id", "type", "title", "URL", "version"],
        "properties": {"type": {"const": "dataset"}, "URL": {**STRING, "format": "uri"}},
    }
)


def build_value(item: Field) -> Shape:
    """Build the schema of a field's value: its type, null if it may be missing, choices, meaning and unit."""
    shape: Shape = dict(_TYPES.get(item.type, STRING))
    choices: list[Any] = [int(value) if item.type is Type.INTEGER else value for value, _ in item.choices]
    if item.type is Type.LIST:
        shape = build_array({**STRING, **({"enum": choices} if choices else {})})
    elif item.nullable:
        shape["type"] = [shape["type"], "null"]
        choices += [None] if choices else []
    if choices and item.type is not Type.LIST:
        shape["enum"] = choices
    return {**shape, "description": item.description, **({"x-unit": item.unit} if item.unit else {})}


def build_row(items: Iterable[Field]) -> Shape:
    """Build the schema of a flat row with these fields in public order, none of them required."""
    return {"type": "object", "properties": {item.name: build_value(item) for item in items}}


def build_whole_row(items: Iterable[Field]) -> Shape:
    """Build the schema of a flat row that has all these fields."""
    return build_object({item.name: build_value(item) for item in items})


def build_list(shape: Shape, **members: Shape) -> Shape:
    """Build the schema of a list: count, next, previous, members of its own, and results of this shape."""
    properties: Shape = {
        "count": {"type": "integer", "minimum": 0, "description": "How many there are on all pages."},
        "next": {**ADDRESS, "description": "The next page; null: this is the last."},
        "previous": {**ADDRESS, "description": "The page before; null: this is the first."},
        **members,
        "results": build_array(shape),
        "citation": CITATION,
    }
    return build_object(properties)


def refer_to(name: str) -> Shape:
    """Build a reference to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


PROBLEM: Shape = {
    "type": "object",
    "description": "What is wrong, as RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": STRING,
        "title": STRING,
        "status": {"type": "integer"},
        "detail": {**STRING, "description": "What is wrong, in a sentence or a few."},
        "errors": {
            "type": "array",
            "description": "Each faulty parameter; an empty name stands for the query as a whole.",
            "items": build_object(
                {"parameter": STRING, "code": STRING, "detail": STRING, "suggestions": build_array(STRING)}
            ),
        },
        "allowed": {**build_array(STRING), "description": "Every parameter there is here."},
        "suggestions": {**build_array(STRING), "description": "Keys that were perhaps meant."},
        "reason": {**STRING, "description": "Why it was withdrawn."},
        "revision": {"type": "integer", "description": "The revision that withdrew it."},
        "time": {**STRING, "format": "date-time", "description": "When it was withdrawn."},
    },
}
