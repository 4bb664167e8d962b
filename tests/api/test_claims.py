"""Claims: who says which figure, where and in which words; each with an identifier that never changes."""

import re

import pytest
from django.db import transaction

from tests.api.test_transfers import cell, results, table
from tests.support import factories, snapshots
from transfers.api.request import filters
from transfers.models import Quantity, Source, Transfer, TransferDate, Valuation
from transfers.publication import publish
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db
CLAIMS = "/api/claims"
SOURCE = {
    "publisher": "Reuters", "title": "Serbia gets six", "authors": "Ana Petrović", "agencies": "AFP",
    "published": "2019-10-24", "url": "https://example.org/a", "archived_url": "https://example.org/b",
    "language": "de", "reliability": "C", "origin_of": "story", "sha256": "ab" * 32,
}  # fmt: skip
SERBIA, INDIA = "¶1 ¶2 ¶3 ¶4", "¶5 ¶6"
#: Two transfers with claims of every measure; what each filter finds of them, told by locator.
FILTERS = {
    "transfer=rus-srb": SERBIA, "transfer__contains=IND": INDIA, "transfer__not=rus-srb": INDIA,
    "supplier=RUS": SERBIA, "supplier=Россия": SERBIA, "supplier=united states": INDIA,
    "recipient=Serbia,IND": f"{SERBIA} {INDIA}", "recipient__not=Serbia": INDIA,
    "system=pantsir-s1": SERBIA, "system=SA-22": SERBIA, "system=панцирь": SERBIA, "system=pantsir": SERBIA,
    "system__not=pantsir": INDIA, "measure=quantity_ordered": "¶1 ¶5",
    "measure=date_agreed,tiv_unit": "¶2 ¶6", "measure__not=date_agreed": "¶1 ¶3 ¶4 ¶5 ¶6",
    "minimum=6": "¶1", "minimum__gte=10": "¶4", "maximum__lte=8": "¶1 ¶6", "maximum=12.5": "",
    "maximum__isnull=true": "¶2 ¶3 ¶5", "minimum__isnull=true": "¶2 ¶3", "unit=battery": "¶1",
    "unit__isnull=true": "¶2 ¶3 ¶4 ¶6", "unit__not=battery": "¶5", "currency=USD": "¶4",
    "currency__isnull=false": "¶4", "as_of__is=2019": "¶5", "as_of__isnull=false": "¶5",
    "as_of__not=2020": "¶5", "source=reuters": SERBIA, "source__not=reuters": INDIA,
    "source__contains=OTHER": INDIA, "publisher=Reuters": SERBIA, "title__contains=GETS": SERBIA,
    "authors__contains=petroviĆ": SERBIA, "agencies=AFP": SERBIA, "agencies__isnull=true": INDIA,
    "published=2019-10-24": SERBIA, "published__not=2019-10-24": INDIA,
    "published=2021-03": INDIA, "published__lte=2020": SERBIA,
    "url=https://example.org/a": SERBIA, "archived_url__isnull=false": SERBIA, "language=de": SERBIA,
    "reliability=C": SERBIA, "reliability__not=C": INDIA, "origin_of=story": SERBIA,
    "sha256__isnull=false": SERBIA, "locator=¶2": "¶2", "locator=¶2&locator=¶5": "¶2 ¶5",
    "excerpt__contains=SIX BATTERIES": "¶1", "attributed_to=Minister": "¶1",
    "attributed_to__isnull=false": "¶1", "credibility=1": "¶1", "credibility__gte=3": "¶5",
    "credibility__not=2": "¶1 ¶5", "preferred=true": "¶1", "preferred=false": "¶2 ¶3 ¶4 ¶5 ¶6",
    "note__contains=ours": "¶1", "date=2019": "¶2 ¶3", "date=2019&certain=true": "¶2",
    "date__gte=2020": "¶3", "date__lte=2019": "¶2 ¶3", "date__gte=2019&certain=true": "¶2 ¶3",
    "date__not=2019": "¶3", "date__isnull=false": "¶2 ¶3",
    "period=2018": "¶5", "part=usa-ind-f-16-2018": "¶5", "period__isnull=true": "¶1 ¶2 ¶3 ¶4 ¶6",
    "date_latest__isnull=true&date__isnull=false": "¶3", "date_earliest__gte=2019-08-01": "",
    "q=six batteries": "¶1", "q=minister": "¶1", "q=serbia": SERBIA, "q=sa-22": SERBIA,
    "q=serbia india": "", "q=f-16&measure=tiv_unit": "¶6",
    "revision__gte=1": f"{SERBIA} {INDIA}", "revision__lte=0": "",
}  # fmt: skip
#: An edit of the claim or of its transfer that leaves what is claimed, and where it stands.
EDITS = {
    "minimum": 5, "maximum": 7, "excerpt": "other words", "attributed_to": "Minister", "credibility": 5,
    "preferred": True, "note": "ours",
}  # fmt: skip
#: What tells two claims of a transfer apart.
APART = {"measure": "delivered", "locator": "¶2", "unit": "battery", "as_of": "2018", "source": "another"}


def serbia():
    factories.party("RUS", aliases=("Россия",))
    family = factories.system("pantsir", aliases=("Панцирь",))
    variant = factories.system("pantsir-s1", aliases=("SA-22",), variant_of=family)
    cited = factories.source("reuters", **SOURCE)
    transfer = factories.transfer("rus-srb", system=variant, occasion="Slavic Shield")
    words = {"excerpt": "Six batteries", "attributed_to": "Minister", "credibility": 1, "note": "ours"}
    at = {"transfer": transfer, "source": cited}
    factories.quantity("ordered", 6, unit="battery", locator="¶1", preferred=True, **at, **words)
    factories.date("agreed", "2019-07", locator="¶2", **at)
    factories.date("delivered", "2019-07/..", locator="¶3", **at)
    factories.valuation("deal_value", 2_500_000_000, locator="¶4", **at)
    return transfer


def india():
    transfer = factories.transfer("usa-ind", supplier="USA", recipient="IND", system="f-16")
    at = {"transfer": transfer, "source": factories.source("other", published="2021")}
    open_end = {"number": None, "minimum": 2, "unit": "aircraft", "as_of": "2019", "period": "2018/2019"}
    open_end["part"] = "usa-ind-f-16-2018"
    factories.quantity("ordered", locator="¶5", credibility=3, **at, **open_end)
    factories.valuation("tiv_unit", 4, locator="¶6", **at)
    return transfer


@pytest.fixture
def register():
    snapshots.load_once("transfers with claims", lambda: publish.publish([serbia(), india()], "new"))
    return list(Transfer.objects.order_by("pk"))


def only(client):
    """Return the identifier of the one claim there is."""
    [claim] = results(client, CLAIMS)
    return claim["claim"]


class TestRow:
    def test_its_fields_are_those_of_the_dictionary_in_their_order(self, client, register):
        assert list(results(client, CLAIMS)[0]) == fields.list_names(fields.CLAIM)

    def test_it_names_transfer_parties_and_system(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶1")
        where = [claim[name] for name in ("transfer", "supplier", "recipient", "system")]
        assert where == ["rus-srb", "RUS", "SRB", "pantsir-s1"]

    def test_it_shows_its_source(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶1")
        assert {name: claim[name] for name in ("source", *SOURCE)} == {"source": "reuters", **SOURCE}

    def test_it_shows_where_the_words_stand_and_the_words(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶1")
        shown = [claim[name] for name in ("locator", "excerpt", "attributed_to", "note")]
        assert shown == ["¶1", "Six batteries", "Minister", "ours"]

    def test_it_shows_the_grades(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶1")
        assert (claim["reliability"], claim["credibility"], claim["preferred"]) == ("C", 1, True)

    def test_it_shows_the_number_and_its_unit(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶1")
        assert (claim["minimum"], claim["maximum"], claim["unit"]) == (6, 6, "battery")

    def test_an_open_maximum_is_null(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶5")
        assert (claim["minimum"], claim["maximum"], claim["as_of"]) == (2, None, "2019")

    def test_money_has_its_currency(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶4")
        assert (claim["minimum"], claim["currency"], claim["unit"]) == (2_500_000_000, "USD", None)

    def test_a_date_has_its_first_and_last_day(self, client, register):
        [claim] = results(client, f"{CLAIMS}?locator=¶2")
        assert [claim[f"date{end}"] for end in ("", "_earliest", "_latest")] == [
            "2019-07", "2019-07-01", "2019-07-31",
        ]  # fmt: skip

    def test_what_is_absent_is_null_and_never_an_empty_text(self, client, register):
        assert not [claim for claim in results(client, CLAIMS) if "" in claim.values()]

    def test_the_csv_cells_are_the_json_values(self, client, register):
        rows = [[cell(value) for value in claim.values()] for claim in results(client, CLAIMS)]
        assert table(client, f"{CLAIMS}.csv") == (fields.list_names(fields.CLAIM), rows)


@pytest.mark.parametrize(("query", "locators"), FILTERS.items())
def test_claims_are_filtered(client, register, query, locators):
    selected = sorted(claim["locator"] for claim in results(client, f"{CLAIMS}?{query}"))
    assert " ".join(selected) == locators


#: Numbers by year come with deliveries, whose tests have them.
FILTERED = [name for name in fields.list_names(fields.CLAIM) if name != "by_year"]


@pytest.mark.parametrize("name", FILTERED)
def test_each_field_finds_a_claim_by_its_own_value(client, register, name):
    number = 5 if name.startswith(("as_of", "part", "period")) else 2 if "date" in name else 1
    [claim] = results(client, f"{CLAIMS}?locator=¶{number}")
    wanted = {"currency": "USD"}.get(name, cell(claim[name]))
    assert results(client, f"{CLAIMS}?{filters.RESERVED.get(name, name)}={wanted}")


@pytest.mark.parametrize("ending", ["", "__not", "__gte", "__lte"])
@pytest.mark.parametrize("name", ["published", "as_of", "date"])
def test_every_date_of_a_claim_is_filtered_by_what_it_allows(client, register, name, ending):
    parameter = filters.RESERVED.get(f"{name}{ending}", f"{name}{ending}")
    assert client.get(f"{CLAIMS}?{parameter}=2019&certain=true").status_code == 200


@pytest.mark.parametrize("query", ["system=S-999", "measure=quantity_orderd", "supplier=Rusia", "sorce=a"])
def test_what_cannot_be_answered_is_refused(client, register, query):
    assert client.get(f"{CLAIMS}?{query}").status_code == 400


class TestPages:
    def test_the_pages_hold_each_claim_once(self, client, register):
        identifiers, address = [], f"{CLAIMS}?page_size=1&ordering=measure"
        while address:
            body = client.get(address).json()
            identifiers += [claim["claim"] for claim in body["results"]]
            address = body["next"]
        assert sorted(identifiers) == sorted(claim["claim"] for claim in results(client, CLAIMS))

    @pytest.mark.parametrize("start", ["", "-"])
    def test_claims_without_the_value_come_last(self, client, register, start):
        units = [claim["unit"] for claim in results(client, f"{CLAIMS}?ordering={start}unit")]
        assert [unit is None for unit in units] == [False, False, True, True, True, True]

    def test_the_count_is_that_of_all_pages(self, client, register):
        assert client.get(f"{CLAIMS}?page_size=1").json()["count"] == 6


class TestPublished:
    def test_there_are_as_many_claims_as_curated_ones(self, client, register):
        curated = sum(model.objects.count() for model in (Quantity, TransferDate, Valuation))
        assert client.get(CLAIMS).json()["count"] == curated

    def test_claims_of_a_draft_never_show(self, client, register):
        factories.quantity(transfer=factories.transfer("draft"))
        assert client.get(f"{CLAIMS}?transfer=draft").status_code == 400
        assert "draft" not in {claim["transfer"] for claim in results(client, CLAIMS)}

    def test_a_draft_claim_of_a_published_transfer_does_not_show(self, client, register):
        factories.quantity("delivered", transfer=register[0], locator="¶9")
        assert not results(client, f"{CLAIMS}?locator=¶9")

    def test_a_deleted_claim_shows_until_it_is_published(self, client, register):
        register[1].valuations.all().delete()
        assert len(results(client, f"{CLAIMS}?transfer=usa-ind")) == 2
        publish.publish([register[1]], "less")
        assert len(results(client, f"{CLAIMS}?transfer=usa-ind")) == 1

    def test_claims_of_a_withdrawn_transfer_do_not_show(self, client, register):
        publish.withdraw([register[0]], "wrong")
        assert {claim["transfer"] for claim in results(client, CLAIMS)} == {"usa-ind"}

    def test_a_changed_source_shows_in_its_claims(self, client, register):
        Source.objects.filter(key="other").update(title="New title")
        publish.refresh(Source.objects.get(key="other"), "title")
        assert len(results(client, f"{CLAIMS}?title=New title")) == 2


class TestIdentifier:
    def test_it_is_short_and_plain(self, client):
        factories.published()
        assert re.fullmatch("[0-9a-f]{16}", only(client))

    @pytest.mark.parametrize(("name", "value"), EDITS.items())
    def test_it_stays_when_the_rest_of_the_claim_is_edited(self, client, name, value):
        transfer = factories.published()
        before = only(client)
        transfer.quantities.update(**{"maximum": 9, name: value})
        assert publish.publish([transfer], "edit")
        assert only(client) == before

    def test_it_stays_when_the_transfer_is_edited(self, client):
        transfer = factories.published()
        before = only(client)
        Transfer.objects.update(note="other", recipient=factories.party("IND"), system=factories.system("x"))
        assert publish.publish([transfer], "edit")
        assert only(client) == before

    def test_it_stays_when_the_source_is_renamed(self, client):
        factories.published()
        before = only(client)
        Source.objects.update(title="other", published="2020")
        assert publish.refresh(Source.objects.get(), "title")
        assert only(client) == before

    @pytest.mark.parametrize(("name", "value"), APART.items())
    def test_it_differs_between_claims(self, client, name, value):
        transfer = factories.transfer()
        one = {"transfer": transfer, "source": "one", "measure": "ordered", "locator": "¶1", "unit": "system"}
        for values in (one, one | {name: value}):
            factories.quantity(**values)
        publish.publish([transfer], "new")
        assert len({claim["claim"] for claim in results(client, CLAIMS)}) == 2

    def test_it_differs_between_transfers(self, client):
        for key in ("a", "b"):
            transfer = factories.transfer(key)
            factories.quantity(transfer=transfer, source="one", locator="¶1")
            publish.publish([transfer], "new")
        assert len({claim["claim"] for claim in results(client, CLAIMS)}) == 2

    def test_it_survives_a_withdrawal_and_republication(self, client):
        transfer = factories.published()
        before = only(client)
        publish.withdraw([transfer], "wrong")
        publish.publish([transfer], "right after all")
        assert only(client) == before

    def test_it_is_the_same_in_two_databases(self, client):
        identified = []
        for others in (0, 3):
            with transaction.atomic():
                for number in range(others):
                    factories.published(f"other-{number}")
                publish.publish([serbia()], "new")
                rows = results(client, f"{CLAIMS}?transfer=rus-srb")
                identified.append([(claim["claim"], claim["locator"]) for claim in rows])
                transaction.set_rollback(True)
        assert identified[0] == identified[1]


@pytest.mark.parametrize(
    ("word", "said"),
    [("Vučić", "Vučić"), ("vucic", "Vučić"), ("VUČIĆ", "Vučić"), ("Vucić", "Vucic"), ("İzmir", "izmir"),
     ("izmir", "İzmir"), ("đorđe", "Đorđe"), ("lodz", "Lódz"), ("sofía", "Sofia")],
)  # fmt: skip
def test_words_are_found_whatever_their_accents(client, word, said):
    record = factories.transfer("one")
    factories.quantity(transfer=record, attributed_to=f"the mayor, {said}")
    publish.publish([record], "new")
    assert client.get("/api/claims", {"q": word}).json()["count"] == 1


def test_another_letter_is_another_word(client):
    record = factories.transfer("one")
    factories.quantity(transfer=record, attributed_to="Vučić")
    publish.publish([record], "new")
    assert client.get("/api/claims", {"q": "vudic"}).json()["count"] == 0
