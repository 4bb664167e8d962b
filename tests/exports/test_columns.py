"""The columnar copy: it answers as the database does, whatever is asked, and is never behind the log."""

import time
from urllib.parse import urlencode

import hypothesis
import pytest
from django.core.cache import cache
from django.db import OperationalError
from hypothesis import strategies as st

from tests.api.test_transfers import full
from tests.exports.test_exports_agree import ODD
from tests.support import factories
from tests.support.reading import add, rows
from transfers.api.request import filters
from transfers.api.resources import delivery_summary, summary
from transfers.availability import budget
from transfers.exports import columns
from transfers.models import RegistryRow, Transfer
from transfers.publication import editions, publish
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = {"transfers": filters.RowFilterSet, "claims": filters.ClaimFilterSet}
SUMMARIES = {
    "transfers/summary": (filters.RowFilterSet, summary.GROUPS, summary.FIGURES),
    "deliveries/summary": (filters.DeliveryFilterSet, delivery_summary.GROUPS, delivery_summary.FIGURES),
}
#: Two such values are more than SQLite adds up in whole numbers.
LARGEST = 2**63 - 1
NOTES = [
    "Straße 7",
    "İstanbul",
    "STRASSE",
    "naïve [a-z]* ?",
    "100% _x\\d",
    "Сербия и ЧЕРНОГОРИЯ",
    "é",
    "-]^[",
]


@pytest.fixture
def answers(monkeypatch):
    """Return a list that takes whether the columns told, at each time that they were asked."""
    told, fetch = [], columns.fetch

    def watch(*asked, **more):
        found = fetch(*asked, **more)
        told.append(found is not None)
        return found

    monkeypatch.setattr(columns, "fetch", watch)
    monkeypatch.setattr(columns, "_copies", {})
    monkeypatch.setattr(columns, "STEP", 4)
    return told


def ask(client, path):
    """Return status and text of an answer that was not kept."""
    cache.clear()
    answer = client.get(f"/api/{path}")
    return answer.status_code, answer.content


def ask_database(client, path):
    """Return what the database answers without the columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "fetch", lambda *asked, **more: None)
        return ask(client, path)


def wait(client, told, *paths):
    """Ask these questions until the columns answer each; at first they are being written."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        told.clear()
        for path in paths:
            ask(client, path)
        if all(told):
            break
        wait_for_writers(until)
    assert told == [True] * len(told)
    told.clear()


def wait_for_writers(until):
    while columns._writing and time.monotonic() < until:
        time.sleep(0.05)
    assert not columns._writing


def build_register():
    """Publish transfers with every kind of figure and text, and change some of them after the copy."""
    first = full()
    second = factories.transfer("bare", supplier="USA", recipient="IND", system="f-16")
    factories.system("f-16", variant_of=factories.system("f-family"))
    for number, text in zip((1, 12, 7), ("2016/..", "{2015,2018}", "2016-02-29"), strict=True):
        factories.quantity("delivered", number, transfer=second, as_of=text, attributed_to=NOTES[0])
    factories.date("delivered", "2016/2018", transfer=second)
    publish.publish([first, second], "both")
    noted = [factories.published(f"noted-{place}", note=text) for place, text in enumerate(NOTES)]
    add(*(values for values in ODD if values.get("deal_value_max") != LARGEST))
    ended = factories.published("ended")
    publish.withdraw([ended], "Never was.")
    for place, record in enumerate(noted[:2]):
        record.note = f"Changed {place}: {record.note}"
        record.save()
        factories.quantity("ordered", 9, transfer=record)
        publish.publish([record], "changed")
        time.sleep(0)


def list_pairs(client, resource, filterset):
    """Return parameters of the filters with values that rows have, or parts of them."""
    ends = ("", "__not", "__gte", "__lte", "__contains")
    pairs = {("certain", "true"), *((f"year{end}", "2018") for end in ends)}
    pairs |= {
        (name, text) for name in filterset.base_filters for text in ("true", "false") if "isnull" in name
    }
    for row in rows(client, resource, "page_size=1000"):
        for name, text in list_texts(row):
            stems = {name, name.removesuffix("_min"), name.removesuffix("_max")}
            pairs |= {(stem + end, text) for stem in stems for end in ends}
            pairs |= {(f"{name}__contains", part.swapcase()) for part in (text[1:4], text[-2:])}
    known = {*filterset.base_filters, "certain"}
    return sorted(pair for pair in pairs if pair[0] in known and pair[1].strip())


def list_texts(row):
    """Yield the row's fields that have a value, as a parameter has it; of lists, the first member."""
    for name, value in row.items():
        shown = value[0] if isinstance(value, list) and value else value
        if shown not in (None, "", []):
            yield name, str(shown).lower() if isinstance(shown, bool) else str(shown)


def build_questions(client):
    """Return a strategy of questions of every kind that the columns may answer."""
    kinds = []
    for resource, filterset in LISTS.items():
        names = fields.list_names(fields.ROW if resource == "transfers" else fields.CLAIM)
        order = st.lists(st.sampled_from([sign + name for name in names for sign in ("", "-")]), max_size=2)
        size, pairs = st.sampled_from(["1", "3", "100"]), build_filters(client, resource, filterset)
        kinds.append(st.builds(build_list_question, st.just(resource), pairs, order, size))
    for resource, (filterset, groups, figures) in SUMMARIES.items():
        pairs = build_filters(client, resource.removesuffix("/summary"), filterset)
        by = st.lists(st.sampled_from(sorted(groups)), max_size=3, unique=True)
        sums = st.sampled_from(sorted(figures))
        kinds.append(st.builds(build_summary_question, st.just(resource), pairs, by, sums))
    return st.one_of(kinds)


def build_filters(client, resource, filterset):
    """Return a strategy of some parameters of the filters."""
    pairs = st.sampled_from([*list_pairs(client, resource, filterset), ("q", "s-400"), ("q", "f16 changed")])
    return st.lists(pairs, max_size=3, unique_by=lambda pair: pair[0])


def build_list_question(resource, pairs, order, size):
    query = [*pairs, ("page_size", size), *([("ordering", ",".join(order))] if order else [])]
    return f"{resource}?{urlencode(query)}"


def build_summary_question(resource, pairs, by, sum):
    query = [*pairs, *([("group_by", ",".join(by))] if by else []), *([("sum", sum)] if sum else [])]
    return f"{resource}?{urlencode(query)}"


def test_columns_answer_as_the_database_does(client, answers):
    build_register()
    wait(client, answers, "transfers?ordering=location", "claims?ordering=locator", "deliveries/summary")

    @hypothesis.settings(max_examples=300, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(question=build_questions(client))
    def agree(question):
        assert ask(client, question) == ask_database(client, question)

    agree()
    assert sum(answers) > 0.9 * len(answers) > 50


def count(client):
    """Return how many transfers the summary counts."""
    body = client.get("/api/transfers/summary?sum=count").json()
    return sum(group["count"] for group in body["results"])


@pytest.fixture
def copied(client, answers):
    """Publish five transfers, of which four are in the copy; return what the columns told since."""
    for number in range(5):
        factories.published(f"first-{number}")
    wait(client, answers, "transfers/summary")
    return answers


def test_what_came_after_the_copy_is_counted(client, copied):
    factories.published("later")
    assert (count(client), copied) == (6, [True])


def test_what_was_withdrawn_after_the_copy_is_not_counted(client, copied):
    publish.withdraw([Transfer.objects.get(key="first-0")], "Never was.")
    assert (count(client), copied) == (4, [True])


def test_a_later_copy_takes_the_place_of_the_first(client, copied):
    for number in range(4):
        factories.published(f"later-{number}")
    wait(client, copied, "transfers/summary")
    assert (count(client), copied) == (9, [True])


def test_until_a_later_copy_is_written_the_former_answers(client, copied, monkeypatch):
    monkeypatch.setattr(columns, "_write", lambda *asked: None)
    for number in range(4):
        factories.published(f"later-{number}")
        assert count(client) == 6 + number
    assert copied == [True] * 4


def test_the_past_is_asked_of_the_database(client, copied):
    assert client.get("/api/transfers/summary?as_of=2").status_code == 200
    assert copied == []


def test_words_are_asked_of_the_database(client, copied):
    assert client.get("/api/transfers?q=s-400&ordering=-supplier_name").status_code == 200
    assert copied == []


def test_where_the_copy_is_damaged_the_database_answers(client, copied, settings):
    for path in settings.EXPORTS_DIR.glob("*.columns/data"):
        path.write_bytes(b"PAR1" + bytes(path.stat().st_size - 8) + b"PAR1")
    factories.published("later")
    assert (count(client), copied) == (6, [False])


def test_where_no_file_can_be_written_the_database_answers(client, answers, settings, tmp_path):
    settings.EXPORTS_DIR = tmp_path / "file"
    settings.EXPORTS_DIR.write_text("no folder")
    for number in range(5):
        factories.published(f"first-{number}")
    assert (count(client), answers) == (5, [False])
    wait_for_writers(time.monotonic() + 60)


def test_columns_stop_when_the_time_is_spent(copied, settings):
    settings.API_SECONDS = 0
    long = "SELECT COUNT(*) FROM ({}) CROSS JOIN range(100000) CROSS JOIN range(100000) t(n) WHERE n % 7 = 3"
    rows = RegistryRow.objects.current().values_list("key")
    with pytest.raises(OperationalError), budget.limit("default") as spent:
        columns.fetch(rows, editions.get_newest(), long.format)
    assert spent.reason == budget.SPENT.format(0)
