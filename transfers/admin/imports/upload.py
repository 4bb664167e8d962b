"""Import a register: a file, what it would do, and the word to do it. Nothing is stored before that."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse

from transfers.curation import uploads
from transfers.registers.importing import jobs, report
from transfers.registers.importing.plan import Plan, build_plan
from transfers.registers.reading import read_file
from transfers.registers.reading.records import Register, Unreadable
from transfers.registers.reading.text import LARGEST
from transfers.vocabulary import edtf

from .pages import ImportPages

GONE = "There is no preview to confirm (any more); send the file again."


class RegisterForm(forms.Form):
    """A register's file, when it was made, and why it comes in; the file is kept and read by its check."""

    file = forms.FileField(
        help_text="A SIPRI trade register as it was downloaded, in either layout (CSV), at most"
        f" {LARGEST // 2**20} MB. It may be a later edition, or a part of the register."
    )
    published = forms.CharField(
        label="Date of the edition",
        required=False,
        max_length=40,
        help_text="EDTF, such as 2024-03-11 or 2024; only where the file does not say when it was made.",
    )
    reason = forms.CharField(max_length=500, help_text="Stands in the history of every record that comes in.")

    name = ""
    register: Register | None = None

    def clean_published(self) -> str:
        given: str = self.cleaned_data["published"]
        if given:
            try:
                edtf.validate(given)
            except edtf.EDTFError as error:
                raise ValidationError(str(error)) from error
        return given

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(f"The file is larger than {LARGEST // 2**20} MB; no register is.")
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                self.name = uploads.save(data["file"].chunks())
                kept = uploads.find(self.name)
                assert kept is not None
                self.register = read_file(kept)
            except Unreadable as error:
                uploads.take(self.name)
                self.add_error("file", str(error))
            except OSError as error:
                self.add_error("file", f"The server cannot keep the file: {error.strerror}.")
        return data


class RegisterPages(ImportPages):
    """The pages on which a register is imported."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("confirm/", wrap(self.confirm_view), name="transfers_importbatch_confirm"),
            path("preview/<str:name>.csv", wrap(self.preview_csv), name="transfers_importbatch_preview"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form; with a file, what its import would do."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RegisterForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self.page(request, "register", "Import a register", form=form)
        assert form.register is not None
        said = form.cleaned_data
        made = build_plan(form.register, said["published"])
        job = jobs.Job(
            name=form.name,
            task="import",
            user=self.user_id(request),
            reason=said["reason"],
            file_name=said["file"].name,
            published=said["published"],
            expected=made.fingerprint,
        )
        jobs.save_job(job)
        return self._preview(request, job, made)

    def _preview(self, request: HttpRequest, job: jobs.Job, made: Plan) -> HttpResponse:
        shown = {
            "job": job,
            "plan": made,
            "summary": next(report.describe_plan(made)),
            "groups": report.list_groups(made),
            "names": [
                (what, names[: report.SHOWN], max(len(names) - report.SHOWN, 0))
                for what, names in report.list_new_names(made).items()
            ],
        }
        return self.page(request, "preview", f"Preview: {job.file_name}", **shown)

    def preview_csv(self, request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
        """The whole preview as a list, as the import would do it now."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        job, file = jobs.find_job(name), uploads.find(name)
        if job is None or file is None:
            messages.error(request, GONE)
            return HttpResponseRedirect(reverse("admin:transfers_importbatch_add"))
        made = build_plan(read_file(file), job.published)
        return self.csv("preview.csv", report.stream_plan(made))

    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Begin the import that was previewed, once; it runs by itself."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        name = request.POST.get("name", "")
        job = jobs.find_job(name)
        if job is None or job.user != request.user.pk:
            messages.error(request, GONE)
            return HttpResponseRedirect(reverse("admin:transfers_importbatch_add"))
        jobs.start_job(job)  # a second click finds it started, and sees the same page
        return HttpResponseRedirect(reverse("admin:transfers_importbatch_job", args=[name]))
