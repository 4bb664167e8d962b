"""HTTP: caching that is never stale, reads from any origin, errors in one shape, limits that are told."""

import gzip
from email.utils import parsedate_to_datetime

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.test_transfers import copies
from tests.support import factories, snapshots
from transfers.models import RegistryRow, Revision
from transfers.publication import publish

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
LISTS = [f"/api/{name}" for name in ("transfers", "claims", "deliveries", "parties", "systems", "sources")]
COUNTED = [*LISTS, "/api/transfers/summary", "/api/changes"]
RESOURCES = [*COUNTED, "/api", "/api/fields", "/api/transfers/rus-srb"]
EXPORTS = [f"{address}.csv" for address in RESOURCES if address != "/api"]
ADDRESSES = [*RESOURCES, *EXPORTS]
SAME = [
    ("/api/transfers?supplier=RUS&status=agreed", "/api/transfers?status=agreed&supplier=RUS"),
    ("/api/transfers", "/api/transfers/"),
    ("/api/claims?locator=a&locator=b", "/api/claims?locator=b&locator=a"),
    ("/api/transfers.csv", "/api/transfers?format=csv"),
    ("/api/transfers.csv", "/api/transfers.csv/"),
    ("/api/transfers?q=a%20b", "/api/transfers?q=a+b"),
]
DIFFERENT = [
    ("/api/transfers", "/api/transfers.csv"),
    ("/api/transfers", "/api/claims"),
    ("/api/transfers", "/api/transfers?supplier=RUS"),
    ("/api/transfers?supplier=RUS", "/api/transfers?supplier=SRB"),
    ("/api/transfers?supplier=RUS", "/api/transfers?recipient=RUS"),
    ("/api/transfers?page_size=1", "/api/transfers?page_size=2"),
    ("/api/transfers?fields=key", "/api/transfers?omit=key"),
    ("/api/transfers?location=a&note=b", "/api/transfers?location=b&note=a"),
    ("/api/transfers?q=a,b", "/api/transfers?q=b,a"),
    ("/api/transfers/rus-srb", "/api/transfers/usa-ind"),
    ("/api/transfers/summary", "/api/transfers/summary?group_by=kind"),
]


@pytest.fixture(autouse=True)
def _register():
    snapshots.load_once("two transfers", publish_two)


def publish_two():
    serbia = factories.transfer("rus-srb", location="Niš", note="so many words " * 30)
    india = factories.transfer("usa-ind", supplier="USA", recipient="IND", system="f-16")
    for transfer in (serbia, india):
        factories.quantity(transfer=transfer)
        factories.quantity("delivered", 2, transfer=transfer, locator="¶9")
    publish.publish([serbia, india], "new")


@pytest.fixture
def careless():
    """Return a client that gets the answer where a view fails, as on a server."""
    return Client(raise_request_exception=False)


def queries(client, address, **headers):
    with CaptureQueriesContext(connection) as captured:
        b"".join(client.get(address, headers=headers))
    return len(captured)


def refused(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["status"] == status
    return answer.json()


def etag(client, address, **headers):
    return client.get(address, headers=headers)["ETag"]


class TestETag:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_it_is_strong(self, client, address):
        assert etag(client, address)[0] == etag(client, address)[-1] == '"'

    @pytest.mark.parametrize(("one", "other"), SAME)
    def test_it_is_the_same_however_the_question_is_written(self, client, one, other):
        assert etag(client, one) == etag(client, other)

    @pytest.mark.parametrize(("one", "other"), DIFFERENT)
    def test_it_differs_where_the_answer_may(self, client, one, other):
        assert etag(client, one) != etag(client, other)

    @pytest.mark.parametrize("address", ["/api", "/api/transfers", "/api/fields"])
    def test_it_differs_between_hosts_as_the_links_do(self, client, address):
        assert etag(client, address, host="localhost") != etag(client, address, host="127.0.0.1")

    def test_it_differs_between_accepted_formats(self, client):
        answers = [etag(client, "/api/claims", accept=kind) for kind in ("application/json", "text/csv")]
        assert len(set(answers)) == 2

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_a_new_revision_changes_it(self, client, address):
        before = etag(client, address)
        factories.published("new")
        assert etag(client, address) != before
        assert client.get(address, headers={"if-none-match": before}).status_code == 200

    def test_a_withdrawal_changes_it(self, client):
        before = etag(client, "/api/transfers")
        publish.withdraw(publish.Transfer.objects.filter(key="usa-ind"), "wrong")
        assert etag(client, "/api/transfers") != before

    def test_a_draft_does_not_change_it(self, client):
        before = etag(client, "/api/transfers")
        factories.quantity(transfer=factories.transfer("draft"))
        assert etag(client, "/api/transfers") == before


class TestNotModified:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_it_takes_one_query_and_has_no_body(self, client, django_assert_num_queries, address):
        tag = etag(client, address)
        with django_assert_num_queries(1):
            answer = client.get(address, headers={"if-none-match": tag})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)

    @pytest.mark.parametrize("form", ["W/{}", '"a", {}', '{}, "b"', 'W/"a",W/{}'])
    def test_weak_and_listed_tags_match(self, client, form):
        tag = form.format(etag(client, "/api/transfers"))
        assert client.get("/api/transfers", headers={"if-none-match": tag}).status_code == 304

    @pytest.mark.parametrize("tag", ['"a"', "a", "", 'W/"a", "b"', '"'])
    def test_another_tag_does_not(self, client, tag):
        assert client.get("/api/transfers", headers={"if-none-match": tag}).status_code == 200

    @pytest.mark.parametrize(
        ("address", "status"), [("/api/transfers/none", 404), ("/api/transfers?sistem=x", 400)]
    )
    @pytest.mark.parametrize("tag", ["*", "{}"])
    def test_an_error_is_never_not_modified(self, client, address, status, tag):
        tag = tag.format(etag(client, "/api/transfers"))
        assert client.get(address, headers={"if-none-match": tag}).status_code == status

    def test_what_was_withdrawn_is_gone_for_who_has_it_too(self, client):
        known_tag = etag(client, "/api/transfers/rus-srb")
        publish.withdraw(publish.Transfer.objects.filter(key="rus-srb"), "wrong")
        for tag in (known_tag, "*"):
            answer = client.get("/api/transfers/rus-srb", headers={"if-none-match": tag})
            assert answer.status_code == 410

    @pytest.mark.parametrize("name", ["Cache-Control", "Vary", "Last-Modified", "Registry-Revision"])
    def test_it_has_the_headers_of_the_answer(self, client, name):
        answer = client.get("/api/transfers")
        again = client.get("/api/transfers", headers={"if-none-match": answer["ETag"]})
        assert again[name] == answer[name]

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_who_has_anything_has_it(self, client, address):
        answer = client.get(address, headers={"if-none-match": "*"})
        assert (answer.status_code, b"".join(answer)) == (304, b"")

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_the_time_of_the_last_revision_tells_it_too(self, client, address):
        since = client.get(address)["Last-Modified"]
        assert client.get(address, headers={"if-modified-since": since}).status_code == 304
        long_ago = "Fri, 01 Jan 1971 00:00:00 GMT"
        assert client.get(address, headers={"if-modified-since": long_ago}).status_code == 200

    def test_a_tag_goes_before_a_time(self, client):
        since = client.get("/api/transfers")["Last-Modified"]
        answer = client.get("/api/transfers", headers={"if-modified-since": since, "if-none-match": '"a"'})
        assert answer.status_code == 200

    def test_no_length_is_told_of_it(self, client):
        tag = etag(client, "/api/transfers")
        answer = client.get("/api/transfers", headers={"if-none-match": tag})
        assert "Content-Length" not in answer

    @pytest.mark.parametrize("resource", ["parties", "systems", "sources"])
    def test_what_rests_on_names_of_today_has_no_time_in_the_past(self, client, resource):
        assert "Last-Modified" not in client.get(f"/api/{resource}?as_of=1")

    def test_head_is_answered_alike(self, client):
        tag = etag(client, "/api/transfers")
        assert client.head("/api/transfers", headers={"if-none-match": tag}).status_code == 304


class TestConditions:
    @pytest.mark.parametrize(
        ("name", "value", "status"),
        [("if-match", '"a"', 412), ("if-match", "*", 200), ("if-match", "{}", 200),
         ("if-unmodified-since", "Fri, 01 Jan 1971 00:00:00 GMT", 412),
         ("if-unmodified-since", "Fri, 31 Dec 2999 00:00:00 GMT", 200)],
    )  # fmt: skip
    def test_an_answer_of_another_state_is_refused(self, client, name, value, status):
        value = value.format(etag(client, "/api/transfers"))
        assert client.get("/api/transfers", headers={name: value}).status_code == status

    def test_it_is_refused_in_a_problem_document(self, client):
        refused(client.get("/api/claims.csv", headers={"if-match": '"a"'}), 412)


class TestHeaders:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_last_modified_is_the_time_of_the_revision(self, client, address):
        time = Revision.objects.latest("sequence").time
        assert parsedate_to_datetime(client.get(address)["Last-Modified"]) == time.replace(microsecond=0)

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_answers_may_be_kept_by_anyone_but_are_asked_for_anew(self, client, address):
        assert client.get(address)["Cache-Control"] == "max-age=0, must-revalidate"

    @pytest.mark.parametrize("address", [*ADDRESSES, "/api/transfers/none", "/api/claims?x=1"])
    def test_answers_vary_by_format_and_compression_alone(self, client, address):
        assert client.get(address)["Vary"] == "Accept, Accept-Encoding"

    @pytest.mark.parametrize("address", [*ADDRESSES, "/api/transfers/none"])
    def test_the_licence_is_linked(self, client, address):
        assert 'rel="license"' in client.get(address)["Link"]

    @pytest.mark.parametrize("address", RESOURCES)
    def test_the_revision_is_told(self, client, address):
        assert client.get(address)["Registry-Revision"] == "2"

    @pytest.mark.parametrize("address", RESOURCES)
    def test_no_cookie_is_set(self, client, address):
        assert not client.get(address).cookies

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_head_has_the_headers_of_get_and_no_body(self, client, address):
        got, headed = client.get(address), client.head(address)
        assert b"".join(headed) == b""
        assert dict(headed.items()) == dict(got.items())

    @pytest.mark.parametrize("address", [*COUNTED, *(f"{address}.csv" for address in COUNTED)])
    def test_head_counts_the_rows(self, client, address):
        rows = client.get(address.removesuffix(".csv")).json()["count"]
        assert client.head(address)["Registry-Count"] == str(rows)


class TestGzip:
    @pytest.mark.parametrize("address", ["/api/transfers", "/api/fields", "/api/claims.csv"])
    def test_answers_are_compressed_for_who_takes_it(self, client, address):
        answer = client.get(address, headers={"accept-encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip"
        assert gzip.decompress(b"".join(answer)) == b"".join(client.get(address))

    @pytest.mark.parametrize("accepted", ["", "gzip;q=0", "br, gzip; q=0.0", "identity"])
    def test_not_for_others(self, client, accepted):
        assert "Content-Encoding" not in client.get("/api/fields", headers={"accept-encoding": accepted})

    def test_a_compressed_answer_is_not_modified_either(self, client):
        tag = etag(client, "/api/fields", **{"accept-encoding": "gzip"})
        answer = client.get("/api/fields", headers={"accept-encoding": "gzip", "if-none-match": tag})
        assert answer.status_code == 304

    def test_pages_with_secrets_are_not_compressed(self, client):
        answer = client.get("/admin/login/", headers={"accept-encoding": "gzip"})
        assert len(answer.content) > 1000
        assert "Content-Encoding" not in answer


class TestOtherOrigins:
    @pytest.mark.parametrize(
        "address", [*RESOURCES, "/api/none", "/api/transfers/none", "/api/claims?x=1", "/api/claims.pdf"]
    )
    @pytest.mark.parametrize("method", ["get", "options", "post"])
    def test_everything_may_be_read_from_anywhere(self, client, address, method):
        answer = getattr(client, method)(address, headers={"origin": "https://example.org"})
        assert answer["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.parametrize("name", ["ETag", "Link", "Registry-Count", "Retry-After", "RateLimit-Remaining"])
    def test_the_headers_may_be_read_too(self, client, name):
        assert name in client.get("/api/transfers")["Access-Control-Expose-Headers"].split(", ")

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_a_preflight_allows_reads_and_their_headers(self, client, address):
        preflight = {
            "access-control-request-method": "GET",
            "access-control-request-headers": "if-none-match",
        }
        answer = client.options(address, headers={"origin": "https://example.org", **preflight})
        assert answer.status_code == 204
        assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        for name in ("If-None-Match", "Content-Type", "Authorization", "X-Requested-With", "Cache-Control"):
            assert name in answer["Access-Control-Allow-Headers"].split(", ")

    def test_other_pages_are_closed(self, client):
        assert "Access-Control-Allow-Origin" not in client.get("/admin/login/")


class TestOptions:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_it_lists_every_parameter(self, client, address):
        view = client.options(address).resolver_match.func.cls()
        assert [
            described["name"] for described in client.options(address).json()["parameters"]
        ] == view.list_parameters()

    def test_a_filter_has_its_choices(self, client):
        [kind] = [
            described
            for described in client.options("/api/claims").json()["parameters"]
            if described["name"] == "unit"
        ]
        assert {"battery", "aircraft"} <= set(kind["choices"])

    @pytest.mark.parametrize("accept", ["text/csv", "text/html", "*/*"])
    def test_it_is_json_whatever_is_accepted(self, client, accept):
        answer = client.options("/api/transfers", headers={"accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


class TestErrors:
    @pytest.mark.parametrize("address", RESOURCES)
    @pytest.mark.parametrize("method", ["post", "delete", "trace"])
    def test_writing_is_405(self, client, address, method):
        answer = getattr(client, method)(address)
        refused(answer, 405)
        assert answer["Allow"] == "GET, HEAD, OPTIONS"

    def test_writing_is_405_whatever_it_asks(self, client):
        refused(client.post("/api/transfers?nope=1"), 405)

    @pytest.mark.parametrize(
        ("accept", "kind"),
        [("text/csv; charset=utf-8", "text/csv; charset=utf-8"), ('text/csv;charset="UTF-8"', "text/csv"),
         ("application/json; indent=4", "application/json"), ("text/csv;q=0.1, application/json;q=0.9;v=1",
         "application/json"), ("application/json;q=0.1,text/csv;header=present;q=0.5", "text/csv")],
    )  # fmt: skip
    def test_a_parameter_of_a_media_type_is_no_preference(self, client, accept, kind):
        answer = client.get("/api/transfers", headers={"accept": accept})
        assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, kind.split(";")[0])

    @pytest.mark.parametrize("address", RESOURCES)
    def test_a_format_that_there_is_not_is_406(self, client, address):
        refused(client.get(address, headers={"accept": "image/png"}), 406)

    @pytest.mark.parametrize("address", RESOURCES)
    def test_what_is_below_a_resource_is_404(self, client, address):
        refused(client.get(f"{address}/a/b/c"), 404)

    def test_a_withdrawn_transfer_is_410_with_its_reason(self, client):
        publish.withdraw(publish.Transfer.objects.filter(key="rus-srb"), "wrong party")
        assert "wrong party" in refused(client.get("/api/transfers/rus-srb.csv"), 410)["reason"]

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_a_failure_is_500_without_its_details(self, careless, monkeypatch, address):
        def fail(self, request, **kwargs):
            raise RuntimeError("the secret of row 42")

        view = careless.options(address).resolver_match.func.cls
        monkeypatch.setattr(view, "answer", fail)
        body = str(refused(careless.get(address), 500))
        assert "secret" not in body
        assert "RuntimeError" not in body

    def test_a_host_that_is_not_served_is_400(self, client):
        refused(client.get("/api/transfers", headers={"host": "evil.example"}), 400)


class TestLimit:
    NAMES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")

    @pytest.fixture
    def limited(self, settings):
        settings.API_THROTTLE = "3/min"

    def test_there_is_none_by_default(self, client):
        answers = [client.get("/api") for _ in range(10)]
        assert {answer.status_code for answer in answers} == {200}
        assert not [name for name in self.NAMES if name in answers[0]]

    def test_one_request_too_many_is_429(self, client, limited):
        answers = [client.get(address) for address in ("/api", "/api/claims", "/api/fields.csv", "/api")]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 0 < int(answers[-1]["Retry-After"]) <= 60
        refused(answers[-1], 429)

    def test_what_is_left_is_told(self, client, limited):
        answers = [client.get("/api") for _ in range(4)]
        limits = [[answer[name] for name in self.NAMES] for answer in answers]
        assert [(limit, left) for limit, left, _ in limits] == [
            ("3", "2"),
            ("3", "1"),
            ("3", "0"),
            ("3", "0"),
        ]
        assert all(0 < int(reset) <= 60 for *_, reset in limits)

    @pytest.mark.parametrize("address", [*ADDRESSES, "/api/claims?x=1", "/api/transfers/none"])
    def test_it_is_told_on_every_answer(self, client, limited, address):
        assert client.get(address)["RateLimit-Remaining"] == "2"

    def test_it_is_told_where_nothing_was_modified(self, client, limited):
        answer = client.get("/api", headers={"if-none-match": etag(client, "/api")})
        assert (answer.status_code, answer["RateLimit-Remaining"]) == (304, "1")

    def test_faulty_requests_count(self, client, limited):
        codes = [client.get("/api/claims?x=1").status_code for _ in range(4)]
        assert codes == [400, 400, 400, 429]

    def test_a_forwarded_address_does_not_change_who_one_is(self, client, limited):
        codes = [client.get("/api", headers={"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(4)]
        assert codes[-1] == 429

    def test_behind_a_trusted_proxy_it_does(self, client, limited, settings):
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
        codes = [client.get("/api", headers={"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(4)]
        assert codes[-1] == 200

    def test_what_a_client_writes_before_the_proxy_does_not_count(self, client, limited, settings):
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
        forwarded = [f"10.0.0.{number}, 192.0.2.1" for number in range(4)]
        codes = [client.get("/api", headers={"x-forwarded-for": each}).status_code for each in forwarded]
        assert codes[-1] == 429

    def test_other_addresses_are_other_clients(self, client, limited):
        codes = [client.get("/api", REMOTE_ADDR=f"192.0.2.{number}").status_code for number in range(4)]
        assert codes[-1] == 200


class TestChosen:
    @pytest.mark.parametrize("address", LISTS)
    def test_fields_shows_only_these(self, client, address):
        shown = list(client.get(address).json()["results"][0])[:2]
        assert list(client.get(f"{address}?fields={','.join(shown)}").json()["results"][0]) == shown

    @pytest.mark.parametrize("address", LISTS)
    def test_omit_shows_all_but_these(self, client, address):
        shown = list(client.get(address).json()["results"][0])
        assert list(client.get(f"{address}?omit={shown[1]}").json()["results"][0]) == [shown[0], *shown[2:]]

    @pytest.mark.parametrize("address", LISTS)
    @pytest.mark.parametrize("query", ["fields=nonsense", "omit=nonsense", "fields=", "fields=a,,b"])
    def test_a_field_that_is_none_is_refused(self, client, address, query):
        refused(client.get(f"{address}?{query}"), 400)


class TestQueries:
    @pytest.mark.parametrize("address", LISTS)
    def test_a_page_takes_at_most_four(self, client, address):
        assert queries(client, address) <= 4

    @pytest.mark.parametrize("address", LISTS)
    def test_a_longer_page_takes_no_more(self, client, address):
        counts = []
        for size in (1, 2, 1000):
            cache.clear()
            counts.append(queries(client, f"{address}?page_size={size}"))
        assert counts == sorted(counts, reverse=True)

    def test_a_deeper_family_takes_no_more(self, client):
        family = None
        for depth in range(5):
            family = factories.system(f"depth-{depth}", variant_of=family)
        factories.published(system=family)
        assert queries(client, "/api/systems") <= 4

    def test_a_longer_list_takes_no_more(self, client):
        before = queries(client, "/api/transfers")
        copies(50)
        cache.clear()
        assert RegistryRow.objects.count() == 52
        assert queries(client, "/api/transfers") == before


def test_a_database_that_cannot_be_read_is_503(client, monkeypatch):
    def locked():
        raise OperationalError("database is locked")

    monkeypatch.setattr("transfers.publication.editions.get_newest", locked)
    answer = client.get("/api/transfers")
    assert (answer.status_code, answer["Retry-After"], answer.json()["status"]) == (503, "5", 503)
