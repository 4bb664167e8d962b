"""What people did by week, and what waits the longest."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.support import deals, factories
from transfers.curation import activity, review, workflow
from transfers.models import ArticleText, ReviewNote, history

pytestmark = pytest.mark.django_db


def list_lines(weeks=8):
    """Return what was counted of each person, by week and name."""
    return {
        (total.week, line.person): {name: count for name, count in line.counts.items() if count}
        for total, lines in activity.list_weeks(weeks)
        for line in lines
    }


def get_only_line():
    [counts] = list_lines().values()
    return counts


def test_steps_and_comments_are_counted_by_person():
    curator, reviewer = factories.user("curator", "carl"), factories.user("reviewer", "rita")
    transfer = factories.quantity().transfer
    workflow.move(transfer, "submit", curator, "Read")
    review.comment(transfer, reviewer, "Fine")
    workflow.move(transfer, "publish", reviewer, "Read")
    counts = {person: counts for (_, person), counts in list_lines().items()}
    assert counts == {"carl": {"submit": 1}, "rita": {"comment": 1, "publish": 1}}


def test_claims_of_all_kinds_are_counted():
    with history.record_because("Entered", factories.user("curator")):
        for make in (factories.quantity, factories.date, factories.valuation):
            make()
    assert get_only_line() == {"claims": 3}


def test_an_edit_of_a_claim_is_no_claim():
    with history.record_because("Entered", factories.user("curator")):
        factories.quantity().save()
    assert get_only_line() == {"claims": 1}


def test_claims_of_an_imported_register_are_not_counted():
    with history.record_because("Imported", factories.user("curator")):
        deals.imported()
    assert list_lines() == {}


def test_an_article_is_counted_once_nothing_of_it_is_open():
    curator = factories.user("curator")
    for open_figures in (0, 2):
        ArticleText.objects.create(
            source=factories.source(),
            text="Words.",
            added_by=curator,
            open_figures=open_figures,
            done_figures=3,
        )
    assert get_only_line() == {"articles": 1}


def test_an_edit_of_a_reviewed_transfer_is_no_step():
    workflow.reopen(factories.in_review(), factories.user("curator"), "A new source")
    assert list_lines() == {}


def test_a_week_begins_on_monday():
    curator = factories.user("curator")
    for time in (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)):
        note = ReviewNote.objects.create(transfer=factories.transfer(), kind="submit", user=curator)
        ReviewNote.objects.filter(pk=note.pk).update(time=time)
    weeks = [total.week.date().isoformat() for total, _ in activity.list_weeks(5_000)]
    assert weeks == ["2026-11-23", "2026-11-16"]


def test_what_is_older_than_the_weeks_is_left_out():
    note = ReviewNote.objects.create(
        transfer=factories.transfer(), kind="submit", user=factories.user("curator")
    )
    ReviewNote.objects.filter(pk=note.pk).update(time=timezone.now() - timedelta(weeks=3))
    assert list_lines(weeks=2) == {}


def test_a_week_has_the_sum_of_its_people():
    for name in ("carl", "anna"):
        review.comment(factories.transfer(), factories.user("curator", name), "Fine")
    [(total, lines)] = activity.list_weeks(8)
    assert (total.counts["comment"], [line.person for line in lines]) == (2, ["anna", "carl"])


def test_the_counts_take_the_same_queries_for_many(django_assert_num_queries):
    users = [factories.user("curator", f"curator-{number}") for number in range(5)]
    for user in users:
        with history.record_because("Entered", user):
            transfer = factories.quantity().transfer
        workflow.move(transfer, "submit", user, "Read")
    with django_assert_num_queries(6):
        activity.list_weeks(8)


def test_what_waits_the_longest_comes_first():
    transfers = [factories.quantity().transfer for _ in range(3)]
    for days, transfer in enumerate(transfers):
        workflow.move(transfer, "submit", factories.user("curator", f"curator-{days}"), "Read")
        time = timezone.now() - timedelta(days=days, hours=1)
        ReviewNote.objects.filter(transfer=transfer).update(time=time)
    listed, count = activity.list_waiting(2)
    assert [(item.transfer, item.days, item.submitted_by) for item in listed] == [
        (transfers[2], 2, "curator-2"), (transfers[1], 1, "curator-1"),
    ]  # fmt: skip
    assert count == 3


def test_the_list_names_who_reviews_it():
    reviewer = factories.user("reviewer", "rita")
    transfer = factories.in_review()
    review.assign(transfer, reviewer, reviewer)
    assert activity.list_waiting(1)[0][0].reviewer == "rita"


def test_what_was_submitted_before_there_were_notes_waits_since_its_history_says():
    transfer = factories.in_review()
    assert activity.list_waiting(1)[0][0].since == transfer.history.latest("history_id").history_date


def test_what_waits_takes_two_queries(django_assert_num_queries):
    for _ in range(3):
        factories.in_review()
    with django_assert_num_queries(2):
        activity.list_waiting(20)
