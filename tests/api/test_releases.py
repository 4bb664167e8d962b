"""/api/releases: what there is, files in whole and in parts, and two releases compared."""

import csv
import hashlib
import json
from io import StringIO

import jsonschema
import pytest

from tests.support import factories
from transfers.api.resources import schema
from transfers.models import Release
from transfers.publication import publish
from transfers.releases import build

pytestmark = pytest.mark.django_db
FILE = "/api/releases/2026.1/transfers.csv"


@pytest.fixture
def release(settings, tmp_path):
    """Release 2025.2-rc of one transfer, then 2026.1 in which it is changed, and another is new."""
    settings.RELEASES_DIR = tmp_path
    first = factories.published("rus-srb")
    build.release("2025.2-rc")
    first.quantities.update(minimum=7, maximum=9)
    publish.publish([first], "Corrected")
    factories.published("rus-ind", recipient="IND")
    return build.release("2026.1")


def whole(answer):
    return b"".join(answer.streaming_content)


def get_whole(client, address, **headers):
    """Return the answer after its body was read, and so its file closed."""
    answer = client.get(address, headers=headers)
    b"".join(answer)
    return answer


def conforms(body, path):
    document = schema.build_document()
    shape = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**shape, "components": document["components"]})


# What there is


def test_the_list_has_every_release_with_its_files(client, release):
    body = client.get("/api/releases").json()
    conforms(body, "/api/releases")
    newest, first = body["results"]
    assert (body["count"], newest["name"], first["name"]) == (2, "2026.1", "2025.2-rc")
    record = release.record
    assert (newest["revision"], newest["transfers"]) == (3, 2)
    for name in ("head", "content", "digest"):
        assert newest[name] == getattr(record, name)
    [file] = [each for each in newest["files"] if each["name"] == "transfers.csv"]
    assert file["address"] == f"http://testserver{FILE}"
    assert whole(client.get(file["address"])) == (release.folder / "transfers.csv").read_bytes()


def test_none_is_an_empty_list(client):
    assert client.get("/api/releases").json()["results"] == []
    assert client.get("/api/releases.csv").content.count(b"\r\n") == 1


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "parquet", "arrow"])
def test_none_leaves_in_every_format(client, form):
    answer = client.get(f"/api/releases.{form}")
    assert (answer.status_code, answer["Registry-Count"]) == (200, "0")


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "parquet", "arrow"])
@pytest.mark.parametrize("path", ["/api/releases", "/api/releases/2026.1"])
def test_it_leaves_in_every_format(client, release, path, form):
    assert client.get(f"{path}.{form}").status_code == 200


def test_in_csv_the_names_of_the_files_are_joined(client, release):
    [row, _] = csv.DictReader(StringIO(client.get("/api/releases.csv").content.decode()))
    assert row["files"].split("|") == sorted(release.record.files)
    assert row["name"] == "2026.1"


def test_one_release_has_its_files(client, release):
    body = client.get("/api/releases/2026.1").json()
    conforms(body, "/api/releases/{name}")
    assert {file["name"]: file["sha256"] for file in body["files"]} == {
        name: file["sha256"] for name, file in release.record.files.items()
    }
    rows = csv.DictReader(StringIO(client.get("/api/releases/2026.1.csv").content.decode()))
    assert [row["name"] for row in rows] == [file["name"] for file in body["files"]]


@pytest.mark.parametrize("path", ["/api/releases/2026.1", "/api/releases/2025.2-rc/compare/2026.1"])
@pytest.mark.parametrize("suffix", ["", "/", ".json"])
def test_a_citation_leads_to_the_whole_name(client, release, path, suffix):
    answer = client.get(f"{path}{suffix}")
    body = json.loads(whole(answer) if answer.streaming else answer.content)
    assert body["citation"].endswith(f" http://testserver{path}")


@pytest.mark.parametrize("path", ["/api/releases", "/api/releases/2026.1"])
def test_an_etag_is_that_of_the_releases_not_only_of_the_revision(client, release, path):
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    build.release("2026.2")
    assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_two_releases_do_not_share_an_etag(client, release):
    build.release("2026.2")
    assert client.get("/api/releases/2026.1")["ETag"] != client.get("/api/releases/2026.2")["ETag"]


@pytest.mark.parametrize(
    ("path", "suggested"),
    [
        ("/api/releases/2026.l", "2026.1"),
        ("/api/releases/2026/compare/2026.1", "2026.1"),
        ("/api/releases/2026.1/compare/2025.2-rd", "2025.2-rc"),
        ("/api/releases/2026.1/transfer.csv", "transfers.csv"),
        ("/api/releases/2026.2/transfers.csv", "2026.1"),
    ],
)
def test_an_unknown_name_is_404_with_what_was_meant(client, release, path, suggested):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert suggested in answer.json()["suggestions"]


@pytest.mark.parametrize("path", ["/api/releases", "/api/releases/2026.1", FILE])
def test_an_unknown_parameter_is_refused(client, release, path):
    assert client.get(f"{path}?page=1").status_code == 400


# Files


def test_a_file_comes_whole_and_may_be_kept_for_ever(client, release):
    answer = client.get(FILE)
    body = whole(answer)
    assert answer["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'
    assert answer["Cache-Control"] == "max-age=31536000, immutable, no-transform"
    assert (answer["Content-Type"], answer["Accept-Ranges"]) == ("text/csv; charset=utf-8", "bytes")
    assert answer["Content-Disposition"] == 'attachment; filename="transfers.csv"'
    assert answer["Content-Length"] == str(len(body))
    assert "licenses/by/4.0" in answer["Link"]


@pytest.mark.parametrize("accepted", ["text/html", "application/json", "*/*"])
def test_a_file_is_what_it_is_whatever_is_accepted(client, release, accepted):
    assert get_whole(client, FILE, accept=accepted).status_code == 200


def test_every_file_has_its_media_type(client, release):
    types = {
        name: get_whole(client, f"/api/releases/2026.1/{name}")["Content-Type"]
        for name in release.record.files
    }
    assert types["registry.sqlite3"] == "application/vnd.sqlite3"
    assert types["claims.parquet"] == "application/vnd.apache.parquet"
    assert types["datapackage.json"] == "application/json"
    assert types["SHA256SUMS"] == "text/plain; charset=utf-8"


def test_a_file_is_never_compressed_on_the_way(client, release):
    answer = client.get(FILE, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in answer
    assert whole(answer) == (release.folder / "transfers.csv").read_bytes()


def test_a_known_file_is_not_sent_again(client, release):
    answer = client.get(FILE, headers={"if-none-match": client.head(FILE)["ETag"], "range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (304, b"")


def test_head_tells_the_size(client, release):
    answer = client.head(FILE, headers={"range": "bytes=0-1"})
    size = (release.folder / "transfers.csv").stat().st_size
    assert (answer.status_code, answer["Content-Length"]) == (200, str(size))


@pytest.mark.parametrize(
    ("requested", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=2-5", slice(2, 6)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=-99999999", slice(0, None)),
        ("bytes=5-99999999", slice(5, None)),
    ],
)
def test_a_range_gives_a_part(client, release, requested, part):
    answer = client.get(FILE, headers={"range": requested})
    file = (release.folder / "transfers.csv").read_bytes()
    first = part.indices(len(file))[0]
    assert (answer.status_code, whole(answer)) == (206, file[part])
    assert answer["Content-Range"] == f"bytes {first}-{first + len(file[part]) - 1}/{len(file)}"
    assert answer["Content-Length"] == str(len(file[part]))


@pytest.mark.parametrize(
    "requested",
    ["bytes=0-1,4-5", "bytes=5-2", "bytes=-", "bytes", "lines=0-1", "bytes=a-b", f"bytes=0-{'9' * 5000}"],
)
def test_a_range_that_is_none_gives_the_whole(client, release, requested):
    answer = client.get(FILE, headers={"range": requested})
    assert (answer.status_code, len(whole(answer))) == (200, release.record.files["transfers.csv"]["bytes"])


@pytest.mark.parametrize("requested", ["bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_416(client, release, requested):
    answer = client.get(FILE, headers={"range": requested})
    size = release.record.files["transfers.csv"]["bytes"]
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{size}")
    assert answer["Content-Type"] == "application/problem+json"
    assert "Cache-Control" not in answer


def test_a_part_of_another_version_is_not_given(client, release):
    head = client.head(FILE)
    for condition, status in (
        (head["ETag"], 206),
        (head["Last-Modified"], 206),
        ('"else"', 200),
        (f"W/{head['ETag']}", 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
    ):
        answer = get_whole(client, FILE, **{"range": "bytes=0-1", "if-range": condition})
        assert answer.status_code == status, condition


@pytest.mark.parametrize("damage", ["unlink", "cut"])
def test_a_file_that_is_not_there_as_it_was_made_is_503(client, release, damage):
    path = release.folder / "transfers.csv"
    path.unlink() if damage == "unlink" else path.write_bytes(path.read_bytes()[:-1])
    answer = client.get(FILE)
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert "is not on this server as it was made" in answer.json()["detail"]
    assert "ETag" not in answer


@pytest.mark.parametrize(
    "path",
    ["../secret", "..%2Fsecret", "%2e%2e/secret", "..", ".", "%2Fetc%2Fpasswd", "....//secret", "a%00"],
)
def test_no_path_leads_out_of_a_release(client, release, path):
    (release.folder.parent / "secret").write_text("secret")
    (release.folder / "unrecorded").write_text("secret")
    for address in (
        f"/api/releases/2026.1/{path}",
        f"/api/releases/{path}/secret",
        "/api/releases/2026.1/unrecorded",
    ):
        assert client.get(address).status_code in (400, 404)


# Two compared


def test_two_releases_are_compared_field_by_field(client, release):
    body = json.loads(whole(client.get("/api/releases/2025.2-rc/compare/2026.1")))
    conforms(body, "/api/releases/{name}/compare/{other}")
    assert (body["before"], body["added"], body["changed"]) == ({"name": "2025.2-rc", "revision": 1}, 1, 1)
    new, changed = body["results"]
    assert (new["key"], new["change"], new["changes"]) == ("rus-ind", "added", [])
    assert changed["changes"] == [
        {"field": "quantity_ordered_min", "before": 6, "after": 7},
        {"field": "quantity_ordered_max", "before": 6, "after": 9},
    ]
    assert len(changed["claims_added"]) == len(changed["claims_removed"]) == 1


def test_a_comparison_as_csv_has_a_line_a_field(client, release):
    text = whole(client.get("/api/releases/2025.2-rc/compare/2026.1.csv")).decode()
    rows = [tuple(row.values()) for row in csv.DictReader(StringIO(text))]
    assert rows[:2] == [
        ("rus-ind", "added", "", "", ""),
        ("rus-srb", "changed", "quantity_ordered_min", "6", "7"),
    ]
    assert rows[-1][2] == "claims"


def test_a_comparison_as_text_is_that_of_the_command(client, release):
    answer = client.get("/api/releases/2026.1/compare/2025.2-rc.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text = whole(answer).decode()
    assert text.startswith("withdrawn rus-ind\nchanged rus-srb\n  quantity_ordered_min: 7 → 6\n")
    assert text.endswith("0 added, 1 withdrawn, 1 changed\n")


def test_a_release_does_not_differ_from_itself(client, release):
    body = json.loads(whole(client.get("/api/releases/2026.1/compare/2026.1")))
    assert (body["results"], body["added"], body["withdrawn"], body["changed"]) == ([], 0, 0, 0)


def test_the_page_of_a_release_takes_few_queries(client, release, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get("/api/releases")
    assert Release.objects.count() == 2
