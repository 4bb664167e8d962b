"""Records by the file in the admin: export, and import with a preview, all or nothing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.curation import uploads
from transfers.curation.spreadsheets.files import FORMATS, LARGEST, ROWS, Sheet, write_csv
from transfers.curation.spreadsheets.layouts import LAYOUTS, SheetLayout, SheetReport, build_undo
from transfers.curation.spreadsheets.records import import_sheet

from .base import RegistryAdmin

FORMAT_CHOICES = [(name, name) for name in FORMATS]


class ExportForm(forms.Form):
    """The format of a file."""

    format = forms.ChoiceField(choices=FORMAT_CHOICES)


class UploadForm(forms.Form):
    """A file, its format and why it is imported; the file is read as part of the form's check."""

    import_file = forms.FileField(
        label="File to import",
        help_text=f"CSV in UTF-8 or XLSX, at most {ROWS:,} rows; an export shows the columns. Records and"
        " columns that the file does not have stay as they are; an empty cell empties its field.",
    )
    format = forms.ChoiceField(choices=FORMAT_CHOICES)
    reason = forms.CharField(max_length=500, help_text="Stands in the history of every record that changes.")

    def __init__(self, layout: SheetLayout, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.layout = layout

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > LARGEST:
            raise ValidationError(f"The file is larger than {LARGEST // 1024 // 1024} MB; split it.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("import_file") and cleaned.get("format"):
            self.content = cleaned["import_file"].read()
            try:
                self.sheet = _read_sheet(self.content, cleaned["format"], self.layout)
            except ValidationError as error:
                self.add_error("import_file", error)
        return cleaned


class ConfirmForm(forms.Form):
    """What was previewed, to be imported as it was shown."""

    import_file_name = forms.CharField(widget=forms.HiddenInput())
    format = forms.ChoiceField(choices=FORMAT_CHOICES, widget=forms.HiddenInput())
    reason = forms.CharField(max_length=500, widget=forms.HiddenInput())
    shown = forms.CharField(widget=forms.HiddenInput())


def _read_sheet(content: bytes, format_name: str, layout: SheetLayout) -> Sheet:
    """Return the file's rows of this layout; raise ValidationError, in words."""
    sheet = FORMATS[format_name].read(content)
    layout.check_header(sheet.header)
    return sheet


def _describe_proposed(report: SheetReport) -> str:
    """Return how many changes wait for somebody else, or an empty text."""
    count = len(report.proposed)
    return f" {count} changes of public records are proposed: a reviewer decides on them." if count else ""


class SpreadsheetAdmin(RegistryAdmin):
    """Records by the file: export, and import with a preview, all or nothing."""

    change_list_template = "admin/transfers/spreadsheets/change_list.html"

    @property
    def layout(self) -> SheetLayout:
        return LAYOUTS[self.model]

    def get_urls(self) -> list[URLPattern]:
        views = {
            "import": self.import_view,
            "process_import": self.confirm_view,
            "undo_import": self.undo_view,
            "export": self.export_view,
        }
        return [
            path(
                f"{name}/", self.admin_site.admin_view(view), name=f"transfers_{self.opts.model_name}_{name}"
            )
            for name, view in views.items()
        ] + super().get_urls()

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may add and change the records, and what an import changes with them."""
        return all(map(request.user.has_perm, self.layout.list_permissions()))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        links = {"may_import": self.has_import_permission(request), "may_export": True}
        return super().changelist_view(request, links | (extra_context or {}))

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or send the records that the list's search and filters select."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._render(request, "Export", form=form)
        name = form.cleaned_data["format"]
        try:
            records = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:  # a message says so
            return HttpResponseRedirect(request.path)
        content = FORMATS[name].write(self.layout.export(records))
        headers = {"Content-Disposition": f'attachment; filename="{self.opts.model_name}.{name}"'}
        return HttpResponse(content, content_type=FORMATS[name].media_type, headers=headers)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form; with a file, what its import would do: nothing is stored yet."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(self.layout, *((request.POST, request.FILES) if request.method == "POST" else ()))
        if request.method != "POST" or not form.is_valid():
            return self._render(request, "Import", form=form)
        return self.preview(request, form.content, form.cleaned_data["format"], form.cleaned_data["reason"])

    def undo_view(self, request: HttpRequest) -> HttpResponse:
        """Show what giving the records of an import their former texts would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        content = uploads.take_upload(request.POST.get("import_file_name", ""))
        if content is None:
            messages.error(request, "This can no longer be undone here. Revert edits in the histories.")
            return HttpResponseRedirect(reverse(f"admin:transfers_{self.opts.model_name}_changelist"))
        return self.preview(request, content, "csv", "Undone: the records are as they were before")

    def preview(self, request: HttpRequest, content: bytes, form: str, reason: str) -> HttpResponse:
        """Show what importing the file would do: nothing is stored yet."""
        sheet = _read_sheet(content, form, self.layout)
        report = import_sheet(self.model, sheet, request.user, reason, store=False)
        if report.is_refused:
            upload = UploadForm(self.layout)
            return self._render(request, "Import", form=upload, report=report, header=sheet.header)
        messages.info(
            request,
            f"{len(report.added)} new, {len(report.changed)} changed, {report.unchanged} as they are."
            f"{_describe_proposed(report)} Nothing is stored yet.",
        )
        initial = {
            "import_file_name": uploads.save_upload(content),
            "format": form,
            "reason": reason,
            "shown": report.fingerprint,
        }
        return self._render(request, "Import", report=report, confirm_form=ConfirmForm(initial=initial))

    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Import what was previewed, all or none; anything that has changed since is shown first."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ConfirmForm(request.POST or None)
        content = uploads.take_upload(form.cleaned_data["import_file_name"]) if form.is_valid() else None
        if content is None:
            messages.error(request, "There is no preview to confirm (any more); send the file again.")
            return HttpResponseRedirect(reverse(f"admin:transfers_{self.opts.model_name}_import"))
        sheet = _read_sheet(content, form.cleaned_data["format"], self.layout)
        reason, shown = form.cleaned_data["reason"], form.cleaned_data["shown"]
        report = import_sheet(self.model, sheet, request.user, reason, shown=shown)
        if not report.is_refused and report.fingerprint == shown:
            return self._finish(request, report)
        messages.error(
            request, "Nothing was imported: records have changed since the preview. Send the file again."
        )
        faults = {"report": report, "header": sheet.header} if report.is_refused else {}
        return self._render(request, "Import", form=UploadForm(self.layout), **faults)

    def _finish(self, request: HttpRequest, report: SheetReport) -> HttpResponse:
        """Enter the records into the admin's own log, and go back to the list."""
        for records, action in ((report.added, ADDITION), (report.changed, CHANGE)):
            if records:
                LogEntry.objects.log_actions(str(request.user.pk), records, action, "Imported from a file")
        messages.success(
            request, f"{len(report.added)} added, {len(report.changed)} changed.{_describe_proposed(report)}"
        )
        if lines := build_undo(report):
            name = uploads.save_upload(write_csv(lines))
            return self._render(request, "Imported", undo=ConfirmForm(initial={"import_file_name": name}))
        return HttpResponseRedirect(reverse(f"admin:transfers_{self.opts.model_name}_changelist"))

    def _render(self, request: HttpRequest, title: str, **shown: Any) -> HttpResponse:
        template = f"spreadsheets/{title.lower()}.html"
        return self.render_page(request, template, title, names=list(self.layout.columns), **shown)
