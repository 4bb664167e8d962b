"""Description of the bundle for programs: datapackage.json (Data Package v1) and the data dictionary."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transfers.exports.formats import FORMATS
from transfers.vocabulary.fields import Field, Type
from transfers.vocabulary.tables import TABLES, PublicTable

from .state import State

NAME = "datapackage.json"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
TITLE = "A register of international arms transfers in which every figure leads to its source"
#: The formats in which a release holds every table.
TABLE_FORMATS = [name for name, form in FORMATS.items() if getattr(form, "IN_RELEASES", False)]
MEDIA_TYPES = {
    **{f".{name}": FORMATS[name].MEDIA_TYPE for name in TABLE_FORMATS},
    ".sqlite3": "application/vnd.sqlite3",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".cff": "application/yaml",
}
_TEXT = "text/plain; charset=utf-8"
#: Every media type that a file of a bundle may have.
FILE_TYPES = tuple(sorted({kind.split(";")[0] for kind in (*MEDIA_TYPES.values(), _TEXT)}))
_TYPES = {
    Type.INTEGER: "integer", Type.NUMBER: "number", Type.BOOLEAN: "boolean", Type.DATE: "date",
    Type.TIME: "datetime",
}  # fmt: skip

#: The columns of fields.csv.
DICTIONARY: tuple[Field, ...] = (
    Field("resource", Type.KEY, "The table that has the field.", nullable=False),
    Field("name", Type.KEY, "The field's name, the same in every format.", nullable=False),
    Field("type", Type.KEY, "How the field is written.", nullable=False),
    Field("nullable", Type.BOOLEAN, "Whether the value may be missing.", nullable=False),
    Field("unit", Type.TEXT, "The unit or code list of its values."),
    Field("choices", Type.LIST, "The values it can have, where they are fixed."),
    Field("description", Type.TEXT, "What the field says.", nullable=False),
)


def list_fields() -> list[dict[str, Any]]:
    """Return every field of every table, as the rows of fields.csv."""
    return [
        {
            "resource": table.name,
            "name": item.name,
            "type": str(item.type),
            "nullable": item.nullable,
            "unit": item.unit or None,
            "choices": "|".join(value for value, _ in item.choices) or None,
            "description": item.description,
        }
        for table in TABLES.values()
        for item in table.items
    ]


def build_descriptor(name: str, state: State, files: Mapping[str, dict[str, Any]]) -> bytes:
    """Build datapackage.json; `files`: name → sha256 and bytes of those that are written already."""
    package = {
        "profile": "data-package",
        "name": f"arms-registry-{name.lower()}",
        "title": f"arms_registry, release {name}",
        "description": TITLE,
        "version": name,
        "created": state.written_time,
        "licenses": [{"name": "CC-BY-4.0", "path": LICENCE, "title": "Creative Commons Attribution 4.0"}],
        "contributors": [{"title": "The arms_registry maintainers", "role": "maintainer"}],
        "keywords": ["arms transfers", "arms trade", "conventional weapons"],
        "revision": state.revision,
        "head": state.head,
        "content": state.content,
        "transfers": state.transfers,
        "resources": _list_resources(files),
    }
    return (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()


def _list_resources(files: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    resources = []
    for table in TABLES.values():
        resource = _describe_table(table.name, table.title, table.items, files)
        resource["schema"] |= {"primaryKey": [table.key], "foreignKeys": _list_foreign_keys(table)}
        resources.append(resource)
    resources.append(_describe_table("fields", "What the columns of each table mean", DICTIONARY, files))
    described = {resource["path"] for resource in resources}
    return resources + [_describe_file(path, files) for path in sorted(files) if path not in described]


def _describe_table(
    name: str, title: str, items: tuple[Field, ...], files: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    path = f"{name}.csv"
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True,
                    "header": True},
        **_sums(files[path]),
        "schema": {"fields": [_describe_field(item) for item in items], "missingValues": [""]},
    }  # fmt: skip


def _describe_field(item: Field) -> dict[str, Any]:
    field: dict[str, Any] = {"name": item.name, "type": _TYPES.get(item.type, "string")}
    field["description"] = item.description
    if item.unit:
        field["unit"] = item.unit
    if item.type is Type.BOOLEAN:
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: dict[str, Any] = {} if item.nullable else {"required": True}
    if item.choices and item.type is not Type.LIST:
        is_integer = item.type is Type.INTEGER
        constraints["enum"] = [int(value) if is_integer else value for value, _ in item.choices]
    return field | ({"constraints": constraints} if constraints else {})


def _list_foreign_keys(table: PublicTable) -> list[dict[str, Any]]:
    return [
        {
            "fields": [name],
            "reference": {"resource": "" if other == table.name else other, "fields": [TABLES[other].key]},
        }
        for name, other in table.references.items()
    ]


def _describe_file(path: str, files: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Describe a file that is not CSV; `type` keeps programs from reading Parquet as a table."""
    return {
        "name": path.lower().replace(".", "-"),
        "path": path,
        "profile": "data-resource",
        "type": "file",
        "format": path.rpartition(".")[2],
        "mediatype": get_media_type(path).split(";")[0],
        **_sums(files[path]),
    }


def _sums(file: dict[str, Any]) -> dict[str, Any]:
    return {"bytes": file["bytes"], "hash": f"sha256:{file['sha256']}"}


def get_media_type(path: str) -> str:
    """Return the media type of a file of a bundle."""
    return MEDIA_TYPES.get(Path(path).suffix, _TEXT)
