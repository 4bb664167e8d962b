"""What the bundle says of itself to programs: datapackage.json (Data Package v1) and the data dictionary."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from transfers.vocabulary.fields import Field, Type

from .contents import KEYS, Table
from .state import State

NAME = "datapackage.json"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
TITLE = "A register of international arms transfers in which every figure leads to its source"
MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
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


def dictionary(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Every field of every table, as the rows of fields.csv."""
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
        for table in tables
        for item in table.items
    ]


def descriptor(name: str, state: State, tables: list[Table], files: Mapping[str, dict[str, Any]]) -> bytes:
    """datapackage.json; `files`: name → sha256 and bytes of those that are written already."""
    resources = [_tabular(table.name, table.title, table.items, files) for table in tables]
    for table, resource in zip(tables, resources, strict=True):
        resource["schema"] |= {"primaryKey": [table.key], "foreignKeys": _foreign(table)}
    resources.append(_tabular("fields", "What the columns of each table mean", DICTIONARY, files))
    described = {resource["path"] for resource in resources}
    resources += [_plain(path, files) for path in sorted(files) if path not in described]
    said = {
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
        "resources": resources,
    }
    return (json.dumps(said, indent=2, ensure_ascii=False) + "\n").encode()


def _tabular(
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
        "schema": {"fields": [_field(item) for item in items], "missingValues": [""]},
    }  # fmt: skip


def _field(item: Field) -> dict[str, Any]:
    said: dict[str, Any] = {"name": item.name, "type": _TYPES.get(item.type, "string")}
    said["description"] = item.description
    if item.unit:
        said["unit"] = item.unit
    if item.type is Type.BOOLEAN:
        said |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: dict[str, Any] = {} if item.nullable else {"required": True}
    if item.choices and item.type is not Type.LIST:
        whole = item.type is Type.INTEGER
        constraints["enum"] = [int(value) if whole else value for value, _ in item.choices]
    return said | ({"constraints": constraints} if constraints else {})


def _foreign(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "fields": [name],
            "reference": {"resource": "" if other == table.name else other, "fields": [KEYS[other]]},
        }
        for name, other in table.leads_to.items()
    ]


def _plain(path: str, files: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A file that is no CSV; `type` keeps programs from reading Parquet as a table of this package."""
    return {
        "name": path.lower().replace(".", "-"),
        "path": path,
        "profile": "data-resource",
        "type": "file",
        "format": path.rpartition(".")[2],
        "mediatype": media_type(path).split(";")[0],
        **_sums(files[path]),
    }


def _sums(file: dict[str, Any]) -> dict[str, Any]:
    return {"bytes": file["bytes"], "hash": f"sha256:{file['sha256']}"}


def media_type(path: str) -> str:
    """The media type of a file of a bundle."""
    return MEDIA_TYPES.get(Path(path).suffix, _TEXT)
