"""Registers in the admin: a preview, an import in its own process, publishing and undoing it as a whole."""

import csv
import fcntl
import re
import subprocess
import sys
import tempfile
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.support import factories, registers, servers
from transfers.admin.imports import upload as import_register
from transfers.curation import uploads
from transfers.models import ImportBatch, Party, Proposal, RegistryRow, Transfer
from transfers.registers.importing import jobs, report, write
from transfers.registers.reading import read_register
from transfers.registers.reading.records import Deal

pytestmark = pytest.mark.django_db
DEAL = Deal(
    lines=(), supplier="France", recipient="India", designation="Nord 7", description="frigate", year=2001,
    ordered=3, delivered=2, delivery_years=(2004,), condition="new", comments="Lease",
)  # fmt: skip
OTHER = replace(DEAL, designation="Sud 9")
BAD = replace(DEAL, supplier="India")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Store uploads and jobs in a folder of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def here(monkeypatch):
    """Run jobs in this process, at once; return their names."""
    names = []

    def spawn(name, lock):
        names.append(name)
        jobs.run_job(name)

    monkeypatch.setattr(jobs, "_spawn", spawn)
    return names


@pytest.fixture
def curator(client):
    user = factories.user("curator")
    client.force_login(user)
    return user


def address(page, *arguments):
    return reverse(f"admin:transfers_importbatch_{page}", args=arguments)


def a_file(*deals, generated="18 May 2026", **variant):
    return registers.write_trade_register(deals, generated=generated, encoding="utf-8", **variant)


def upload(client, content, *, name="register.csv", reason="A new edition", published="", years=""):
    file = SimpleUploadedFile(name, content)
    form = {"file": file, "reason": reason, "published": published, "years": years}
    return client.post(address("add"), form)


def confirm(client, answer):
    """Confirm a preview and return the page of its job."""
    return client.post(address("confirm"), {"name": answer.context["job"].name}, follow=True)


def brought(*deals, by=None, **variant):
    """Import these deals and return the batch."""
    register = read_register(a_file(*deals, **variant))
    return write.import_register(register, file_name="r.csv", reason="Read", user=by).batch


def body(answer):
    return answer.content.decode()


def lines(answer):
    return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))


def test_a_preview_says_what_would_be_done_and_stores_nothing(client, curator):
    answer = upload(client, a_file(DEAL, OTHER, BAD))
    groups = {each.outcome: (each.deals, each.shown[0].lines) for each in answer.context["groups"]}
    assert groups == {"new": (2, "13"), "refused": (1, "15")}
    assert "Nothing is stored yet" in body(answer)
    assert not ImportBatch.objects.exists()


def test_a_preview_says_what_changes_from_what_to_what(client, curator):
    brought(DEAL, generated="1 May 2025")
    answer = upload(client, a_file(replace(DEAL, delivered=3)))
    assert "delivered: 2 → 3" in body(answer)


def test_a_preview_shows_what_vanished(client, curator):
    brought(DEAL, OTHER, generated="1 May 2025")
    groups = {each.outcome: each for each in upload(client, a_file(DEAL)).context["groups"]}
    assert [line.designation for line in groups["vanished"].shown] == ["Sud 9"]


def test_a_preview_lists_the_first_of_each_kind_and_the_list_has_all(client, curator, monkeypatch):
    monkeypatch.setattr(report, "SHOWN", 1)
    answer = upload(client, a_file(DEAL, OTHER))
    assert "And 1 more: download the list to see them." in body(answer)
    listed = lines(client.get(address("preview", answer.context["job"].name)))
    assert [(line["line"], line["outcome"], line["designation"]) for line in listed] == [
        ("13", "new", "Nord 7"),
        ("14", "new", "Sud 9"),
    ]


def test_a_list_holds_no_cell_that_a_spreadsheet_would_run(client, curator):
    answer = upload(client, a_file(replace(DEAL, designation="=1+1 A")))
    [line] = lines(client.get(address("preview", answer.context["job"].name)))
    assert line["designation"] == "'=1+1 A"


def test_a_hostile_cell_is_shown_as_text(client, curator):
    answer = upload(client, a_file(replace(DEAL, designation="<script>alert(1)</script>")))
    assert "<script>alert" not in body(answer)


FILES = {
    "empty": (b"\n", "The file is empty"),
    "an archive": (b"PK\x03\x04" + b"\0" * 40, "a ZIP archive or a workbook"),
    "another table": (b"a,b,c\n1,2,3\n", "header"),
    "no text": (b"Recipient\0", "NUL"),
}


@pytest.mark.parametrize(("content", "reason"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_register_is_told_in_the_form_and_not_kept(
    client, curator, folder, content, reason
):
    answer = upload(client, content)
    assert [reason in error for error in answer.context["form"].errors["file"]] == [True]
    assert list(folder.iterdir()) == []


def test_a_file_may_be_as_large_as_a_reader_takes(client, curator, monkeypatch):
    assert import_register.LARGEST == 64 * 2**20
    monkeypatch.setattr(import_register, "LARGEST", 100)
    assert "larger than" in body(upload(client, a_file(DEAL)))


@pytest.mark.parametrize("values", [{"reason": " "}, {"published": "soon"}])
def test_a_preview_needs_a_reason_and_a_date_that_is_one(client, curator, values):
    assert "job" not in upload(client, a_file(DEAL), **values).context


def test_an_edition_without_a_date_gets_the_users(client, curator, here):
    confirm(client, upload(client, a_file(DEAL, generated=""), published="March 2024"))
    assert ImportBatch.objects.get().source.published == "2024-03"


def test_a_register_that_may_be_of_some_years_is_asked_about(client, curator, folder):
    few = [replace(DEAL, comments=words, delivered=1, year=1998) for words in ("First", "Second")]
    answer = upload(client, a_file(*few, preamble=()))
    assert "2 have fewer delivered than ordered, more than usual" in answer.context["form"].errors["years"][0]
    assert not list(folder.iterdir())


def test_a_register_is_of_the_years_that_the_user_gives(client, curator, here):
    few = [replace(DEAL, comments=words, delivered=1) for words in ("First", "Second")]
    confirm(client, upload(client, a_file(*few, preamble=()), years="2004-2006"))
    assert ImportBatch.objects.values_list("first_year", "last_year").get() == (2004, 2006)


@pytest.mark.parametrize("years", ["2006-2004", "some"])
def test_years_that_are_none_are_refused(client, curator, years):
    answer = upload(client, a_file(DEAL, preamble=()), years=years)
    assert "is not a range of years" in answer.context["form"].errors["years"][0]


def test_a_confirmed_preview_is_imported_in_the_users_name(client, curator, here, folder):
    answer = confirm(client, upload(client, a_file(DEAL)))
    batch, copy = ImportBatch.objects.get(), Transfer.history.get()
    assert "Done. 1 records: 1 imported" in body(answer)
    assert (batch.user, batch.reason, batch.file_name) == (curator, "A new edition", "register.csv")
    assert (copy.history_user, copy.history_change_reason) == (curator, "A new edition")
    assert not (folder / here[0]).exists()


def test_a_second_click_imports_nothing_again(client, curator, here):
    answer = upload(client, a_file(DEAL))
    confirm(client, answer)
    confirm(client, answer)
    assert len(here) == 1


def test_a_register_that_changed_since_the_preview_is_left_alone(client, curator, here):
    answer = upload(client, a_file(DEAL))
    before = brought(DEAL, generated="1 May 2025")
    assert "changed since the preview" in body(confirm(client, answer))
    assert ImportBatch.objects.get() == before


@pytest.mark.parametrize("name", ["../secret", "arms-registry-import-x", "arms-registry-import-" + "a" * 32])
def test_nothing_else_is_confirmed(client, curator, here, name):
    client.post(address("confirm"), {"name": name})
    assert here == []


def test_nobody_confirms_the_preview_of_another(client, curator, here):
    answer = upload(client, a_file(DEAL))
    client.force_login(factories.user("administrator"))
    confirm(client, answer)
    assert here == []


@pytest.mark.parametrize("page", ["add", "confirm"])
def test_a_reviewer_imports_nothing(client, page):
    client.force_login(factories.user("reviewer"))
    assert client.post(address(page)).status_code == 403


@pytest.fixture
def process(curator):
    """Return a job and its process, which only waits until it is ended."""
    job = jobs.Job(
        name=uploads.save_upload(b"x"), task="import", user=curator.pk, reason="r", file_name="f.csv"
    )
    started = []

    def spawn(name, lock):
        command = [sys.executable, "-c", "input()"]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[lock]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_spawn", spawn)
        jobs.start_job(job)
    yield job, started[0]
    started[0].kill()
    started[0].communicate()


def test_a_page_tells_how_far_a_job_is(client, process):
    job, _ = process
    jobs.save_job(replace(jobs.find_job(job.name), step="Writing deals", done=1000, total=3000))
    page = body(client.get(address("job", job.name)))
    assert re.search(r'<progress [^>]*max="3000" value="1000"', page)
    assert '<noscript><meta http-equiv="refresh"' in page
    assert client.get(address("job_state", job.name)).json() == {
        "step": "Writing deals", "done": 1000, "total": 3000, "ended": False,
    }  # fmt: skip


def test_a_job_whose_process_is_killed_has_failed(client, process):
    job, started = process
    assert jobs.find_job(job.name).state == jobs.RUNNING
    started.kill()
    started.wait()
    assert "nothing was imported" in body(client.get(address("job", job.name)))


def test_a_job_that_runs_is_not_started_again(process):
    assert not jobs.start_job(process[0])


def test_a_fault_of_the_program_ends_a_job_in_a_sentence(client, curator, here, monkeypatch, caplog):
    answer = upload(client, a_file(DEAL))
    monkeypatch.setattr(jobs.write, "import_register", lambda *_, **__: 1 / 0)
    assert "The program has a fault" in body(confirm(client, answer))
    assert "ZeroDivisionError" in caplog.text


def test_there_is_no_job_without_its_file():
    with pytest.raises(CommandError, match="no such job"):
        call_command("importjob", "x")


@pytest.mark.django_db(transaction=True)
def test_an_import_runs_in_a_process_of_its_own(client, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", servers.get_test_database_url())
    client.force_login(User.objects.create_superuser("super"))
    answer = upload(client, a_file(DEAL))
    name = answer.context["job"].name
    confirm(client, answer)
    with uploads.get_path_beside(name, ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # which waits until the process has ended
    ended = jobs.find_job(name)
    assert (ended.state, ended.batch) == (jobs.DONE, ImportBatch.objects.get().pk)


def test_the_transfers_of_an_import_are_a_list(client, curator):
    batch, _ = brought(DEAL), factories.transfer()
    answer = client.get(reverse("admin:transfers_transfer_changelist"), {"import": batch.pk})
    assert [each.key for each in answer.context["cl"].result_list] == ["x-france-x-india-nord-7-2001"]


def test_the_front_page_counts_what_imports_left(client, curator):
    brought(DEAL)
    shown = body(client.get(reverse("admin:index")))
    assert re.findall(r'register</a></th><td class="count">(\d+)</td>', shown) == ["2", "1"]
    assert 'comments</a></th><td class="count">1</td>' in shown


def test_what_was_looked_at_is_provisional_no_more(client, curator):
    brought(DEAL)
    Party.objects.filter(name="India").update(provisional=False)
    answer = client.get(reverse("admin:transfers_party_changelist"), {"provisional__exact": "1"})
    assert [each.name for each in answer.context["cl"].result_list] == ["France"]


def publish(client, batch, reason="Looked through"):
    return body(client.post(address("publish", batch.pk), {"reason": reason}, follow=True))


def public():
    return sorted(RegistryRow.objects.current().values_list("system_name", flat=True))


def test_a_reviewer_publishes_an_import_as_a_whole(client, here):
    batch = brought(DEAL, OTHER)
    factories.quantity()
    reviewer = factories.user("reviewer")
    client.force_login(reviewer)
    assert "2 revisions published." in publish(client, batch)
    assert public() == ["Nord 7", "Sud 9"]
    assert Transfer.history.filter(state="published", history_user=reviewer).count() == 2


def test_nobody_publishes_what_they_imported(client, here, settings):
    administrator = factories.user("administrator")
    client.force_login(administrator)
    batch = brought(DEAL, by=administrator)
    assert "You imported it yourself" in publish(client, batch)
    settings.PUBLISH_OWN = True
    assert "1 revisions published." in publish(client, batch)


def test_what_the_publisher_edited_stays_a_draft(client, here):
    administrator = factories.user("administrator")
    client.force_login(administrator)
    batch = brought(DEAL, OTHER, by=factories.user("curator"))
    proposal = Proposal.objects.filter(transfer__system__name="Nord 7").get()
    client.post(
        reverse("admin:transfers_proposal_changelist"),
        {"action": "accept", "_selected_action": [proposal.pk], "confirmed": "Accept 1"},
    )
    assert "1 transfers that you edited yourself stay drafts" in publish(client, batch)
    assert public() == ["Sud 9"]


def test_an_import_that_cannot_be_published_is_told_and_stays_a_draft(client, here):
    batch = brought(DEAL, OTHER)
    for claim in Transfer.objects.get(system__name="Sud 9").claims():
        claim.delete()
    client.force_login(factories.user("reviewer"))
    assert "nothing was published" in publish(client, batch)
    assert public() == []


def test_a_draft_that_somebody_began_since_is_not_published_with_the_import(client, here):
    batch = brought(DEAL)
    client.force_login(factories.user("reviewer"))
    publish(client, batch)
    transfer = Transfer.objects.get()
    transfer.state, transfer.note = "draft", "Half a thought"
    transfer.save()
    assert not Transfer.objects.publishable_from(batch).exists()


def test_what_a_later_edition_changed_is_published_again(client, here):
    client.force_login(factories.user("reviewer"))
    publish(client, brought(DEAL, generated="1 May 2025"))
    publish(client, brought(replace(DEAL, delivered=3)))
    assert RegistryRow.objects.current().get().quantity_delivered_max == 3


@pytest.mark.parametrize("page", ["publish", "undo"])
def test_publishing_and_undoing_need_a_reason(client, here, page):
    client.force_login(factories.user("administrator"))
    answer = client.post(address(page, brought(DEAL).pk), {"reason": " "})
    assert "This field is required" in body(answer)
    assert here == []


def test_a_curator_undoes_an_import(client, curator, here):
    batch = brought(DEAL)
    page = body(client.get(address("undo", batch.pk)))
    assert "1 transfer that it added" in page
    client.post(address("undo", batch.pk), {"reason": "The wrong file"})
    batch.refresh_from_db()
    assert (batch.undone_by, Transfer.objects.count()) == (curator, 0)


def test_what_is_public_is_undone_by_those_who_publish(client, here):
    batch = brought(DEAL)
    client.force_login(factories.user("reviewer"))
    publish(client, batch)
    client.force_login(factories.user("curator"))
    page = client.post(address("undo", batch.pk), {"reason": "Wrong"})
    assert "only somebody who may publish" in body(page)
    assert public() == ["Nord 7"]
    client.force_login(factories.user("administrator"))
    client.post(address("undo", batch.pk), {"reason": "Wrong"})
    assert public() == []


@pytest.mark.parametrize(("role", "page"), [("reviewer", "undo"), ("curator", "publish")])
def test_the_other_half_is_not_for_the_role(client, here, role, page):
    batch = brought(DEAL)
    client.force_login(factories.user(role))
    assert client.post(address(page, batch.pk), {"reason": "r"}).status_code == 403
