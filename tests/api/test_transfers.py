"""The list of transfers and each one of them, as an analyst reads them: JSON and CSV are the same rows."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from transfers.api.request.filters import RowFilterSet
from transfers.models import RegistryRow
from transfers.publication import publish
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db
ROW = (
    "key supplier supplier_name recipient recipient_name system system_name category kind condition status"
    " quantity_ordered_min quantity_ordered_max quantity_delivered_min quantity_delivered_max"
    " quantity_deployed_min quantity_deployed_max unit"
    " date_agreed date_agreed_earliest date_agreed_latest"
    " date_delivered date_delivered_earliest date_delivered_latest"
    " date_deployed date_deployed_earliest date_deployed_latest"
    " deal_value_min deal_value_max deal_currency tiv_unit tiv_ordered tiv_delivered location occasion note"
    " disputed sources origins revision updated comment"
    " date_due date_due_earliest date_due_latest"
    " quantity_ordered_uncertain quantity_delivered_uncertain quantity_deployed_uncertain description"
).split()
NASTY = 'Панцирь-С1, "Shell";\r\nsecond line\n=1+1, \u2028 и 裝甲 🚀'
LICENCE = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
ADDRESSES = ["/api", "/api/transfers", "/api/transfers/rus-srb", "/api/fields"]


def results(client, address="/api/transfers"):
    return client.get(address).json()["results"]


def text(response):
    """Read a streamed answer's body."""
    return response.getvalue().decode()


def table(client, address="/api/transfers.csv"):
    """Read the CSV of an address: its header and its lines."""
    header, *lines = csv.reader(io.StringIO(text(client.get(address)), newline=""))
    return header, lines


def cell(value):
    """Write a JSON value as CSV does."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return "|".join(value)
    return str(value)


def full():
    """Publish a transfer that has a value in nearly every field."""
    transfer = factories.transfer(
        "rus-srb", kind="sale", location="Niš", occasion="Slavic Shield", note=NASTY
    )
    factories.quantity("ordered", 6, transfer=transfer, excerpt="six Pantsir systems", locator="¶14")
    factories.quantity("ordered", 8, transfer=transfer, source="b", note=NASTY, preferred=True)
    factories.quantity("delivered", None, minimum=2, transfer=transfer)
    factories.date("agreed", "2019-07/..", transfer=transfer)
    factories.date("delivered", "2019-02-22/2019-02-23", transfer=transfer)
    factories.valuation("deal_value", 2_500_000_000, transfer=transfer)
    factories.valuation("tiv_unit", 12.5, transfer=transfer)
    publish.publish([transfer], "Checked")
    return transfer


def copies(number):
    """So many published rows, without the labour of publishing each."""
    names = {"supplier": "RUS", "recipient": "SRB", "system": "s-400"}
    names |= {f"{name}_name": code for name, code in names.items()}
    kinds = {"category": "air_defence", "kind": "sale", "condition": "new", "status": "agreed"}
    counts = {"sources": 1, "origins": 1, "revision": 0, "updated": "2026-01-31T00:00:00Z"}
    RegistryRow.objects.bulk_create(
        RegistryRow(key=f"copy-{copy:05}", **names, **kinds, **counts) for copy in range(number)
    )


def queries(client, address):
    """Count the queries of an answer."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


class TestRow:
    def test_its_fields_are_those_of_the_contract_in_their_order(self, client):
        full()
        assert list(results(client)[0]) == ROW
        assert table(client)[0] == ROW

    def test_the_csv_cells_are_the_json_values(self, client):
        full()
        factories.published("bare")
        rows = [[cell(value) for value in row.values()] for row in results(client)]
        assert table(client)[1] == rows

    def test_texts_come_back_as_they_were_entered(self, client):
        full()
        assert results(client)[0]["note"] == table(client)[1][0][ROW.index("note")] == NASTY

    def test_it_shows_what_was_claimed(self, client):
        full()
        row = results(client)[0]
        assert (row["supplier"], row["recipient_name"], row["system_name"]) == ("RUS", "Serbia", "S-400")
        assert (row["quantity_ordered_min"], row["quantity_ordered_max"]) == (8, 8)
        assert (row["quantity_delivered_min"], row["quantity_delivered_max"]) == (2, None)
        assert (row["deal_value_min"], row["deal_currency"], row["tiv_unit"]) == (2500000000, "USD", 12.5)

    def test_dates_are_iso_and_open_ends_are_null(self, client):
        full()
        row = results(client)[0]
        assert [row[f"date_agreed{end}"] for end in ("", "_earliest", "_latest")] == [
            "2019-07/..", "2019-07-01", None,
        ]  # fmt: skip

    def test_several_disputed_figures_are_joined_by_a_bar(self, client):
        transfer = full()
        factories.valuation("tiv_unit", 13, transfer=transfer)
        publish.publish([transfer], "More")
        assert results(client)[0]["disputed"] == ["quantity_ordered", "tiv_unit"]
        assert table(client)[1][0][ROW.index("disputed")] == "quantity_ordered|tiv_unit"

    def test_what_is_absent_is_null_and_never_an_empty_text(self, client):
        factories.published()
        assert "" not in results(client)[0].values()


CHOSEN = {
    "fields=key,status": ["key", "status"],
    "fields=status,key": ["key", "status"],
    "fields=key&ordering=-status,system": ["key"],
    "fields=note": ["note"],
    "omit=note,disputed": [name for name in ROW if name not in ("note", "disputed")],
    "fields=key,note&omit=note": ["key"],
}


@pytest.mark.parametrize(("query", "names"), CHOSEN.items())
def test_fields_and_omit_choose_what_is_shown(client, query, names):
    factories.published("a-a")
    factories.published("b-b", recipient="IND")
    rows = results(client, f"/api/transfers?{query}&page_size=1")
    header, lines = table(client, f"/api/transfers.csv?{query}")
    assert list(rows[0]) == header == names
    assert (len(lines), lines[0]) == (2, [cell(value) for value in rows[0].values()])


class TestCSV:
    def test_lines_end_with_cr_lf(self, client):
        factories.published(note="one line")
        body = text(client.get("/api/transfers.csv"))
        assert body.endswith("\r\n")
        assert body.count("\n") == body.count("\r\n") == 2

    def test_it_is_utf_8_without_a_byte_order_mark(self, client):
        factories.published("aaa", note="Панцирь")
        answer = client.get("/api/transfers.csv")
        body = b"".join(answer)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert body.startswith(b"key,supplier,")
        assert "Панцирь".encode() in body

    def test_it_holds_every_row_and_not_a_page(self, client):
        copies(1203)
        assert [line[0] for line in table(client)[1]] == [f"copy-{each:05}" for each in range(1203)]

    @pytest.mark.parametrize("query", ["page_size=1", "ordering=key&page_size=1000"])
    def test_it_has_no_pages_and_says_so(self, client, query):
        assert client.get(f"/api/transfers.csv?{query}").status_code == 400

    def test_its_name_says_the_query_and_the_date(self, client):
        factories.published()
        name = client.get("/api/transfers.csv?system=S-400&status=agreed")["Content-Disposition"]
        expected = r'attachment; filename="transfers_system-S-400_status-agreed_\d{4}-\d\d-\d\d\.csv"'
        assert re.fullmatch(expected, name)

    def test_its_name_is_plain_whatever_is_asked(self, client):
        query = {"note__contains": '../"\r\nX: y; Ж' * 20, "format": "csv"}
        name = client.get("/api/transfers", query)["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="transfers_[\w.-]{1,120}\.csv"', name, re.ASCII)


class TestAddress:
    @pytest.mark.parametrize("address", [*ADDRESSES, "/api/transfers.csv", "/api/transfers/rus-srb.json"])
    def test_a_trailing_slash_changes_nothing_and_does_not_redirect(self, client, address):
        factories.published("rus-srb")
        one, other = client.get(address), client.get(f"{address}/")
        assert (one.status_code, other.status_code) == (200, 200)
        assert b"".join(one) == b"".join(other)

    @pytest.mark.parametrize("resource", ["transfers", "transfers/rus-srb", "fields"])
    def test_suffix_parameter_and_accept_give_the_same_csv(self, client, resource):
        full()
        one = text(client.get(f"/api/{resource}.csv"))
        assert text(client.get(f"/api/{resource}?format=csv")) == one
        assert text(client.get(f"/api/{resource}", headers={"accept": "text/csv"})) == one

    @pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html,*/*;q=0.8", "application/*"])
    def test_json_is_what_most_get(self, client, accept):
        assert client.get("/api/transfers", headers={"accept": accept})["Content-Type"] == "application/json"

    @pytest.mark.parametrize(
        "accept",
        ["text/csv, application/json;q=0.1", "application/json;q=0.1, text/csv", "text/csv, */*;q=0"],
    )
    def test_the_preferred_format_is_given(self, client, accept):
        answer = client.get("/api/transfers", headers={"accept": accept})
        assert answer["Content-Type"].startswith("text/csv")

    def test_caches_are_told_that_the_accept_header_counts(self, client):
        assert "Accept" in client.get("/api/transfers")["Vary"]

    @pytest.mark.parametrize("address", [*ADDRESSES, "/api/transfers.csv"])
    def test_the_licence_is_linked(self, client, address):
        factories.published("rus-srb")
        assert LICENCE in client.get(address)["Link"]

    @pytest.mark.parametrize("address", [*ADDRESSES, "/api/transfers.csv"])
    def test_any_web_page_may_read(self, client, address):
        assert client.get(address)["Access-Control-Allow-Origin"] == "*"


class TestDetail:
    def test_it_begins_with_the_row(self, client):
        full()
        assert list(client.get("/api/transfers/rus-srb").json().items())[: len(ROW)] == list(
            results(client)[0].items()
        )

    def test_every_claim_has_its_source_place_and_words(self, client):
        transfer = full()
        claims = client.get("/api/transfers/rus-srb").json()["claims"]
        shown = {(claim["source"], claim["locator"], claim["excerpt"]) for claim in claims}
        assert shown == {(each.source.key, each.locator, each.excerpt) for each in transfer.claims()}
        assert len(claims) == 7

    def test_a_claim_shows_who_published_what(self, client):
        full()
        claims = client.get("/api/transfers/rus-srb").json()["claims"]
        claim = next(each for each in claims if each["source"] == "b")
        assert (claim["publisher"], claim["title"]) == ("Publisher of b", "Title of b")
        assert (claim["reliability"], claim["credibility"], claim["preferred"]) == ("B", 2, True)

    def test_its_claims_have_the_fields_of_the_dictionary(self, client):
        full()
        claims = client.get("/api/transfers/rus-srb").json()["claims"]
        assert {tuple(claim) for claim in claims} == {tuple(fields.list_names(fields.CLAIM))}

    def test_its_csv_is_its_claims(self, client):
        full()
        claims = client.get("/api/transfers/rus-srb").json()["claims"]
        header, lines = table(client, "/api/transfers/rus-srb.csv")
        assert header == list(claims[0])
        assert lines == [[cell(value) for value in claim.values()] for claim in claims]

    def test_its_history_tells_each_revision_and_why(self, client):
        transfer = full()
        transfer.note = "New words"
        transfer.save()
        publish.publish([transfer], "Reworded")
        history = client.get("/api/transfers/rus-srb").json()["history"]
        expected = [(entry["revision"], entry["action"], entry["reason"]) for entry in history]
        assert expected == [(1, "publish", "Checked"), (2, "update", "Reworded")]

    def test_its_claims_cost_no_queries_of_their_own(self, client):
        full()
        factories.published("of-one-claim")
        counts = [queries(client, f"/api/transfers/{key}") for key in ("rus-srb", "of-one-claim")]
        assert counts[0] == counts[1] <= 6

    def test_an_unknown_key_is_404_with_what_was_perhaps_meant(self, client):
        factories.published("rus-srb-pantsir-s1-2019")
        answer = client.get("/api/transfers/rus-srb-pantsir-2019")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        assert answer.json()["suggestions"] == ["rus-srb-pantsir-s1-2019"]


class TestWithdrawn:
    @pytest.mark.parametrize("suffix", ["", "/", ".csv"])
    def test_its_address_is_gone_and_tells_why(self, client, suffix):
        publish.withdraw([factories.published("rus-srb")], "The paper retracted it")
        answer = client.get(f"/api/transfers/rus-srb{suffix}")
        assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
        assert (answer.json()["reason"], answer.json()["revision"]) == ("The paper retracted it", 2)

    def test_its_time_is_written_like_every_other(self, client):
        publish.withdraw([factories.published("rus-srb")], "Wrong")
        assert client.get("/api/transfers/rus-srb").json()["time"].endswith("Z")

    def test_it_is_in_no_list(self, client):
        publish.withdraw([factories.published("rus-srb")], "Wrong")
        assert (results(client), table(client)[1]) == ([], [])

    def test_published_again_it_is_back_with_its_whole_history(self, client):
        transfer = factories.published("rus-srb")
        publish.withdraw([transfer], "Wrong")
        publish.publish([transfer], "Right after all")
        history = client.get("/api/transfers/rus-srb").json()["history"]
        assert [entry["action"] for entry in history] == ["publish", "withdraw", "publish"]


class TestDrafts:
    SURFACES = ["", "fields", "transfers", "transfers.csv", "transfers?note__contains=SECRET",
                "transfers/rus-srb", "transfers/secret-transfe", "transfers/secret-transfer",
                "transfers?system=secret-systen", "transfers?recipient=secret party",
                "transfers?recipient=X-SECRET"]  # fmt: skip

    @pytest.mark.parametrize("surface", SURFACES)
    def test_a_draft_shows_nowhere(self, client, surface):
        full()
        system = factories.system("secret-system", name="SECRET system")
        party = factories.party("X-SECRET", name="SECRET party of all")
        draft = factories.transfer("secret-transfer", system=system, recipient=party, note="SECRET")
        factories.quantity(transfer=draft, source=factories.source("secret-source"))
        body = b"".join(client.get(f"/api/{surface}")).decode()
        hidden = ("SECRET system", "secret-system", "party of all", "secret-source")
        assert not [word for word in hidden if word in body]
        assert "secret-transfer" not in body or surface.startswith("transfers/secret-transfer")

    @pytest.mark.parametrize("state", ["draft", "in_review"])
    def test_an_unpublished_transfer_does_not_exist(self, client, state):
        factories.quantity(transfer=factories.transfer("rus-srb", state=state))
        assert client.get("/api/transfers/rus-srb").status_code == 404
        assert client.get("/api/transfers").json()["count"] == 0

    @pytest.mark.parametrize(
        "address", ["/api/transfers", "/api/transfers/rus-srb", "/api/transfers/rus-srb.csv"]
    )
    def test_edits_of_what_is_published_wait_for_publication(self, client, address):
        transfer = full()
        before = b"".join(client.get(address))
        transfer.note, transfer.kind, transfer.recipient = "Edited", "gift", factories.party("IND")
        transfer.save()
        transfer.claims()[0].delete()
        factories.quantity("ordered", 99, transfer=transfer, excerpt="a new claim")
        assert b"".join(client.get(address)) == before
        publish.publish([transfer], "Edited")
        assert b"".join(client.get(address)) != before


class TestList:
    def test_its_queries_do_not_grow_with_the_page(self, client):
        copies(300)
        client.get("/api/transfers")  # the count is kept for as long as the edition stands
        counts = {queries(client, f"/api/transfers?page_size={size}") for size in (1, 10, 300)}
        assert counts == {2}

    def test_a_lookup_by_name_adds_few_queries_and_then_none_but_the_revision(self, client):
        full()
        address = "/api/transfers?system=S-400&recipient=Serbia"
        first, again = queries(client, address), queries(client, address)
        assert first <= 18
        assert again <= 4


class TestRoot:
    def test_the_resources_and_examples_that_it_names_answer(self, client):
        factories.published()
        body = client.get("/api/").json()
        addresses = [*body["resources"].values(), *body["examples"]]
        assert {client.get(address).status_code for address in addresses} == {200}


class TestDictionary:
    def entries(self, client):
        return {
            entry["name"]: entry
            for entry in results(client, "/api/fields")
            if entry["resource"] == "transfers"
        }

    def test_every_field_of_a_row_can_be_filtered_by_its_name(self, client):
        assert all(name in entry["filters"] for name, entry in self.entries(client).items())

    def test_it_lists_the_fields_of_a_row_in_order(self, client):
        assert list(self.entries(client)) == ROW

    def test_its_csv_is_its_json(self, client):
        rows = results(client, "/api/fields")
        header, lines = table(client, "/api/fields.csv")
        assert header == list(rows[0])
        assert lines == [[cell(value) for value in row.values()] for row in rows]

    def test_every_filter_stands_with_some_field(self, client):
        listed = {name for entry in self.entries(client).values() for name in entry["filters"]}
        assert set(RowFilterSet.base_filters) - listed == {"certain"}

    def test_what_it_says_of_choices_is_true(self, client):
        full()
        expected = self.entries(client)
        shown = results(client)[0]
        assert all(
            shown[name] in expected[name]["choices"] for name in ("category", "kind", "status", "unit")
        )
