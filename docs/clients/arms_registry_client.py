"""Client of a register's API for Python: questions as keyword arguments, answers as pandas tables.

    registry = Registry("http://127.0.0.1:8000")
    registry.transfers(system="S-400", recipient=["Turkey", "India"])
    registry.deliveries_summary(group_by="year,supplier", sum="tiv", recipient="India")

One file to copy beside your own; it needs pandas and pyarrow. Columns have the types that the register's
schema gives them, as they come as Parquet. Licence: that of the register's code.
"""

import io
import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pandas as pd

Value = str | int | float | bool | date | None
RESOURCES = ("transfers", "claims", "deliveries", "parties", "systems", "sources", "changes")
SUMMARIES = ("transfers_summary", "deliveries_summary")


class RegistryError(Exception):
    """The register refused the question; `suggestions` are what was perhaps meant, by parameter."""

    def __init__(self, status: int, problem: dict[str, Any]):
        super().__init__(problem.get("detail") or f"The register answered with status {status}.")
        self.status = status
        self.suggestions = {fault["parameter"]: fault["suggestions"] for fault in problem.get("errors", [])}


class Registry:
    """A register at an address; `as_of` asks all questions of one of its revisions or days."""

    def __init__(self, address: str = "http://127.0.0.1:8000", as_of: str | int | None = None):
        self.address, self.as_of = address.rstrip("/"), as_of
        #: How to cite the last answer.
        self.citation = ""

    def __getattr__(self, name: str) -> Any:
        if name in (*RESOURCES, *SUMMARIES):
            return lambda **question: self.ask(name.replace("_", "/"), **question)
        raise AttributeError(f"A register has no {name}; it has {', '.join((*RESOURCES, *SUMMARIES))}.")

    def ask(self, resource: str, **question: Value | Iterable[Value]) -> pd.DataFrame:
        """Return the whole answer to a question as a table; raise RegistryError where it is refused."""
        if self.as_of is not None:
            question.setdefault("as_of", self.as_of)
        pairs = [(name, _write(value)) for name, values in question.items() for value in _list(values)]
        request = Request(f"{self.address}/api/{resource}.parquet?{urlencode(pairs)}")
        try:
            with urlopen(request) as answer:
                self.citation = answer.headers["Citation"]
                return pd.read_parquet(io.BytesIO(answer.read()))
        except HTTPError as error:
            raise RegistryError(error.code, _read_problem(error)) from error


def _list(values: Value | Iterable[Value]) -> Iterable[Value]:
    is_one = isinstance(values, str) or not isinstance(values, Iterable)
    return (value for value in ([values] if is_one else values) if value is not None)  # type: ignore[list-item,union-attr]


def _write(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_problem(error: HTTPError) -> dict[str, Any]:
    try:
        return dict(json.loads(error.read()))
    except ValueError:
        return {}
