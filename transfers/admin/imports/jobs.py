"""Publishing and undoing an import as a whole, and the page that shows the progress of a job."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse

from transfers.curation import uploads, workflow
from transfers.models import ImportBatch, Transfer
from transfers.registers.importing import jobs, publishing
from transfers.vocabulary.choices import Outcome

from .pages import ImportPages, ReasonForm

TITLES = {"import": "Importing", "publish": "Publishing an import", "undo": "Undoing an import"}


class JobPages(ImportPages):
    """Pages that start a job on an import, and the page of the job."""

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "transfers_importbatch"
        return [
            path("<int:pk>/publish/", wrap(self.publish_view), name=f"{name}_publish"),
            path("<int:pk>/undo/", wrap(self.undo_view), name=f"{name}_undo"),
            path("jobs/<str:name>/", wrap(self.job_view), name=f"{name}_job"),
            path("jobs/<str:name>/state.json", wrap(self.job_state_view), name=f"{name}_job_state"),
            *super().get_urls(),
        ]

    def undo_refusal(self, request: HttpRequest, batch: ImportBatch) -> str:
        """Return why the user cannot undo the import; empty if they can."""
        if not self.has_add_permission(request):
            return "You are not allowed to import registers or to undo imports."
        if batch.undone:
            return "This import was undone already."
        if publishing.is_public(batch) and not request.user.has_perm(workflow.PUBLISH):
            return "Some of it is public; only somebody who may publish transfers can undo it."
        return ""

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason, then start to publish all of the import."""
        batch: ImportBatch = self.get_viewed(request, pk)
        if not request.user.has_perm(workflow.PUBLISH):
            raise PermissionDenied
        shown = {"batch": batch, "drafts": Transfer.objects.publishable_from(batch).count()}
        return self._ask(request, batch, "publish", publishing.explain_refusal(batch, request.user), shown)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what would go and ask for the reason, then start to undo the import."""
        batch: ImportBatch = self.get_viewed(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        deals = batch.deals.all()
        shown = {
            "batch": batch,
            "made": deals.filter(outcome=Outcome.NEW).count(),
            "changed": deals.filter(outcome=Outcome.CHANGED).count(),
            "names": sum(len(batch.made.get(table, [])) for table in ("parties", "systems")),
            "is_public": publishing.is_public(batch),
        }
        return self._ask(request, batch, "undo", self.undo_refusal(request, batch), shown)

    def _ask(
        self, request: HttpRequest, batch: ImportBatch, task: str, refusal: str, shown: dict[str, Any]
    ) -> HttpResponse:
        form = ReasonForm(request.POST or None)
        if request.method != "POST" or refusal or not form.is_valid():
            title = f"{'Publish all of' if task == 'publish' else 'Undo'} {batch.file_name}"
            return self.page(request, task, title, form=form, refusal=refusal, **shown)
        name = uploads.save_upload(b"")
        reason = form.cleaned_data["reason"]
        user = self.user_id(request)
        jobs.start_job(jobs.Job(name=name, task=task, user=user, reason=reason, batch=batch.pk))
        return HttpResponseRedirect(reverse("admin:transfers_importbatch_job", args=[name]))

    def job_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Show the job's progress or outcome; the page reloads itself."""
        job = self._job(request, name)
        return self.page(request, "job", TITLES[job.task], job=job)

    def job_state_view(self, request: HttpRequest, name: str) -> JsonResponse:
        job = self._job(request, name)
        return JsonResponse(
            {"step": job.step, "done": job.done, "total": job.total, "ended": job.has_ended},
            headers={"Cache-Control": "no-store"},
        )

    def _job(self, request: HttpRequest, name: str) -> jobs.Job:
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = jobs.find_job(name)
        if job is None or job.state == jobs.WAITING:
            raise Http404("There is no such job, or it no longer exists.")
        return job
