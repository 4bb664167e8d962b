"""Lists whose address or form may hold junk."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR
from django.db import DataError, ProgrammingError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect

from .choices import is_key

#: What lookups of an address raise if their values are junk, some of them only when the list is counted.
_BAD_LOOKUPS = (
    *(IncorrectLookupParameters, ValueError, TypeError, LookupError, ArithmeticError),
    *(DataError, ProgrammingError),
)


class CheckedList(admin.ModelAdmin):
    """Records whose list and pages answer junk in an address with a message."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the record; an empty `_to_field` is none."""
        return super().get_object(request, object_id, from_field or None)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list; if the address has junk, warn that the list to which Django leads is whole."""
        try:
            return super().get_changelist_instance(request)
        except _BAD_LOOKUPS as error:
            if not set(request.GET) - {ERROR_FLAG, SEARCH_VAR}:
                raise  # nothing in the address explains it
            messages.warning(
                request, "The list cannot be filtered as the address says. All records are shown instead."
            )
            raise IncorrectLookupParameters from error

    def response_action(self, request: HttpRequest, queryset: QuerySet, *args: Any, **kwargs: Any) -> Any:
        """Apply the action to the selected records, unless the form names what cannot be one."""
        if all(map(is_key, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            return super().response_action(request, queryset, *args, **kwargs)
        messages.warning(request, "The form names records that do not exist. Nothing was done; select again.")
        return HttpResponseRedirect(request.get_full_path())
