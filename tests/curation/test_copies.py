"""Articles that share most of their words."""

import pytest
from django.urls import reverse

from tests.support import factories
from transfers.curation.copies import list_copies
from transfers.evidence.likeness import build_sketch, estimate_likeness
from transfers.models import ArticleText

STORY = " ".join(f"Officials of place {number} spoke of {number * 7} systems." for number in range(60))
OTHER = " ".join(f"Farmers near town {number} grew {number * 3} apples." for number in range(60))


def compare(one, other):
    return estimate_likeness(build_sketch(one), build_sketch(other))


def test_a_text_is_like_itself_however_it_is_spaced_and_spelled():
    assert compare(STORY, STORY.upper().replace(" ", "\n")) == 1


def test_a_copy_with_another_headline_and_end_is_alike():
    half = STORY[: len(STORY) * 3 // 4]
    assert compare(STORY, f"Another headline\n\n{half}") > 0.5


def test_other_texts_are_not_alike():
    assert compare(STORY, OTHER) < 0.1


@pytest.mark.parametrize("text", ["", "Six", "Six tanks came"])
def test_a_text_of_few_words_is_like_nothing(text):
    assert compare(text, text) == 0


@pytest.fixture
def article():
    one, two, three = (factories.source(key) for key in ("one", "two", "three"))
    ArticleText.objects.create(source=two, text=f"Headline\n\n{STORY}")
    ArticleText.objects.create(source=three, text=OTHER)
    return ArticleText.objects.create(source=one, text=STORY)


@pytest.mark.django_db
def test_copies_are_listed_with_the_story_that_both_may_name(article):
    [copy] = list_copies(article)
    assert (copy.source.key, copy.origin, copy.is_one_story) == ("two", "two", False)
    assert copy.percent > 90


@pytest.mark.django_db
def test_sources_that_name_one_story_count_as_one(article):
    for key in ("one", "two"):
        source = factories.source(key)
        source.origin_of = "a-story"
        source.save()
    [copy] = list_copies(ArticleText.objects.get(source__key="one"))
    assert copy.is_one_story


@pytest.mark.django_db
def test_the_page_of_an_article_proposes_the_story(client, article):
    client.force_login(factories.user("curator"))
    answer = client.get(reverse("admin:transfers_articletext_change", args=[article.pk])).content.decode()
    assert "Much the same words" in answer
    assert "<q>two</q>" in answer
