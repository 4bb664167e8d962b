"""Pages for what the admin refuses or cannot answer, in its own look: what happened and what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404

from transfers.api import errors

_TEMPLATE = "admin/transfers/error.html"


def is_admin(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer as Django's handler403: who is logged in, and that the role does not allow it."""
    return _render(request, 403, "You are not allowed to do this", reason=str(exception or ""))


def refuse_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or belongs to another login."""
    return _render(request, 403, "The form is too old to be accepted", is_csrf=True)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer as Django's handler404."""
    if not is_admin(request):
        return errors.not_found(request, exception)
    reason = "" if isinstance(exception, Resolver404) else str(exception or "")
    return _render(request, 404, "There is no such page", reason=reason)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer as Django's handler400."""
    if not is_admin(request):
        return errors.bad_request(request, exception)
    return _render(request, 400, "The request cannot be read")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer as Django's handler500; the page asks no database, which may be what failed."""
    answer = errors.server_error(request)
    if not is_admin(request) or answer.status_code != 500:
        return answer
    page = render_to_string(_TEMPLATE, {"title": "The server failed", "status": 500})
    return HttpResponse(page, status=500)


def require_form(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view to which only forms are sent; any other request is led to the page above it.

    It is what a browser asks for after logging in again.
    """

    @wraps(view)
    def check_method(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        messages.warning(request, "Nothing was done: the form did not arrive. Send it again from this page.")
        return HttpResponseRedirect(f"{request.path.rstrip('/').rpartition('/')[0]}/")

    return check_method


def _render(request: HttpRequest, status: int, title: str, **context: Any) -> HttpResponse:
    site = admin.site.each_context(request) if hasattr(request, "user") else {}
    return render(request, _TEMPLATE, {**site, "title": title, "status": status, **context}, status=status)
