"""Answer to OPTIONS: the resource's parameters, with their lookups and choices."""

from dataclasses import asdict
from typing import Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

from transfers.api.request import parameters


class Options(BaseMetadata):
    """Name, description, formats, and every parameter of the resource."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        return {
            "name": type(view).__name__,
            "description": (view.__doc__ or "").strip().splitlines()[0],
            "formats": [renderer.format for renderer in view.renderer_classes],
            "parameters": [asdict(parameter) for parameter in parameters.describe(view)],
        }
