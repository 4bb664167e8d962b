"""The queues: what waits, in the list of transfers and counted on the front page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.support import factories
from transfers.admin.editing import queues
from transfers.curation import notes, review, workflow
from transfers.models import Transfer
from transfers.publication import publish

pytestmark = pytest.mark.django_db


def list_keys(name, user=None):
    """Return the keys of the transfers in the queue, as a user sees it."""
    queue = next(queue for queue in queues.QUEUES if queue.name == name)
    return set(queue.filter(Transfer.objects.all(), user).values_list("key", flat=True))


def publish_with(*claims, **values):
    """Create a transfer, call these functions to add its claims, and publish it."""
    transfer = factories.transfer(**values)
    for make in claims:
        make(transfer)
    publish.publish([transfer], "Test")
    return transfer


def ordered(number, **values):
    return lambda transfer: factories.quantity("ordered", number, transfer=transfer, **values)


def dated(event, text):
    return lambda transfer: factories.date(event, text, transfer=transfer, source=create_source())


def create_source():
    """Create a source of today, which can tell of any day before."""
    return factories.source(published=timezone.localdate().isoformat())


def years_ago(years):
    return (timezone.localdate() - timedelta(days=round(365.25 * years))).isoformat()


def test_in_review():
    factories.published()
    assert {factories.transfer(state="in_review").key} == list_keys("in_review")


def test_what_was_asked_back_waits_for_whoever_submitted_it():
    curator, reviewer = factories.user("curator"), factories.user("reviewer")
    transfer = factories.quantity().transfer
    workflow.move(transfer, "submit", curator, "Read")
    assert list_keys("mine", curator) == set()
    workflow.move(transfer, "return", reviewer, "Which is older?")
    assert list_keys("mine", curator) == list_keys("returned") == {transfer.key}
    assert list_keys("mine", reviewer) == set()


def test_what_was_submitted_again_is_not_asked_back():
    curator = factories.user("administrator")
    transfer = factories.in_review()
    workflow.move(transfer, "return", curator, "Which is older?")
    workflow.move(transfer, "submit", curator, "The second")
    assert list_keys("returned") == set()


def test_what_was_withdrawn_and_taken_up_again_is_not_asked_back():
    anna = factories.user("administrator")
    transfer = factories.in_state(Transfer.State.IN_REVIEW)
    for step in ("return", "withdraw", "revise"):
        workflow.move(transfer, step, anna, "Read")
    assert list_keys("returned") == set()
    transfer.refresh_from_db()
    assert notes.get_return(transfer) is None


def test_what_its_curator_takes_up_by_an_edit_is_not_asked_back():
    transfer = factories.in_review()
    workflow.reopen(transfer, factories.user("curator"), "A new source")
    assert list_keys("returned") == set()


def test_what_is_assigned_waits_for_its_reviewer_while_it_is_in_review():
    reviewer, other = factories.user("reviewer"), factories.user("reviewer", "other")
    transfer, draft = factories.in_review(), factories.transfer()
    for record in (transfer, draft):
        review.assign(record, reviewer, reviewer)
    assert list_keys("mine", reviewer) == {transfer.key}
    review.assign(transfer, other, reviewer)
    assert list_keys("mine", reviewer) == set()


def test_a_mention_waits_until_it_is_answered():
    reviewer, anna = factories.user("reviewer"), factories.user("curator", "anna")
    transfer = factories.in_review()
    review.comment(transfer, reviewer, "@anna, which page?")
    assert list_keys("mine", anna) == {transfer.key}
    review.comment(transfer, anna, "Page 3")
    assert list_keys("mine", anna) == set()


def test_the_front_page_says_why_a_transfer_came_back(client):
    curator = factories.user("curator")
    transfer = factories.quantity().transfer
    workflow.move(transfer, "submit", curator, "Read")
    workflow.move(transfer, "return", factories.user("reviewer"), "Which is older?")
    client.force_login(curator)
    body = client.get(reverse("admin:index")).content.decode()
    assert "Which is older?" in body


def test_disputed_is_where_sources_differ():
    publish_with(ordered(6))
    assert {publish_with(ordered(6), ordered(8)).key} == list_keys("disputed")


def test_one_origin_is_where_nobody_else_says_it():
    publish_with(ordered(6), ordered(6))
    assert {publish_with(ordered(6)).key} == list_keys("one_origin")


def test_what_is_withdrawn_waits_for_no_origin():
    publish.withdraw([publish_with(ordered(6))], "misread")
    assert list_keys("one_origin") == set()


def test_uncited_is_weak():
    assert {factories.transfer().key} == list_keys("weak")


@pytest.mark.parametrize("credibility", [4, 5, 6])
def test_doubtful_claims_alone_are_weak(credibility):
    assert {publish_with(ordered(6, credibility=credibility)).key} == list_keys("weak")


@pytest.mark.parametrize("grade", ["E", "F"])
def test_claims_of_unreliable_sources_alone_are_weak(grade):
    assert {publish_with(ordered(6, source=factories.source("blog", reliability=grade))).key} == list_keys(
        "weak"
    )


def test_one_good_claim_is_enough():
    publish_with(ordered(6, credibility=5), dated("agreed", "2019"))
    assert list_keys("weak") == set()


def test_a_delivery_is_open_for_long_where_the_agreement_is_old():
    publish_with(dated("agreed", years_ago(1.9)))
    assert {publish_with(dated("agreed", years_ago(2.1))).key} == list_keys("open")


def test_a_delivery_is_not_open_for_long_where_the_last_part_came_lately():
    publish_with(dated("agreed", years_ago(9)), ordered(6), _delivered(2, years_ago(1)))
    assert list_keys("open") == set()


def test_a_delivery_is_open_for_long_where_the_last_part_is_old():
    assert {publish_with(ordered(6), _delivered(2, years_ago(3))).key} == list_keys("open")


def test_a_complete_delivery_is_not_open():
    publish_with(ordered(6), _delivered(6, years_ago(3)))
    assert list_keys("open") == set()


def _delivered(number, day):
    def make(transfer):
        factories.quantity("delivered", number, transfer=transfer)
        factories.date("delivered", day, transfer=transfer, source=create_source())

    return make


def test_blocked_is_what_has_no_claim_and_is_not_public():
    factories.quantity()
    assert {factories.transfer().key} == list_keys("blocked")


@pytest.mark.parametrize("queue", queues.QUEUES, ids=lambda queue: queue.name)
def test_a_queue_is_a_filter_of_the_list(admin_client, queue):
    factories.transfer()
    publish_with(ordered(6))
    page = admin_client.get(reverse("admin:transfers_transfer_changelist"), {"queue": queue.name})
    assert set(page.context["cl"].result_list.values_list("key", flat=True)) == list_keys(queue.name)


def test_a_queue_that_there_is_not_filters_nothing(admin_client):
    factories.transfer()
    page = admin_client.get(reverse("admin:transfers_transfer_changelist"), {"queue": "none"})
    assert page.context["cl"].result_count == 1


def test_the_counts_are_those_of_the_queues():
    factories.transfer(state="in_review")
    publish_with(ordered(6), ordered(8))
    assert {queue.name: count for queue, count in queues.count_queues(None)} == {
        queue.name: len(list_keys(queue.name)) for queue in queues.QUEUES
    }


def test_the_counts_take_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        queues.count_queues(None)


@pytest.mark.parametrize("queue", queues.QUEUES, ids=lambda queue: queue.name)
def test_the_front_page_leads_to_every_queue(admin_client, queue):
    body = admin_client.get(reverse("admin:index")).content.decode()
    assert f"?queue={queue.name}" in body


@pytest.mark.parametrize(("role", "shown"), [("curator", True), ("reviewer", True), ("nobody", False)])
def test_the_front_page_shows_queues_to_those_who_may_view_transfers(client, role, shown):
    client.force_login(factories.user(role))
    assert ('id="queues"' in client.get(reverse("admin:index")).content.decode()) == shown
