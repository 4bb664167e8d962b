"""/api/schema: the API as OpenAPI 3.1, from the views' parameters and the field lists."""

import functools
import re
from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api import errors
from transfers.api.request import parameters
from transfers.api.response import shapes
from transfers.api.response.output import CSL, JSON
from transfers.api.response.shapes import STRING, Shape
from transfers.vocabulary import fields

from .base import RegistryView
from .dictionary import LISTS

#: Header → its meaning, its schema, and whether every answer has it.
_HEADERS: dict[str, tuple[str, Shape, bool]] = {
    "ETag": ("Changes when the answer does; give it back as If-None-Match.", STRING, True),
    "Registry-Revision": (
        "The register's revision that the answer is of: the newest, unless asked.",
        {"type": "integer", "minimum": 0},
        True,
    ),
    "Last-Modified": ("When that revision was published.", STRING, False),
    "Link": ("The licence, and the neighbouring pages.", STRING, True),
    "Citation": ("How to cite this answer.", STRING, True),
    "Registry-Count": ("How many rows the answer has on all pages.", {"type": "integer"}, True),
    "Registry-Note": ("What the numbers leave out.", STRING, True),
    "Accept-Ranges": ("That a part can be asked for, in bytes.", {"const": "bytes"}, True),
    "Content-Range": ("Which bytes these are, and of how many.", STRING, True),
}
_ALWAYS = ("ETag", "Registry-Revision", "Last-Modified", "Link")
_REFUSALS = (400, 406, 414, 429)
_RELEASE = r"^[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$"
_IN_PATH = {
    "key": {**STRING, "pattern": "^[-a-zA-Z0-9_]+$", "description": fields.ROW[0].description},
    "revision": {"type": "integer", "minimum": 1, "description": "A revision of the register."},
    "name": {**STRING, "pattern": _RELEASE, "description": "A release."},
    "other": {**STRING, "pattern": _RELEASE, "description": "The release that it is compared with."},
    "file": {**STRING, "pattern": "^[0-9A-Za-z.]+$", "description": "A file of the release."},
}
#: Request header → its meaning.
_REQUEST_HEADERS = {"If-None-Match": "The ETag of an answer that you have; 304 says that it still stands."}
_FILE_REQUEST_HEADERS = {
    "Range": "The part that you want, such as bytes=1000- or bytes=0-999; the answer is 206.",
    "If-Range": "The ETag of the file that you have a part of; of another one you get the whole.",
}


class Schema(AutoSchema):
    """Description of a resource by what its view declares."""

    def get_operation(self, path: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the operation object: the view's parameters, and an answer of its shape or a problem."""
        assert isinstance(self.view, RegistryView)
        text = re.sub(r"\s+", " ", self.view.__doc__ or "").strip()
        in_path = [
            {"name": name, "in": "path", "required": True, "schema": _IN_PATH.get(name, STRING)}
            for name in re.findall(r"{(\w+)}", path)
        ]
        in_query = [_build_query_parameter(parameter) for parameter in parameters.describe(self.view)]
        return {
            "operationId": type(self.view).__name__,
            "summary": text.split(".")[0],
            "description": text,
            "tags": [_get_tag(path)],
            "parameters": [*in_path, *in_query, *_build_header_parameters(self.view)],
            "responses": _build_responses(self.view),
        }


def _get_tag(path: str) -> str:
    """Return the resource that a path belongs to: its first part."""
    return path.removeprefix("/api").strip("/").split("/")[0] or "api"


def _build_query_parameter(parameter: parameters.Parameter) -> dict[str, Any]:
    """Describe a parameter; a list is repeated (`a=1&a=2`) or, if that may appear only once, in commas."""
    described: dict[str, Any] = {"name": parameter.name, "in": "query", "description": parameter.description}
    if parameter.schema["type"] == "array":
        described |= {"style": "form", "explode": parameter.repeatable}
    return {**described, "schema": parameter.schema}


def _build_header_parameters(view: RegistryView) -> list[dict[str, Any]]:
    headers = _REQUEST_HEADERS | (_FILE_REQUEST_HEADERS if view.file_types else {})
    return [
        {"name": name, "in": "header", "description": text, "schema": STRING}
        for name, text in headers.items()
    ]


def _build_responses(view: RegistryView) -> dict[str, Any]:
    """Build every status that the resource answers with, in order."""
    named = [*_ALWAYS, "Citation", *view.own_headers]
    content = _build_content(view)
    responses = {200: {"description": "The answer.", "headers": _refer_to_headers(named), "content": content}}
    if view.file_types:
        headers = _refer_to_headers([*named, "Content-Range"])
        responses[206] = {"description": "The wanted part.", "headers": headers, "content": content}
    unchanged = {"description": "Your answer is still current.", "headers": _refer_to_headers([*_ALWAYS])}
    problems = {code: _build_problem(code) for code in sorted({*_REFUSALS, *view.own_problems})}
    return {str(code): described for code, described in (responses | {304: unchanged} | problems).items()}


def _build_content(view: RegistryView) -> dict[str, Any]:
    """Return the schema of each media type; a file may be anything, and a part of one is not even JSON."""
    if view.file_types:
        return {media_type: {} for media_type in view.file_types}
    return {
        renderer.media_type: {"schema": _build_shape(view, renderer)} for renderer in view.renderer_classes
    }


def _build_shape(view: RegistryView, renderer: Any) -> Shape:
    if renderer is JSON:
        return view.shape()
    return shapes.CSL if renderer is CSL else STRING


def _refer_to_headers(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _build_problem(code: int) -> dict[str, Any]:
    content = {errors.MEDIA_TYPE: {"schema": shapes.refer_to("Problem")}}
    return {"description": errors.TITLES[code], "content": content}


class Endpoints(EndpointEnumerator):
    """Paths of the resources, one each: the suffix means the same as the parameter `format`."""

    def get_path_from_regex(self, path_regex: str) -> str:
        return super().get_path_from_regex(path_regex).split(".")[0].rstrip("/")

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        return issubclass(getattr(callback, "cls", object), RegistryView)


class Generator(SchemaGenerator):
    """Generator with this register's components."""

    endpoint_inspector_cls = Endpoints

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        components: dict[str, Any] = {
            "schemas": {
                **{view.get_record_name(): shapes.build_row(view.items) for view in LISTS},
                "Problem": shapes.PROBLEM,
            },
            "headers": {
                name: {"description": text, "schema": shape, "required": always}
                for name, (text, shape, always) in _HEADERS.items()
            },
        }
        servers = [{"url": "/", "description": "The register that the document comes from."}]
        document = super().get_schema(request, public)
        tags = [{"name": tag} for tag in sorted({_get_tag(path) for path in document["paths"]})]
        # No operation wants credentials, which an empty list says.
        return {**document, "servers": servers, "security": [], "tags": tags, "components": components}


@functools.cache
def build_document() -> dict[str, Any]:
    """Build the whole OpenAPI document; it depends on the code alone, so one serves all requests."""
    return Generator().get_schema(public=True)


class SchemaView(RegistryView):
    """This API as OpenAPI 3.1: every resource, parameter, field and error."""

    def answer(self, request: Request, **kwargs: Any) -> HttpResponse:
        return Response(build_document())

    def shape(self) -> Shape:
        members: Shape = {"openapi": {**STRING, "pattern": r"^3\.1\."}}
        members |= {name: {"type": "object"} for name in ("info", "paths", "components")}
        return shapes.build_object(members)
