"""Importing a register: upload, preview and confirmation, before which nothing is stored."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator

from transfers.admin.editing.errors import require_form
from transfers.admin.editing.inputs import EDTFFormField
from transfers.curation import uploads
from transfers.registers.importing import jobs, report
from transfers.registers.importing.plan import Plan, build_plan
from transfers.registers.ranges import YearsUnknown
from transfers.registers.reading import read_file
from transfers.registers.reading.records import Register, Unreadable
from transfers.registers.reading.text import LARGEST

from .pages import ImportPages

GONE = "The preview no longer exists; send the file again."


class RegisterForm(forms.Form):
    """Register's file, its date and the reason to import it; cleaning the form stores and reads the file."""

    file = forms.FileField(
        help_text="A SIPRI trade register as it was downloaded, in any of its layouts (CSV), at most"
        f" {LARGEST // 2**20} MB. It may be a later edition, or a part of the register."
    )
    published = EDTFFormField(
        label="Date of the edition",
        required=False,
        max_length=40,
        help_text="Such as 2024-03-11 or 2024; only if the file does not state its date.",
    )
    years = forms.CharField(
        label="Years of its numbers delivered",
        required=False,
        max_length=40,
        help_text="Such as 2020-2022, or all; only if the file does not state its years.",
    )
    reason = forms.CharField(max_length=500, help_text="Stands in the history of every imported record.")

    name = ""
    register: Register | None = None

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(f"The file is larger than {LARGEST // 2**20} MB; no register is.")
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                self.name = uploads.save_upload(data["file"].chunks())
                stored = uploads.find_upload(self.name)
                assert stored is not None
                self.register = read_file(stored)
            except Unreadable as error:
                uploads.take_upload(self.name)
                self.add_error("file", str(error))
            except OSError as error:
                self.add_error("file", f"The server cannot store the file: {error.strerror}.")
        return data

    def build_plan(self) -> Plan | None:
        """Return what importing the file would do; None where its years must be asked for."""
        assert self.register is not None
        try:
            return build_plan(self.register, self.cleaned_data["published"], self.cleaned_data["years"])
        except YearsUnknown as error:
            uploads.take_upload(self.name)
            self.add_error("years", str(error))
            return None


class RegisterPages(ImportPages):
    """Pages on which a register is imported."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("confirm/", wrap(self.confirm_view), name="transfers_importbatch_confirm"),
            path("preview/<str:name>.csv", wrap(self.preview_csv), name="transfers_importbatch_preview"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form or, with a file, a preview of its import."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RegisterForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self.page(request, "register", "Import a register", form=form)
        values = form.cleaned_data
        plan = form.build_plan()
        if plan is None:
            return self.page(request, "register", "Import a register", form=form)
        job = jobs.Job(
            name=form.name,
            task="import",
            user=self.user_id(request),
            reason=values["reason"],
            file_name=values["file"].name,
            published=values["published"],
            years=values["years"],
            expected=plan.fingerprint,
        )
        jobs.save_job(job)
        return self._preview(request, job, plan)

    def _preview(self, request: HttpRequest, job: jobs.Job, plan: Plan) -> HttpResponse:
        shown = {
            "job": job,
            "plan": plan,
            "summary": next(report.describe_plan(plan)),
            "groups": report.list_groups(plan),
            "names": [
                (what, names[: report.SHOWN], max(len(names) - report.SHOWN, 0))
                for what, names in report.list_new_names(plan).items()
            ],
        }
        return self.page(request, "preview", f"Preview: {job.file_name}", **shown)

    def preview_csv(self, request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
        """Download the whole preview, as the import would run now."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        job, file = jobs.find_job(name), uploads.find_upload(name)
        if job is None or file is None:
            messages.error(request, GONE)
            return HttpResponseRedirect(reverse("admin:transfers_importbatch_add"))
        plan = build_plan(read_file(file), job.published, job.years)
        return self.csv("preview.csv", report.stream_plan(plan))

    @method_decorator(require_form)
    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Start the import that was previewed, once, in a process of its own."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        name = request.POST.get("name", "")
        job = jobs.find_job(name)
        if job is None or job.user != request.user.pk:
            messages.error(request, GONE)
            return HttpResponseRedirect(reverse("admin:transfers_importbatch_add"))
        jobs.start_job(job)  # a second click finds it started, and sees the same page
        return HttpResponseRedirect(reverse("admin:transfers_importbatch_job", args=[name]))
