"""Format of an answer: by the suffix of the address, by `format=`, or by the Accept header."""

from collections.abc import Sequence
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from transfers.api.errors import BadParameters, ParameterError, Problem

from .output import JSON

#: Values of the parameter `excel`.
EXCEL = {"1": True, "true": True, "0": False, "false": False}


class Negotiation(BaseContentNegotiation):
    """Choice of the format by suffix, by `format=`, or by the Accept header with its preferences.

    OPTIONS describes a resource and has none of its rows, so its answer is always JSON.
    """

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        parameter = request.query_params.get("format")
        _check_format(renderers, format_suffix, parameter)
        is_description = request.method == "OPTIONS"
        chosen = JSON() if is_description else self._choose(request, renderers, format_suffix or parameter)
        _check_excel(request.query_params.get("excel"), chosen.format)
        return chosen, chosen.media_type

    def _choose(self, request: Request, renderers: Sequence[Any], form: str | None) -> Any:
        if form:
            return next(renderer for renderer in renderers if renderer.format == form)
        media_types = [renderer.media_type for renderer in renderers]
        preferred = request._request.get_preferred_type(media_types)
        if preferred is None:
            listed = ", ".join(media_types)
            raise Problem(406, f"The Accept header allows none of the formats of this resource: {listed}.")
        return renderers[media_types.index(preferred)]


def _check_format(renderers: Sequence[Any], suffix: str | None, parameter: str | None) -> None:
    formats = [renderer.format for renderer in renderers]
    for wanted in filter(None, (suffix, parameter)):
        if wanted not in formats:
            detail = f"There is no format '{wanted}' here. Choose from: {', '.join(formats)}."
            raise BadParameters(ParameterError("format", "unknown", detail, formats))
    if suffix and parameter and parameter != suffix:
        detail = f"The address says .{suffix}, but the parameter says format={parameter}."
        raise BadParameters(ParameterError("format", "contradiction", detail, [suffix]))


def _check_excel(parameter: str | None, form: str) -> None:
    if parameter is None:
        return
    if parameter not in EXCEL:
        detail = f"'{parameter}' is neither 1 nor 0."
        raise BadParameters(ParameterError("excel", "invalid", detail, ["1", "0"]))
    if form != "csv":
        detail = "excel is for CSV only. Choose that format, or remove excel."
        raise BadParameters(ParameterError("excel", "contradiction", detail))
