"""Junk for the admin: addresses, parameters and posted fields that nobody means, drawn from a seed.

The addresses are those that the admin has, and the names of parameters are those of its pages' own forms and
of its models' fields, so a new page is crawled from the day that it exists.
"""

import random
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver

JUNK = [
    "", " ", "0", "-1", "1.5", "1e9", "10000", "9" * 19, "9" * 40, "RUS", "None", "null", "true", "on",
    "[]", "{}", "¶", "²", "١", "\x00", "a\x00b", "'", '"', "<b>", "%", "%s", "../..", "1,2", "a,b", "..",
    "2019-13-45", "0000-00-00", "10000-01-01", "2019/", "a" * 3000, "\ufffd", "\u202e", "😀", "same:1",
    "part:" + "9" * 18, "1:2", "__all__",
]  # fmt: skip
LOOKUPS = [
    "", "__exact", "__in", "__year", "__gte", "__isnull", "__icontains", "__id__exact", "__range", "__none",
]  # fmt: skip
#: Parameters of the admin's lists, popups, pages and forms.
PARAMETERS = """
    p q o e all _to_field _popup _facets _changelist_filters next queue import family mark settled decision
    term app_label model_name field_name action step _selected_action select_across index edit reason post
    _save _continue _saveasnew
""".split()
#: Leaving and new passwords end the crawler's own session.
LEFT_OUT = ("logout", "login", "password", "jsi18n")


class _FieldParser(HTMLParser):
    """Parser of all fields of a page's forms, by name, with their values and what they offer."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.offers: dict[str, list[str]] = {}
        self.files: set[str] = set()
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        attributes = dict(attrs)
        name = attributes.get("name") or ""
        value = attributes.get("value") or ""
        if tag == "option" and self._select:
            self.offers.setdefault(self._select, []).append(value)
            self.values.update({self._select: value} if "selected" in attributes else {})
        if tag not in ("input", "select", "textarea", "button") or not name or "__prefix__" in name:
            return
        if attributes.get("type") == "file":
            self.files.add(name)
        elif name != "csrfmiddlewaretoken":
            self.values[name] = value
            self.offers.setdefault(name, []).append(value)
        self._select = name if tag == "select" else ""


def list_routes() -> list[str]:
    """Return the routes of the admin, with their arguments in angle brackets."""
    return [
        route for route in _walk(admin.site.get_urls(), "") if not any(part in route for part in LEFT_OUT)
    ]


def _walk(patterns: list[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", str(pattern.pattern)).strip("^$")
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


class Crawler:
    """Requests of one client that nobody means; `random` decides which."""

    def __init__(self, client: Client, seed: Any) -> None:
        self.client, self.random = client, random.Random(str(seed))
        self.client.raise_request_exception = False
        self.routes = list_routes()
        self.forms: dict[str, _FieldParser] = {}

    def crawl(self, cases: int) -> list[str]:
        """Send so many requests, half of them GET; return those that the server failed on."""
        failures = []
        for number in range(cases):
            path = self._choose_path()
            if number % 2:
                data = self._build_post(path)
                answer = self.client.post(path, data)
            else:
                data = self._build_query(path)
                answer = self.client.get(path, data)
            if answer.status_code >= 500:
                error = answer.exc_info[0].__name__ if getattr(answer, "exc_info", None) else ""
                failures.append(f"{'POST' if number % 2 else 'GET'} {path} {data} {error}"[:600])
        return failures

    def _choose_path(self) -> str:
        route = self.random.choice(self.routes)
        model = _get_model(route)

        def fill(match: re.Match[str]) -> str:
            return quote(str(self._choose_argument(match[1].rpartition(":")[2], match[1], model)), safe="")

        return f"/admin/{re.sub('<([^>]+)>', fill, route)}"

    def _choose_argument(self, name: str, converter: str, model: type[Model] | None) -> Any:
        if name == "app_label":
            return "transfers"
        pks = list(model._default_manager.values_list("pk", flat=True)[:3]) if model else []
        if pks and self.random.random() < 0.8:
            return self.random.choice(pks)
        if converter.startswith("int:") or (name in ("content_type_id", "object_id") and not model):
            return self.random.choice(["0", "1", "7", "9" * 19, "9" * 40])
        return self.random.choice([text for text in JUNK if text])

    def _build_query(self, path: str) -> dict[str, Any]:
        names = self.random.choices(self._list_names(path), k=self.random.randint(1, 3))
        return {name: self._choose_value() for name in names}

    def _build_post(self, path: str) -> dict[str, Any]:
        """Return the fields of the page's forms with some replaced by junk, and perhaps some more."""
        form = self._read_forms(path)
        values: dict[str, Any] = dict(form.values)
        names = self._list_names(path)
        share = self.random.choice([0.05, 0.3, 1])
        for name in [name for name in values if self.random.random() < share] + self.random.choices(
            names, k=2
        ):
            is_meant = name in form.offers and self.random.random() < 0.5
            values[name] = self.random.choice(form.offers[name]) if is_meant else self._choose_value()
        for name in form.files:
            if self.random.random() < 0.8:
                content = self.random.choice(
                    [b"", b"\x00\xff", b"name,code\n1,2,3\n", self.random.randbytes(99)]
                )
                values[name] = SimpleUploadedFile(self.random.choice(["a.csv", "a.xlsx", "\u202e"]), content)
        return values

    def _choose_value(self) -> Any:
        value = self.random.choice(JUNK)
        return [value, self.random.choice(JUNK)] if self.random.random() < 0.05 else value

    def _list_names(self, path: str) -> list[str]:
        """Return names of parameters that the page may take: of its forms, its model and any list."""
        model = _get_model(path.removeprefix("/admin/"))
        names = [field.name for field in model._meta.get_fields()] if model else []
        fields = [name + self.random.choice(LOOKUPS) for name in names]
        return [*fields, *self._read_forms(path).values, *PARAMETERS]

    def _read_forms(self, path: str) -> _FieldParser:
        if path not in self.forms:
            self.forms[path] = _FieldParser()
            answer = self.client.get(path)
            if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
                self.forms[path].feed(answer.content.decode())
        return self.forms[path]


def _get_model(route: str) -> type[Model] | None:
    app, _, rest = route.partition("/")
    try:
        return apps.get_model(app, rest.partition("/")[0])
    except (LookupError, ValueError):
        return None
