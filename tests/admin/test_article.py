"""The article view: pasted texts, their marks, and the claims made from them."""

import hashlib
import re
from html import unescape

import pytest
from django.apps import apps
from django.urls import reverse

from tests.support import factories
from tests.support.articles import fill_in, get_claim_page, read_proposal
from transfers.models import ArticleText, Quantity, Source, Transfer, TransferDate, Valuation

pytestmark = pytest.mark.django_db
TEXT = "Secretword\n\nRussia agreed to sell six S-400 systems to Serbia for $2.5 billion last year.\n"


def page(name, *arguments):
    return reverse(f"admin:transfers_articletext_{name}", args=arguments)


def as_role(client, role):
    client.force_login(factories.user(role))
    return client


@pytest.fixture
def curator(client):
    return as_role(client, "curator")


@pytest.fixture
def names():
    """Create the parties and the system that the text names."""
    return factories.party("RUS"), factories.party("SRB"), factories.system("s-400")


@pytest.fixture
def article(names):
    return ArticleText.objects.create(source=factories.source("gazette"), text=TEXT)


def body(answer):
    return unescape(answer.content.decode())


def paste(client, text=TEXT, **source):
    record = factories.source("gazette", **source)
    answer = client.post(page("add"), {"source": record.pk, "text": text}, follow=True)
    record.refresh_from_db()
    return answer, record


def test_a_pasted_text_is_kept_as_paste(curator):
    paste(curator, "\n\nTitle\r\n\r\nSix tanks. \r\n")
    assert ArticleText.objects.get().text == "\n\nTitle\n\nSix tanks. \n"


def test_the_digest_of_the_text_stays_with_the_source(curator):
    _, source = paste(curator)
    assert source.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_the_history_says_why_the_digest_was_set(curator):
    _, source = paste(curator)
    assert source.history.first().history_change_reason == "SHA-256 of the article's text as pasted"


def test_another_digest_of_the_source_is_kept_with_a_warning(curator):
    answer, source = paste(curator, sha256="0" * 64)
    assert source.sha256 == "0" * 64
    assert "Please check which text is the right one" in body(answer)


def test_who_added_the_text_is_kept(curator):
    paste(curator)
    assert ArticleText.objects.get().added_by.username == "a curator"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\x07b", "Line 1 contains the control character U+0007"),
        ("a\x00b", "ull characters are not allowed"),
        (" \n", "Paste the text"),
        ("a" * 500_001, "500,001 characters"),
    ],
    ids=["bell", "nul", "empty", "long"],
)
def test_a_text_that_cannot_be_kept_is_refused_in_words(curator, text, message):
    answer, _ = paste(curator, text)
    assert message in body(answer)
    assert not ArticleText.objects.exists()


def test_the_list_tells_the_length(curator, article):
    assert f">{len(TEXT)}</td>" in body(curator.get(page("changelist")))


def test_deleting_the_text_keeps_source_and_digest(curator):
    _, source = paste(curator)
    curator.post(page("delete", ArticleText.objects.get().pk), {"post": "yes"})
    assert not ArticleText.objects.exists()
    assert Source.objects.get(pk=source.pk).sha256


def test_the_deletion_says_that_it_deletes_the_text_only(curator, article):
    assert "This deletes the text only." in body(curator.get(page("delete", article.pk)))


def test_paragraphs_are_numbered(curator, article):
    assert re.findall(r"<h2[^>]*><a[^>]*>(¶\d+)", body(curator.get(page("change", article.pk)))) == [
        "¶1",
        "¶2",
    ]


@pytest.mark.parametrize(
    "meaning", ["system s-400", "party RUS", "number 6 system", "money 2500000000 USD", "date 2018"]
)
def test_each_mark_tells_its_kind_in_text(curator, article, meaning):
    assert f"[{meaning}]" in body(curator.get(page("change", article.pk)))


def test_a_marked_figure_is_a_link_to_its_claim(curator, article):
    assert f'href="{get_claim_page(article, "six")}"' in body(curator.get(page("change", article.pk)))


def test_what_is_recorded_stands_beside_its_paragraph(curator, article):
    factories.valuation(
        transfer=factories.transfer("rus-srb-s-400-2018"), source=article.source, locator="¶2"
    )
    assert "recorded: rus-srb-s-400-2018 deal value 2,500,000,000 USD" in body(
        curator.get(page("change", article.pk))
    )


def test_the_text_of_an_article_is_escaped(curator, names):
    article = ArticleText.objects.create(source=factories.source("x"), text="<script>six tanks</script>")
    assert "<script>six" not in curator.get(page("change", article.pk)).content.decode()


def test_a_claim_is_proposed_with_its_place_and_figure(curator, article):
    values = read_proposal(curator, get_claim_page(article, "six"))
    assert values["claim-locator"] == "¶2"
    assert values["claim-unit"] == "system"
    assert values["claim-number"] == "6"
    assert "six" in values["claim-excerpt"]


def test_a_sum_is_proposed_with_its_currency(curator, article):
    assert read_proposal(curator, get_claim_page(article, "$2.5"))["claim-currency"] == "USD"


def test_a_date_is_proposed_as_edtf(curator, article):
    assert read_proposal(curator, get_claim_page(article, "last year"))["claim-date"] == "2018"


def test_transfers_of_the_names_nearby_are_offered_first(curator, article):
    factories.transfer("rus-ind-s-400-2018", recipient="IND")
    near = factories.transfer("rus-srb-s-400-2018")
    assert read_proposal(curator, get_claim_page(article, "six"))["target-target"] == str(near.pk)


def test_a_new_transfer_is_proposed_from_the_names_nearby(curator, article, names):
    factories.transfer(recipient="TUR")
    values = read_proposal(curator, get_claim_page(article, "last year"))
    wanted = [values["new-supplier"], values["new-recipient"], values["new-system"], values["new-key"]]
    assert wanted == [*(each.pk for each in names), "rus-srb-s-400-2018"]


def test_opening_a_claim_records_nothing(curator, article):
    curator.get(get_claim_page(article, "six"))
    assert not Quantity.objects.exists()


def test_a_number_becomes_a_quantity(curator, article):
    transfer = factories.transfer()
    address = get_claim_page(article, "six")
    answer = curator.post(address, fill_in(curator, address))
    claim = Quantity.objects.get()
    assert answer["Location"] == f"{get_claim_page(article, '$2.5')}&recorded=quantity-{claim.pk}"
    assert (claim.transfer, claim.source, claim.minimum, claim.locator) == (transfer, article.source, 6, "¶2")


def test_a_sum_becomes_a_valuation(curator, article):
    factories.transfer()
    address = get_claim_page(article, "$2.5")
    curator.post(address, fill_in(curator, address, **{"claim-measure": "deal_value"}))
    assert Valuation.objects.get().minimum == 2_500_000_000


def test_a_date_becomes_a_date_claim(curator, article):
    factories.transfer()
    address = get_claim_page(article, "last year")
    curator.post(address, fill_in(curator, address, **{"claim-event": "agreed"}))
    assert TransferDate.objects.get().date == "2018"


def test_the_history_names_the_article(curator, article):
    factories.transfer()
    address = get_claim_page(article, "six")
    curator.post(address, fill_in(curator, address))
    copy = Quantity.objects.get().history.get()
    assert (copy.history_change_reason, copy.history_user.username) == (
        "From the article gazette, ¶2",
        "a curator",
    )


def test_a_new_transfer_is_a_draft(curator, article):
    address = get_claim_page(article, "six")
    form = fill_in(curator, address, **{"target-target": "new", "new-key": "rus-srb-s-400-2018"})
    curator.post(address, form)
    assert Transfer.objects.get(key="rus-srb-s-400-2018").state == "draft"
    assert Quantity.objects.get().transfer.key == "rus-srb-s-400-2018"


def test_another_transfer_may_be_fill_in(curator, article):
    factories.transfer()
    other = factories.transfer("other-one", recipient="TUR")
    address = get_claim_page(article, "six")
    curator.post(address, fill_in(curator, address, **{"target-target": "other", "target-other": other.pk}))
    assert Quantity.objects.get().transfer == other


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"claim-number": "7-6"}, "the first number is above the second"),
        ({"claim-excerpt": "word " * 13}, "at most 12"),
        ({"claim-measure": ""}, "This field is required."),
        ({"target-target": "other"}, "Choose a transfer"),
        ({"target-target": "new", "new-key": "No Key"}, "Enter a valid"),
    ],
    ids=["range", "excerpt", "measure", "transfer", "key"],
)
def test_an_error_shows_everything_that_was_typed(curator, article, wrong, message):
    factories.transfer()
    address = get_claim_page(article, "six")
    form = fill_in(curator, address, **{"claim-note": "my remark"}) | wrong
    answer = body(curator.post(address, form))
    assert message in answer
    assert "my remark" in answer
    assert not Quantity.objects.exists()


def test_a_claim_that_fails_makes_no_transfer(curator, article):
    address = get_claim_page(article, "six")
    form = fill_in(curator, address, **{"target-target": "new", "new-key": "rus-srb-s-400-2018"})
    curator.post(address, form | {"claim-number": "7-6"})
    assert not Transfer.objects.exists()


def test_the_same_claim_twice_is_refused_in_words(curator, article):
    factories.transfer()
    address = get_claim_page(article, "six")
    form = fill_in(curator, address)
    for _ in range(2):
        answer = curator.post(address, form)
    assert "This source's claim of this figure is recorded already." in body(answer)


def test_a_place_without_a_figure_is_not_found(curator, article):
    assert curator.get(f"{page('claim', article.pk)}?mark=0").status_code == 404


def test_a_reviewer_reads_and_makes_no_claim(client, article):
    reviewer = as_role(client, "reviewer")
    assert "mark=" not in body(reviewer.get(page("change", article.pk)))
    assert reviewer.get(get_claim_page(article, "six")).status_code == 403


def test_a_reader_without_permission_sees_no_text(client, article):
    as_role(client, "nobody")
    assert client.get(page("change", article.pk)).status_code == 403


@pytest.mark.parametrize(
    "address",
    ["", "/fields", "/sources", "/transfers", "/claims", "/schema", "/transfers.csv", "/claims.jsonl"],
)
def test_no_text_is_public(client, article, address):
    factories.published()
    answer = client.get(f"/api{address}")
    content = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert b"Secretword" not in content
    assert b"articletext" not in content.lower()


def test_a_long_text_in_any_script_is_kept(curator):
    """Sent percent-encoded, it would be larger than what Django reads of a form."""
    assert 'enctype="multipart/form-data"' in body(curator.get(page("add")))


def test_texts_have_no_history():
    assert not [model for model in apps.get_models() if model.__name__ == "HistoricalArticleText"]


def test_no_public_module_knows_of_texts(settings):
    package = settings.BASE_DIR / "transfers"
    public = [
        *package.glob("api/**/*.py"),
        *package.glob("exports/**/*.py"),
        package / "evidence" / "fixture_files.py",
    ]
    assert [path.name for path in public if "ArticleText" in path.read_text(encoding="utf-8")] == []


def test_no_fixture_holds_a_text(settings):
    fixtures = (settings.BASE_DIR / "fixtures").glob("*.yaml")
    assert [path.name for path in fixtures if "articletext" in path.read_text(encoding="utf-8")] == []


def test_who_made_the_arms_is_marked_as_their_origin(curator, names):
    text = "Serbia gets six Russian-made S-400 systems."
    article = ArticleText.objects.create(source=factories.source("gazette"), text=text)
    assert "[origin RUS]" in body(curator.get(page("change", article.pk)))
