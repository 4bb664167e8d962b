"""Records by the file: export, and import with a preview, all or nothing."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm

from transfers.curation import uploads
from transfers.curation.spreadsheets import records as bulk
from transfers.curation.spreadsheets.files import LARGEST, ROWS, CSVFile, Table, XLSXFile


def read(content: bytes, format_number: str, resource: bulk.Records) -> Table:
    """The file as rows of this resource; raises ValidationError, in words."""
    table = FORMATS[int(format_number)]().create_dataset(content)
    resource.check(table)
    return table


FORMATS = (CSVFile, XLSXFile)


class UploadForm(ImportForm):
    """A file, its format and why it is imported; the file is read as part of the form's check."""

    reason = forms.CharField(max_length=500, help_text="Stands in the history of every record that changes.")
    field_order = ["resource", "import_file", "format", "reason"]

    def __init__(self, formats: Any, resources: Any, **options: Any) -> None:
        super().__init__(formats, resources, **options)
        self.resources = resources
        self.fields["import_file"].help_text = (
            f"CSV in UTF-8 or XLSX, at most {ROWS:,} rows; an export shows the columns. Records that the"
            " file does not name stay, as do columns that it does not have; an empty cell empties its field."
        )
        self.table: Table | None = None

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > LARGEST:
            raise ValidationError(f"The file is larger than {LARGEST // 1024 // 1024} MB; split it.")
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("import_file") and data.get("format"):
            self.content = data["import_file"].read()
            try:
                self.table = read(self.content, data["format"], self.resources[0]())
            except ValidationError as error:
                self.add_error("import_file", error)
        return data


class ConfirmForm(ConfirmImportForm):
    """What was previewed, to be imported as it was shown."""

    reason = forms.CharField(max_length=500, widget=forms.HiddenInput())
    shown = forms.CharField(widget=forms.HiddenInput())
    format = forms.ChoiceField(
        choices=[(str(number), number) for number in range(len(FORMATS))], widget=forms.HiddenInput()
    )


class BulkAdmin(ImportExportMixin, admin.ModelAdmin):
    """Records by the file: export, and import with a preview, all or nothing."""

    import_formats = export_formats = FORMATS
    import_form_class, confirm_form_class, export_form_class = UploadForm, ConfirmForm, ExportForm

    def get_resource_classes(self, request: HttpRequest) -> list[type[bulk.Records]]:
        return [bulk.RESOURCES[self.model]]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Who may add and change the records, and what an import changes with them."""
        return all(map(request.user.has_perm, bulk.RESOURCES[self.model].permissions()))

    def import_action(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show the form; with a file, what its import would do: nothing is stored yet."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_import_form(request)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form)
        result = self._run(request, form.table, form.cleaned_data["reason"], dry_run=True)
        if result.has_errors() or result.has_validation_errors():
            return self._page(request, form, result=result)
        self._sum_up(request, result)
        initial = {
            "import_file_name": uploads.save(form.content),
            "original_file_name": form.cleaned_data["import_file"].name,
            "format": form.cleaned_data["format"],
            "reason": form.cleaned_data["reason"],
            "shown": bulk.fingerprint(result),
        }
        return self._page(request, form, result=result, confirm_form=ConfirmForm(initial=initial))

    def process_import(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Import what was previewed, all or none; anything that has changed since is shown first."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ConfirmForm(request.POST or None)
        content = uploads.take(form.cleaned_data["import_file_name"]) if form.is_valid() else None
        if content is None:
            messages.error(request, "There is no preview to confirm (any more); send the file again.")
            return HttpResponseRedirect(self._address("import"))
        said = form.cleaned_data
        table = read(content, said["format"], bulk.RESOURCES[self.model]())
        with transaction.atomic():
            result = self._run(request, table, said["reason"])
            failed = result.has_errors() or result.has_validation_errors()
            if failed or bulk.fingerprint(result) != said["shown"]:
                transaction.set_rollback(True)
                messages.error(
                    request,
                    "Nothing was imported: records have changed since the preview. Send the file again.",
                )
                return self._page(request, self._empty_form(request), result=result if failed else None)
            return self.process_result(result, request)

    def _run(self, request: HttpRequest, table: Any, reason: str, *, dry_run: bool = False) -> Any:
        resource = bulk.RESOURCES[self.model]()
        return resource.import_data(table, dry_run=dry_run, user=request.user, reason=reason)

    def _empty_form(self, request: HttpRequest) -> UploadForm:
        return UploadForm(list(FORMATS), self.get_resource_classes(request))

    def _address(self, page: str) -> str:
        return reverse(f"admin:transfers_{self.model._meta.model_name}_{page}")

    def _sum_up(self, request: HttpRequest, result: Any) -> None:
        count = result.totals
        messages.info(
            request,
            f"{count['new']} new, {count['update']} changed, {count['skip']} as they are."
            " Nothing is stored yet.",
        )

    def _page(self, request: HttpRequest, form: UploadForm, **shown: Any) -> HttpResponse:
        resource = bulk.RESOURCES[self.model]()
        context = {
            **self.admin_site.each_context(request),
            "title": "Import",
            "form": form,
            "opts": self.model._meta,
            "media": self.media + form.media,
            "fields_list": [("", [field.column_name for field in resource.get_import_fields()])],
            "import_error_display": ("message",),
            **shown,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/import_export/import.html", context)
