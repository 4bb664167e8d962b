"""Articles added with their source on one page: pasted, from a file, or from an address."""

import hashlib
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.support import factories
from transfers.curation import fetching
from transfers.evidence.documents import Document
from transfers.models import ArticleText, Source

pytestmark = pytest.mark.django_db
TEXT = "# Arms for Serbia\n\n24 October 2019\n\nSix systems came.\n"
ADDRESS = "https://www.gazette.example/2019/10/25/arms-for-serbia"
NEW = {
    "new_publisher": "Gazette", "new_title": "Arms", "new_published": "2019-10-24", "new_language": "en",
    "new_reliability": "B", "new_key": "gazette-2019-10-24-arms",
}  # fmt: skip


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


def add(client, **values):
    return client.post(reverse("admin:transfers_articletext_add"), {"text": "", **values}, follow=True)


def body(answer):
    return unescape(answer.content.decode())


def read_form(answer):
    form = answer.context["adminform"].form
    return {name: form[name].value() for name in form.fields}


def test_a_new_source_is_proposed_from_the_first_lines(curator):
    values = read_form(add(curator, text=TEXT))
    assert values["new_title"] == "Arms for Serbia"
    assert values["new_published"] == "2019-10-24"
    assert values["new_key"] == "2019-10-24-arms-for-serbia"
    assert not ArticleText.objects.exists()


def test_publisher_and_date_are_proposed_from_the_address(curator):
    values = read_form(add(curator, text="Arms for Serbia\n\nSix came.", address=ADDRESS))
    assert (values["new_publisher"], values["new_published"]) == ("gazette.example", "2019-10-25")
    assert values["new_url"] == ADDRESS
    assert values["new_key"] == "gazetteexample-2019-10-25-arms-for-serbia"


def test_an_earlier_source_of_the_same_place_says_whose_it_is(curator):
    factories.source(publisher="The Gazette", url="https://gazette.example/1", reliability="C")
    values = read_form(add(curator, text=TEXT, address=ADDRESS))
    assert (values["new_publisher"], values["new_reliability"]) == ("The Gazette", "C")


def test_what_was_entered_goes_before_what_is_proposed(curator):
    assert read_form(add(curator, text=TEXT, new_title="My title"))["new_title"] == "My title"


def test_the_language_is_proposed_by_the_script(curator):
    assert read_form(add(curator, text="Шесть систем С-400 прибыли в Сербию."))["new_language"] == "ru"


def test_a_key_that_is_taken_is_numbered(curator):
    factories.source("2019-10-24-arms-for-serbia")
    assert read_form(add(curator, text=TEXT))["new_key"] == "2019-10-24-arms-for-serbia-2"


def test_the_source_is_saved_with_its_article(curator):
    add(curator, text=TEXT, **NEW)
    source = Source.objects.get()
    assert ArticleText.objects.get().source == source
    assert source.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert "Added with its article" in source.history.values_list("history_change_reason", flat=True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"new_key": "No Key"}, "valid"),
        ({"new_published": "soon"}, "date"),
        ({"new_language": "English"}, "3"),
    ],
)
def test_a_wrong_source_is_refused_and_nothing_saved(curator, wrong, message):
    answer = add(curator, text=TEXT, **NEW | wrong)
    assert message in body(answer)
    assert not Source.objects.exists()
    assert not ArticleText.objects.exists()


def test_a_source_that_is_there_needs_no_new_one(curator):
    add(curator, text=TEXT, source=factories.source("gazette").pk)
    assert ArticleText.objects.get().source.key == "gazette"


def test_a_file_is_read(curator):
    add(curator, file=SimpleUploadedFile("a.txt", TEXT.encode("utf-16")), source=factories.source().pk)
    assert ArticleText.objects.get().text == TEXT


def test_the_text_of_a_file_is_shown_when_the_source_is_asked_for(curator):
    values = read_form(add(curator, file=SimpleUploadedFile("a.txt", TEXT.encode())))
    assert values["text"] == TEXT


def test_a_file_that_cannot_be_read_is_refused_in_words(curator):
    answer = add(curator, file=SimpleUploadedFile("a.txt", b"\xff\xfa"), source=factories.source().pk)
    assert "The file is not UTF-8" in body(answer)


def test_pasted_markup_is_cleaned(curator):
    pytest.importorskip("lxml")
    add(curator, text="<p>Six <b>tanks</b></p><script>x</script>", source=factories.source().pk)
    assert ArticleText.objects.get().text == "Six tanks\n"


def test_an_address_is_not_fetched_unless_the_setting_allows_it(curator, monkeypatch):
    monkeypatch.setattr(fetching, "fetch_document", lambda url: pytest.fail("fetched"))
    assert "Paste the text of the article" in body(add(curator, address=ADDRESS))


def test_an_address_is_fetched_where_the_setting_allows_it(curator, monkeypatch, settings):
    settings.ARTICLE_FETCH = True
    monkeypatch.setattr(fetching, "fetch_document", lambda url: Document(TEXT, publisher="Gazette"))
    values = read_form(add(curator, address=ADDRESS))
    assert (values["text"], values["new_publisher"]) == (TEXT, "Gazette")


def test_the_list_is_filtered_by_what_is_open(curator):
    for key, count in (("one", 0), ("two", 3)):
        ArticleText.objects.create(source=factories.source(key), text="x", open_figures=count)
    address = reverse("admin:transfers_articletext_changelist")
    keys = [article.source.key for article in curator.get(f"{address}?state=open").context["cl"].result_list]
    assert keys == ["two"]
