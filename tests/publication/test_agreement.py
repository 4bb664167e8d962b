"""When figures of several sources agree, and which of them stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from transfers.models import RegistryRow
from transfers.publication import figures, publish, verify
from transfers.publication.agreement import lies_within
from transfers.publication.figures import Claim, resolve
from transfers.vocabulary import edtf
from transfers.vocabulary.measures import DATES


def when(event, *texts):
    return [
        Claim(f"date_{event}", source, "2026", source, date=text)
        for source, text in zip("abcd", texts, strict=False)
    ]


def count(*ranges):
    return [
        Claim("quantity_ordered", source, "2026", source, low, high, unit="system")
        for source, (low, high) in zip("abcd", ranges, strict=False)
    ]


def settle_date(event, *texts):
    row = resolve("sale", when(event, *texts))
    return row[f"date_{event}"], bool(row["disputed"])


def settle_count(*ranges):
    row = resolve("sale", count(*ranges))
    return row["quantity_ordered_min"], row["quantity_ordered_max"], bool(row["disputed"])


@pytest.mark.django_db
def test_a_row_of_an_older_rule_stands_until_it_is_published_again(monkeypatch):
    transfer = factories.transfer("told")
    for text in ("2023", "2023-11"):
        paper = factories.source(f"paper-{text}", published="2024")
        factories.date("agreed", text, transfer=transfer, source=paper)
    with monkeypatch.context() as older:
        older.setattr(figures, "settle", lambda claims: (claims, len(claims) > 1))
        publish.publish([transfer], "First")
    assert list(verify.list_faults()) == []
    assert RegistryRow.objects.current().get().date_agreed == "2023"
    assert [revision.action for revision in publish.publish([transfer], "Again")] == ["update"]
    assert RegistryRow.objects.current().get().date_agreed == "2023-11"
    assert list(verify.list_faults()) == []


@pytest.mark.parametrize("event", ["agreed", "delivered", "deployed"])
@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("2023", "2023-11"), "2023-11"),
        (("2023", "2023-11", "2023-11-05"), "2023-11-05"),
        (("2023-21", "2023-04?"), "2023-04?"),
        (("202X", "2023"), "2023"),
        (("2023", "2023-03/2023-05"), "2023-03/2023-05"),
        (("2019-07/..", "2019-07-04/2020"), "2019-07-04/2020"),
        (("2019/2020", "2019-07/2020-03"), "2019-07/2020-03"),
        (("2018?", "2018"), "2018"),
    ],
)
def test_a_year_contains_its_days(event, texts, text):
    assert settle_date(event, *texts) == settle_date(event, *reversed(texts)) == (text, False)


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("2017/2020", "2018-05"), "2018-05"),
        (("2017/2020", "2018/2019"), "2018/2019"),
        (("../2019", "2018"), "2018"),
        (("2019/..", "2020"), "2020"),
    ],
)
def test_an_agreement_is_of_one_day_of_its_interval(texts, text):
    assert settle_date("agreed", *texts) == (text, False)


@pytest.mark.parametrize("event", ["delivered", "deployed"])
@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("2017/2020", "2018-05"), "2017/2020"),
        (("2017/2020", "2018", "2018-05"), "2017/2020"),
        (("{2017,2018,2020}", "2018-05"), "{2017,2018,2020}"),
        (("2019-07/..", "2020"), "2019-07/.."),
    ],
)
def test_a_delivery_may_be_one_of_several_and_shortens_no_string_of_them(event, texts, text):
    assert settle_date(event, *texts) == (text, False)


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("2018", "2019"), "2018/2019"),
        (("2023", "2023-10", "2023-11"), "2023"),
        (("2017/2019", "2018/2020"), "2017/2020"),
        (("2019", "2019-07/.."), "2019/.."),
        (("2018-05", "2017/2018", "2018/2019", "2016"), "2016/2019"),
        (("2018-05", "2017/2020", "2019"), "2017/2020"),
    ],
)
def test_dates_that_only_overlap_differ(texts, text):
    assert settle_date("agreed", *texts) == settle_date("delivered", *texts) == (text, True)


@pytest.mark.parametrize("event", ["delivered", "deployed"])
@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("2017/2020", "2018/2020"), "2017/2020"),
        (("2019-10-23/2019-10-29", "2019-10-24/2019-10-29", "2019-10"), "2019-10"),
        (("2017/2020", "2018/.."), "2017/.."),
    ],
)
def test_what_lasted_differs_where_one_of_its_ends_does(event, texts, text):
    assert settle_date(event, *texts) == (text, True)


@pytest.mark.parametrize(
    ("ranges", "settled"),
    [
        (((5, 7), (6, 6)), (6, 6, False)),
        (((5, None), (6, 6)), (6, 6, False)),
        (((None, 8), (6, 6)), (6, 6, False)),
        (((5, None), (5, 7)), (5, 7, False)),
        (((5, 7), (6, 8)), (5, 8, True)),
        (((5, 7), (5, 5), (7, 7)), (5, 7, True)),
        (((5, None), (4, 4)), (4, None, True)),
    ],
)
def test_a_range_contains_its_numbers(ranges, settled):
    assert settle_count(*ranges) == settle_count(*reversed(ranges)) == settled


def test_a_preferred_wider_figure_stands_and_is_no_dispute():
    wide, narrow = when("agreed", "2023", "2023-11")
    preferred = Claim("date_agreed", "a", "2026", "a", date="2023", preferred=True)
    row = resolve("sale", [preferred, narrow])
    assert (row["date_agreed"], row["disputed"]) == ("2023", [])
    assert resolve("sale", [wide, narrow])["date_agreed"] == "2023-11"


TEXTS = st.sampled_from(
    ["2018", "2018-05", "2018-05-09", "2017/2020", "2018/..", "../2019", "2018-22", "{2017,2019}", "201X"]
)


@given(st.sampled_from(DATES), st.lists(TEXTS, min_size=1, max_size=4))
def test_what_is_shown_of_dates_that_agree_is_what_a_source_states(measure, texts):
    claims = when(measure.removeprefix("date_"), *texts)
    row = resolve("sale", claims)
    if not row["disputed"]:
        assert row[measure] in texts


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_agreements_are_disputed_where_none_lies_within_all_the_others(texts):
    ends = [edtf.bounds(text) for text in texts]
    is_agreed = any(all(lies_within(inner, outer) for outer in ends) for inner in ends)
    assert bool(resolve("sale", when("agreed", *texts))["disputed"]) is not is_agreed
