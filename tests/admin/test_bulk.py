"""Import and export in the admin: a preview, a reason, all or nothing, and only for those who may."""

import os
import re
import stat
import tempfile
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from tests.support import factories
from transfers.curation import uploads
from transfers.curation.spreadsheets import files
from transfers.curation.spreadsheets.layouts import LAYOUTS
from transfers.models import Party, Quantity, RegistryRow, Source, Transfer

pytestmark = pytest.mark.django_db
CSV, XLSX = "csv", "xlsx"
HEADER = "key,publisher,title,published,reliability\n"
ROW = "gazette,The Gazette,A sale,2019,B\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return where uploads wait, apart from those of anybody else."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def page(name, model="source"):
    return reverse(f"admin:transfers_{model}_{name}")


def upload(client, content, model="source", format=CSV, reason="A list came in", name="list.csv"):
    content = content.encode() if isinstance(content, str) else content
    form = {
        "import_file": SimpleUploadedFile(name, content),
        "format": format,
        "reason": reason,
    }
    return client.post(page("import", model), form)


def body(answer):
    return answer.content.decode()


def hidden(answer):
    """Return the fields that the confirming form carries."""
    form = answer.context["confirm_form"]
    return {name: form.initial[name] for name in form.fields if name in form.initial}


def confirm(client, answer, model="source", **changed):
    return client.post(page("process_import", model), hidden(answer) | changed, follow=True)


def signed_in(client, role):
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def test_a_preview_stores_nothing(admin_client):
    answer = upload(admin_client, HEADER + ROW)
    assert "1 new, 0 changed, 0 as they are. Nothing is stored yet." in body(answer)
    assert not Source.objects.exists()


def test_a_confirmed_preview_is_stored(admin_client):
    confirm(admin_client, upload(admin_client, HEADER + ROW))
    assert Source.objects.get().title == "A sale"


def test_a_workbook_is_imported_like_a_list(admin_client):
    factories.source("gazette", note="=1+1")
    exported = files.write_xlsx(LAYOUTS[Source].export(Source.objects.all()))
    Source.objects.update(note="")
    confirm(admin_client, upload(admin_client, exported, format=XLSX, name="list.xlsx"))
    assert Source.objects.get().note == "=1+1"


def test_the_history_names_user_and_reason(admin_client, admin_user):
    confirm(admin_client, upload(admin_client, HEADER + ROW))
    copy = Source.history.get()
    assert (copy.history_user, copy.history_change_reason) == (admin_user, "A list came in")


def test_the_admins_log_has_the_record_too(admin_client):
    confirm(admin_client, upload(admin_client, HEADER + ROW))
    assert LogEntry.objects.get().object_repr == "gazette"


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_import_needs_a_reason(admin_client, reason):
    answer = upload(admin_client, HEADER + ROW, reason=reason)
    assert "This field is required" in body(answer)
    assert "confirm_form" not in answer.context


def test_a_fault_is_shown_and_nothing_can_be_confirmed(admin_client):
    answer = upload(admin_client, HEADER + ROW + "b,P,T,2019-13,B\n")
    assert "13 is no month" in body(answer)
    assert "confirm_form" not in answer.context


def test_a_rows_number_is_that_of_the_file(admin_client):
    answer = upload(admin_client, HEADER + ROW + "b,P,T,2019-13,B\n")
    assert re.search(r"<td>3 *</td>", body(answer))


FILES = {
    "cp1252": ((HEADER + ROW.replace("A sale", "Größe")).encode("cp1252"), CSV, "Line 2 is not UTF-8"),
    "no workbook": (b"PK\x05\x06" + b"\0" * 18, XLSX, "not an XLSX workbook that can be read"),
    "empty": (b"\n", CSV, "The file is empty"),
    "a header only": (HEADER, CSV, "a header but no rows"),
    "an unknown column": ("key,titel\na,b\n", CSV, "Did you mean &#x27;title&#x27;?"),
    "too large": (b"key\n" + b"a" * files.LARGEST, CSV, "larger than 10 MB"),
}


@pytest.mark.parametrize(("content", "format", "message"), FILES.values(), ids=FILES)
def test_a_bad_file_is_told_on_the_page(admin_client, content, format, message):
    assert message in body(upload(admin_client, content, format=format))


def test_a_hostile_cell_is_shown_as_text(admin_client):
    answer = upload(admin_client, HEADER + ROW.replace("A sale", "<script>alert(1)</script>"))
    assert "<script>alert" not in body(answer)


def test_a_hostile_column_is_shown_as_text(admin_client):
    assert "<script>alert" not in body(upload(admin_client, "key,<script>alert(1)</script>\na,b\n"))


def test_an_upload_is_for_its_owner_alone(admin_client, folder):
    upload(admin_client, HEADER + ROW)
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_an_upload_is_gone_once_it_is_confirmed(admin_client, folder):
    confirm(admin_client, upload(admin_client, HEADER + ROW))
    assert list(folder.iterdir()) == []


def test_a_faulty_upload_is_not_kept(admin_client, folder):
    upload(admin_client, HEADER + "b,P,T,2019-13,B\n")
    assert list(folder.iterdir()) == []


def test_an_upload_that_nobody_confirmed_goes_after_a_day(folder):
    old = folder / uploads.save_upload(b"old")
    day_before = old.stat().st_mtime - uploads.KEPT - 1
    os.utime(old, (day_before, day_before))
    uploads.save_upload(b"new")
    assert not old.exists()


@pytest.mark.parametrize("name", ["secret", "../secret", "/etc/hosts", "arms-registry-import-x"])
def test_no_other_file_can_be_confirmed(admin_client, folder, name):
    (folder / "secret").write_text(HEADER + ROW)
    answer = confirm(admin_client, upload(admin_client, HEADER + ROW), import_file_name=name)
    assert "There is no preview to confirm" in body(answer)
    assert (folder / "secret").exists()


def test_a_preview_is_confirmed_once(admin_client):
    answer = upload(admin_client, HEADER + ROW)
    confirm(admin_client, answer)
    assert "There is no preview to confirm" in body(confirm(admin_client, answer))


def test_what_changed_since_the_preview_is_not_overwritten(admin_client):
    factories.source("gazette")
    answer = upload(admin_client, HEADER + ROW)
    Source.objects.update(title="Edited since")
    assert "records have changed since the preview" in body(confirm(admin_client, answer))
    assert Source.objects.get().title == "Edited since"


@pytest.mark.parametrize("changed", [{"format": "7"}, {"format": "x"}, {"reason": ""}, {"shown": ""}])
def test_a_forged_confirmation_stores_nothing(admin_client, changed):
    confirm(admin_client, upload(admin_client, HEADER + ROW), **changed)
    assert not Source.objects.exists()


def test_a_changed_party_shows_in_public_at_once(admin_client):
    transfer = factories.published()
    confirm(admin_client, upload(admin_client, "code,name\nRUS,Russian Federation\n", "party"), "party")
    assert RegistryRow.objects.current().get(key=transfer.key).supplier_name == "Russian Federation"


def test_a_changed_claim_takes_its_transfer_back_to_draft(admin_client):
    claim = factories.published().quantities.get()
    head = "transfer,source,measure,locator,unit,as_of,minimum\n"
    row = f"{claim.transfer},{claim.source},{claim.measure},{claim.locator},{claim.unit},,5\n"
    confirm(admin_client, upload(admin_client, head + row, "quantity"), "quantity")
    assert (Quantity.objects.get().minimum, Transfer.objects.get().state) == (5, "draft")


@pytest.mark.parametrize("model", [each._meta.model_name for each in LAYOUTS])
def test_a_curator_imports(client, model):
    assert signed_in(client, "curator").get(page("import", model)).status_code == 200


@pytest.mark.parametrize("name", ["import", "process_import"])
@pytest.mark.parametrize("model", [each._meta.model_name for each in LAYOUTS])
def test_a_reviewer_imports_nothing(client, model, name):
    assert signed_in(client, "reviewer").post(page(name, model)).status_code == 403


def test_aliases_need_their_own_permission(client):
    user = User.objects.create_user("half", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__endswith="_party"))
    client.force_login(user)
    assert client.get(page("import", "party")).status_code == 403


@pytest.mark.parametrize("model", [each._meta.model_name for each in LAYOUTS])
@pytest.mark.parametrize("format", [CSV, XLSX])
def test_a_reviewer_exports(client, model, format):
    factories.published()
    answer = signed_in(client, "reviewer").post(page("export", model), {"format": format})
    assert answer["Content-Disposition"].startswith("attachment")


def test_who_may_not_see_records_does_not_export_them(client):
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.post(page("export"), {"format": CSV}).status_code == 403


def test_an_export_follows_the_lists_search(admin_client):
    factories.source("gazette")
    factories.source("tribune")
    answer = admin_client.post(f"{page('export')}?q=gazette", {"format": CSV})
    assert b"tribune" not in answer.content


def test_an_export_asks_as_often_for_many_records(admin_client, django_assert_max_num_queries):
    for code in ("RUS", "SRB", "IND", "TUR", "USA"):
        factories.party(code, aliases=(f"Alias of {code}",))
    with django_assert_max_num_queries(12):
        admin_client.post(page("export", "party"), {"format": CSV})


@pytest.mark.parametrize("role", ["curator", "reviewer"])
def test_the_list_offers_what_the_role_may(client, role):
    shown = body(signed_in(client, role).get(page("changelist")))
    assert ("import_link" in shown, "export_link" in shown) == (role == "curator", True)


def test_what_is_imported_goes_into_the_fixtures(admin_client, tmp_path):
    confirm(admin_client, upload(admin_client, "code,name,kind\nSRB,Serbia,state\n", "party"), "party")
    call_command("exportfixtures", tmp_path / "out")
    assert "code: SRB" in Path(tmp_path / "out" / "parties.yaml").read_text()
    assert Party.objects.count() == 1
