"""An empty answer means that none is recorded: what names nothing is refused, and a known name is not."""

import pytest

from tests.support import factories
from transfers.api.request import known
from transfers.curation import merging
from transfers.models import System
from transfers.publication import publish

pytestmark = pytest.mark.django_db

#: What names nothing in the register, with what is near: resource, query, suggestion.
MISLEADING = [
    ("transfers", "key=rus-srb-s-40", "rus-srb-s-400"),
    ("transfers", "key=rus-srb-s-401", "rus-srb-s-400"),
    ("transfers", "key__not=rus-srb-s-401", "rus-srb-s-400"),
    ("transfers", "key=rus-srb-s-400,rus-srb-s-401", "rus-srb-s-400"),
    ("transfers", "key=nothing", None),
    ("transfers", "supplier_name=Rusia", "Russia"),
    ("transfers", "supplier_name__not=Rusia", "Russia"),
    ("transfers", "recipient_name=Srbia", "Serbia"),
    ("transfers", "system_name=S-40O", "S-400"),
    ("transfers", "system_name=Zeppelin", None),
    ("claims", "transfer=rus-srb-s-40", "rus-srb-s-400"),
    ("claims", "transfer__not=rus-srb-s-40", "rus-srb-s-400"),
    ("claims", "source=reuter", "reuters-2019"),
    ("claims", "source=reuters-2018", "reuters-2019"),
    ("claims", "publisher=Reuter", "Reuters"),
    ("claims", "publisher__not=Reuter", "Reuters"),
    ("claims", "language=eng", "en"),
    ("claims", "language=xx", None),
    ("claims", "claim=0123456789abcdef", None),
    ("claims", "origin_of=drill-2018", "drill-2019"),
    ("parties", "code=RSU", "RUS"),
    ("parties", "name=Rusia", "Russia"),
    ("parties", "name__not=Rusia", "Russia"),
    ("parties", "alpha2=XX", None),
    ("parties", "successor=RSU", None),
    ("systems", "slug=s-40", "s-400"),
    ("systems", "name=S-40O", "S-400"),
    ("systems", "wikidata=Q43", "Q42"),
    ("systems", "variant_of=s-500", None),
    ("sources", "key=reuters-2018", "reuters-2019"),
    ("sources", "publisher=Reuter", "Reuters"),
    ("sources", "language=xx", None),
    ("sources", "origin_of=drill-2018", "drill-2019"),
    ("changes", "key=rus-srb-s-40", "rus-srb-s-400"),
    ("transfers/summary", "key=rus-srb-s-40", "rus-srb-s-400"),
    ("transfers/summary", "supplier_name=Rusia", "Russia"),
    ("transfers.csv", "supplier_name=Rusia", "Russia"),
    ("transfers", "supplier=Rusia", "Russia"),
    ("transfers", "supplier__not=Rusia", "Russia"),
    ("transfers", "recipient=Srbia", "Serbia"),
    ("transfers", "recipient=SRX", "SRB"),
    ("transfers", "recipient=group:NATOO", "NATO"),
    ("transfers", "recipient=group:Atlantis", None),
    ("transfers", "system=S-40O", "S-400"),
    ("transfers", "category=air_defense", "air_defence"),
    ("transfers", "kind=gifts", "gift"),
    ("transfers", "status=deliverd", "delivered"),
    ("transfers", "condition=second-hand", "second_hand"),
    ("transfers", "unit=batery", "battery"),
    ("transfers", "deal_currency=USDD", "USD"),
    ("transfers", "disputed=quantity_orderd", "quantity_ordered"),
    ("claims", "supplier=Rusia", "Russia"),
    ("claims", "recipient=Srbia", "Serbia"),
    ("claims", "system=S-40O", "S-400"),
    ("claims", "measure=quantity_orderd", "quantity_ordered"),
    ("claims", "unit=batery", "battery"),
    ("claims", "currency=EURO", "EUR"),
    ("claims", "reliability=G", None),
    ("claims", "credibility=7", None),
    ("claims", "source__not=reuters-2018", "reuters-2019"),
    ("deliveries", "transfer=rus-srb-s-40", "rus-srb-s-400"),
    ("deliveries", "supplier=Rusia", "Russia"),
    ("deliveries", "supplier_name=Rusia", "Russia"),
    ("deliveries", "recipient_name=Srbia", "Serbia"),
    ("deliveries", "system=S-40O", "S-400"),
    ("deliveries", "basis=state", "stated"),
    ("deliveries", "year=15", None),
    ("deliveries/summary", "transfer=rus-srb-s-40", "rus-srb-s-400"),
    ("deliveries/summary", "category=air_defense", "air_defence"),
    ("transfers/summary", "supplier=Rusia", "Russia"),
    ("transfers/summary", "kind=gifts", "gift"),
    ("parties", "kind=states", "state"),
    ("parties", "code__not=RSU", "RUS"),
    ("systems", "category=air_defense", "air_defence"),
    ("systems", "slug__not=s-40", "s-400"),
    ("sources", "reliability=Z", None),
    ("sources", "key__not=reuters-2018", "reuters-2019"),
    ("changes", "supplier=Rusia", "Russia"),
    ("changes", "system=S-40O", "S-400"),
    ("changes", "action=published", "publish"),
]
#: Names that are known, of which the other filters leave none.
TRUE = [
    ("transfers", "key=rus-srb-s-400&status=delivered&unit=vehicle"),
    ("transfers", "key=withdrawn"),
    ("transfers", "key=later&as_of=1"),
    ("transfers", "supplier=DEU"),
    ("transfers", "recipient=RUS"),
    ("claims", "transfer=withdrawn"),
    ("claims", "source=reuters-2019&measure=deal_value"),
    ("parties", "name=Russia&kind=former_state"),
    ("systems", "name=S-400&category=ships"),
    ("sources", "key=reuters-2019&reliability=F"),
    ("changes", "key=rus-srb-s-400&action=withdraw"),
    ("transfers", "note__contains=nothing+of+the+kind"),
    ("transfers", "location=Belgrade"),
]
#: Other spellings of one name.
SPELLED = [
    ("transfers", "key=RUS-SRB-S-400"),
    ("transfers", "supplier_name=russia"),
    ("transfers", "system_name=s400"),
    ("claims", "transfer=RUS-SRB-S-400"),
    ("claims", "publisher=REUTERS"),
    ("claims", "language=EN"),
    ("parties", "code=rus"),
    ("parties", "name=RUSSIA"),
    ("parties", "alpha2=ru"),
    ("systems", "slug=S-400"),
    ("systems", "name=s400"),
    ("systems", "wikidata=q42"),
    ("sources", "key=Reuters-2019"),
    ("sources", "language=EN"),
    ("changes", "key=RUS-SRB-S-400"),
]


@pytest.fixture(autouse=True)
def register():
    factories.party("RUS", name="Russia", alpha2="RU")
    factories.party("DEU", name="Germany", alpha2="DE")
    factories.party("SRB", name="Serbia", alpha2="RS")
    system = factories.system("s-400", name="S-400", wikidata="Q42")
    source = factories.source("reuters-2019", publisher="Reuters", language="en", origin_of="drill-2019")
    for key in ("rus-srb-s-400", "withdrawn", "later"):
        transfer = factories.transfer(key, supplier="RUS", recipient="SRB", system=system)
        factories.quantity("ordered", 6, transfer=transfer, source=source)
        factories.quantity("delivered", 2, transfer=transfer, source=source, locator="¶9")
        publish.publish([transfer], "New")
        if key == "withdrawn":
            publish.withdraw([transfer], "Entered twice")


def ask(client, resource, query):
    return client.get(f"/api/{resource}?{query}")


@pytest.mark.parametrize(("resource", "query", "near"), MISLEADING)
def test_what_names_nothing_is_refused_with_what_is_near(client, resource, query, near):
    answer = ask(client, resource, query)
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["parameter"] == query.split("=")[0]
    assert near is None or near in fault["suggestions"]


@pytest.mark.parametrize(("resource", "query"), TRUE)
def test_a_known_name_of_which_nothing_is_left_gives_an_empty_answer(client, resource, query):
    answer = ask(client, resource, query)
    assert (answer.status_code, answer.json()["count"]) == (200, 0)


@pytest.mark.parametrize(("resource", "query"), SPELLED)
def test_case_and_signs_do_not_matter_where_a_name_has_one_meaning(client, resource, query):
    answer = ask(client, resource, query)
    assert (answer.status_code, answer.json()["count"] > 0) == (200, True)


def test_signs_alone_are_no_spelling_of_other_signs(client):
    factories.published(system=factories.system("signs", name="***"))
    assert ask(client, "systems", "name=***").json()["count"] == 1
    assert ask(client, "systems", "name=---").status_code == 400


def test_the_key_of_a_merged_record_leads_to_the_one_that_stays(client):
    loser = factories.system("s-400-triumf", name="S-400 Triumf")
    factories.published(system=loser)
    merging.merge(System.objects.get(slug="s-400"), loser, factories.user("administrator"), "The same")
    assert [row["slug"] for row in ask(client, "systems", "slug=s-400-triumf").json()["results"]] == ["s-400"]


def test_a_spelling_of_two_names_is_refused_with_both(client):
    for slug, name in {"thistle-1-2": "Thistle-1.2", "thistle-12": "Thistle-12"}.items():
        factories.published(system=factories.system(slug, name=name))
    fault = ask(client, "systems", "name=THISTLE+1+2").json()["errors"][0]
    assert (fault["code"], fault["suggestions"]) == ("ambiguous", ["Thistle-1.2", "Thistle-12"])


@pytest.fixture
def many(monkeypatch):
    """Let every column have more values than are read whole."""
    monkeypatch.setattr(known, "MOST_READ", 0)


@pytest.mark.parametrize(("resource", "query", "near"), MISLEADING[:4])
def test_a_key_among_very_many_is_refused_with_those_that_begin_alike(client, many, resource, query, near):
    (fault,) = ask(client, resource, query).json()["errors"]
    assert near in fault["suggestions"]


def test_a_key_among_very_many_is_found_in_capitals(client, many):
    assert ask(client, "transfers", "key=RUS-SRB-S-400,later").json()["count"] == 2


def test_spelling_many_names_takes_a_few_queries(client, django_assert_max_num_queries):
    wrong = "&".join(f"supplier_name=R{'-' * number}ussia" for number in range(1, 100))
    with django_assert_max_num_queries(8):
        assert ask(client, "transfers", wrong).json()["count"] == 2


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("country", "supplier"), ("from", "supplier"), ("seller", "supplier"), ("exporter", "supplier"),
        ("to", "recipient"), ("buyer", "recipient"), ("importer", "recipient"), ("year", "date_delivered"),
        ("date", "date_delivered"), ("delivered", "date_delivered"), ("search", "q"), ("query", "q"),
        ("offset", "cursor"), ("page", "cursor"), ("per_page", "page_size"), ("limit", "page_size"),
        ("type", "category"), ("weapon", "system"), ("equipment", "system"), ("sort", "ordering"),
        ("order_by", "ordering"), ("columns", "fields"), ("groupby", None), ("version", "as_of"),
        ("system__in", "system"), ("country__in", "supplier"), ("supplier__ne", "supplier__not"),
        ("supplier__in", "supplier"), ("year__gte", "date_delivered__gte"), ("supplier[]", "supplier"),
        ("note__icontains", "note__contains"), ("quantity_ordered__lt", "quantity_ordered__lte"),
        ("quantity_ordered_gte", "quantity_ordered__gte"), ("value", "deal_value"),
    ],
)  # fmt: skip
def test_a_word_that_people_try_leads_to_the_parameter_that_they_mean(client, word, meant):
    (fault,) = ask(client, "transfers", f"{word}=1").json()["errors"]
    assert next(iter(fault["suggestions"]), None) == meant


def test_letters_never_lead_to_the_opposite(client):
    for word in ("supplier__foo", "supplier__nit", "status__no"):
        (fault,) = ask(client, "transfers", f"{word}=1").json()["errors"]
        assert fault["suggestions"] == [word.partition("__")[0]]


@pytest.mark.parametrize("text", ["true", "1", "yes", "TRUE"])
def test_a_switch_understands_other_words_for_true(client, text):
    assert ask(client, "transfers", f"quantity_ordered=6&certain={text}").json()["count"] == 2
    assert ask(client, "transfers", f"note__isnull={text}").json()["count"] == 2
