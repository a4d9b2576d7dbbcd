"""The quarterly review: opened by the practice's calendar, decided by somebody else, kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import tasks
from accounts.models import (
    AccessReview,
    AccessReviewItem,
    Membership,
    OutgoingMail,
    Practice,
    Role,
    RoleGrant,
)
from accounts.selectors import members
from accounts.selectors import reviews as found
from accounts.selectors.terms import Term
from accounts.services import grants, reviews, roles
from accounts.services.roles import LastAdministrator
from accounts.tenancy import practice_scope
from audit.selectors import log
from tests.accounts.services.test_terms import move_as_owner
from tests.houses import House

IN_SECOND_QUARTER = datetime(2026, 5, 20, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
# The practice is in New York: its third quarter begins at 4:00 UTC.
THIRD_QUARTER = datetime(2026, 7, 1, 4, tzinfo=UTC)


def open_due(house: House, now: datetime) -> AccessReview | None:
    with practice_scope(house.id):
        return reviews.open_due(now=now, by=members.automaton())


def item_of(member: Membership) -> AccessReviewItem:
    return AccessReviewItem.objects.get(grant__member=member, review__closed_at=None)


def second_administrator(house: House) -> Membership:
    """Let the auditor be an administrator too."""
    by, other = house.people["administrator"], house.people["auditor"]
    with practice_scope(house.id, person_id=by.person_id):
        wanted = list(Role.objects.filter(slug__in=["administrator", "auditor"]))
        grants.hold_exactly(member=other, wanted=wanted, now=IN_SECOND_QUARTER, by=by)
    return other


@pytest.mark.parametrize(
    ("on", "begins"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_a_quarter_begins_with_the_calendar(on: date, begins: date) -> None:
    assert reviews.quarter_begins(on) == begins


def test_each_quarter_opens_one_review_in_the_practices_own_time(practice: House) -> None:
    assert open_due(practice, IN_SECOND_QUARTER) is not None
    assert open_due(practice, IN_SECOND_QUARTER) is None
    with practice_scope(practice.id):
        AccessReview.objects.update(
            closed_at=IN_SECOND_QUARTER, closed_by=practice.people["administrator"]
        )

    assert open_due(practice, THIRD_QUARTER - SECOND) is None
    opened = open_due(practice, THIRD_QUARTER)

    assert opened is not None
    assert opened.due_on == date(2026, 7, 31)


def test_a_review_that_is_open_holds_back_the_next(practice: House) -> None:
    assert open_due(practice, IN_SECOND_QUARTER) is not None

    assert open_due(practice, THIRD_QUARTER) is None
    with practice_scope(practice.id):
        late = found.standing(on=date(2026, 7, 1))
        assert late is not None
        assert late.is_late
        on_time = found.standing(on=date(2026, 6, 19))
        assert on_time is not None
        assert not on_time.is_late


def test_a_new_practice_has_its_first_review_in_the_next_quarter(practice: House) -> None:
    with practice_scope(practice.id):
        Practice.objects.update(created_at=IN_SECOND_QUARTER - timedelta(days=3))

    assert open_due(practice, IN_SECOND_QUARTER) is None
    assert open_due(practice, THIRD_QUARTER) is not None


def test_the_beat_opens_the_review_of_every_practice(
    practice: House, other_practice: House
) -> None:
    for house in (practice, other_practice):
        tasks.open_review_of(practice_id=str(house.id))

    for house in (practice, other_practice):
        with practice_scope(house.id):
            assert AccessReview.objects.count() == 1


def test_a_review_lists_what_people_hold_and_asks_by_letter(practice: House) -> None:
    open_due(practice, IN_SECOND_QUARTER)

    with practice_scope(practice.id):
        review = found.current()
        assert review is not None
        lines = found.lines(review, reader=practice.people["administrator"], now=IN_SECOND_QUARTER)
        assert [line.state for line in lines] == ["waiting"] * 5
        assert {line.role_name for line in lines} == set(
            Role.objects.values_list("name", flat=True)
        )
        assert [line.is_own for line in lines].count(True) == 1
        assert [letter.to for letter in OutgoingMail.objects.all()] == [
            "administrator@harbor-lane.example"
        ]


def test_removing_takes_the_role_at_once(practice: House) -> None:
    by, member = practice.people["administrator"], practice.people["front-desk"]
    open_due(practice, IN_SECOND_QUARTER)

    with practice_scope(practice.id, person_id=by.person_id):
        item = item_of(member)
        reviews.remove(item_id=item.pk, now=IN_SECOND_QUARTER, by=by)
        assert members.roles_of(member) == []
        with pytest.raises(reviews.AlreadyDecided):
            reviews.confirm(item_id=item.pk, now=IN_SECOND_QUARTER, by=by)
    with practice_scope(practice.id):
        assert log.page(limit=1)[0].action == "accounts.access_review.decided"


def test_the_last_administrator_is_not_removed_by_a_review(practice: House) -> None:
    by = practice.people["administrator"]
    open_due(practice, IN_SECOND_QUARTER)

    with practice_scope(practice.id, person_id=by.person_id):
        item = item_of(by)
        with pytest.raises(LastAdministrator), transaction.atomic():
            reviews.remove(item_id=item.pk, now=IN_SECOND_QUARTER, by=by)
        assert found.current() is not None
        assert item_of(by).decision == ""


def test_nobody_decides_on_themselves_while_a_colleague_could(practice: House) -> None:
    by, other = practice.people["administrator"], second_administrator(practice)
    open_due(practice, IN_SECOND_QUARTER)

    with practice_scope(practice.id, person_id=by.person_id):
        mine = item_of(by)
        for act in (reviews.confirm, reviews.remove):
            with pytest.raises(reviews.NeedsAnotherReviewer, match="Auditor of Harbor Lane"):
                act(item_id=mine.pk, now=IN_SECOND_QUARTER, by=by)
    with practice_scope(practice.id, person_id=other.person_id):
        reviews.confirm(item_id=mine.pk, now=IN_SECOND_QUARTER, by=other)
        assert AccessReviewItem.objects.get(pk=mine.pk).decided_by_id == other.pk


@pytest.mark.parametrize("how", ["alone", "other rests"])
def test_who_has_no_colleague_to_ask_decides_alone(practice: House, how: str) -> None:
    by = practice.people["administrator"]
    if how == "other rests":
        other = second_administrator(practice)
        with practice_scope(practice.id):
            long_ago = IN_SECOND_QUARTER - timedelta(days=91)
            Membership.objects.filter(pk=other.pk).update(entered_at=long_ago, created_at=long_ago)
    open_due(practice, IN_SECOND_QUARTER)

    with practice_scope(practice.id, person_id=by.person_id):
        mine = item_of(by)
        reviews.confirm(item_id=mine.pk, now=IN_SECOND_QUARTER, by=by)
        assert AccessReviewItem.objects.get(pk=mine.pk).decision == "CONFIRMED"


def test_a_review_is_finished_when_nothing_waits(practice: House) -> None:
    by = practice.people["administrator"]
    review = open_due(practice, IN_SECOND_QUARTER)
    assert review is not None

    with practice_scope(practice.id, person_id=by.person_id):
        with pytest.raises(reviews.StillWaiting, match="5 lines wait"):
            reviews.close(review=review, now=IN_SECOND_QUARTER, by=by)
        for item in AccessReviewItem.objects.exclude(grant__member=practice.people["auditor"]):
            reviews.confirm(item_id=item.pk, now=IN_SECOND_QUARTER, by=by)
        gone = practice.people["auditor"]
        role = members.roles_of(gone)[0]
        roles.withdraw(member=gone, role=role, now=IN_SECOND_QUARTER, by=by)
        reviews.close(review=review, now=IN_SECOND_QUARTER, by=by)
        past = found.past()[0]
        assert (past.lines, past.removed, past.closed_by) == (5, 1, by.display_name)
        with pytest.raises(reviews.ReviewClosed):
            reviews.close(review=review, now=IN_SECOND_QUARTER, by=by)
        item = AccessReviewItem.objects.filter(decision="CONFIRMED")[0]
        with pytest.raises(reviews.ReviewClosed):
            reviews.remove(item_id=item.pk, now=IN_SECOND_QUARTER, by=by)


@pytest.mark.commits
def test_a_role_that_ended_by_itself_waits_for_nobody(practice: House) -> None:
    by, member = practice.people["administrator"], practice.people["therapist"]
    now = timezone.now()
    term = Term(now - timedelta(hours=2), now + timedelta(hours=1))
    with practice_scope(practice.id, person_id=by.person_id):
        grant = grants.hold_for(
            member=member, role=Role.objects.get(slug="auditor"), term=term, now=now, by=by
        )
    review = open_due(practice, IN_SECOND_QUARTER)
    assert review is not None
    ended_at = now - timedelta(hours=1)
    move_as_owner(
        f"UPDATE accounts_rolegrant SET ends_at = '{ended_at.isoformat()}' WHERE id = '{grant.pk}'"
    )
    with practice_scope(practice.id, person_id=by.person_id):
        item = AccessReviewItem.objects.get(grant=grant)
        line = next(line for line in found.lines(review, reader=by, now=now) if line.pk == item.pk)
        assert (line.state, line.decided_at, line.decided_by) == ("gone", ended_at, "")
        rail = found.standing(on=date(2026, 5, 20))
        assert rail
        assert rail.waiting == 5
        with pytest.raises(reviews.AlreadyDecided):
            reviews.confirm(item_id=item.pk, now=now, by=by)
        for other in AccessReviewItem.objects.exclude(pk=item.pk):
            reviews.confirm(item_id=other.pk, now=now, by=by)

        reviews.close(review=review, now=now, by=by)

        item.refresh_from_db()
        assert (item.decision, item.decided_at) == ("REMOVED", ended_at)
        assert item.decided_by == members.automaton()


def test_one_can_be_started_between_the_quarters_but_never_two(practice: House) -> None:
    by = practice.people["administrator"]
    with practice_scope(practice.id, person_id=by.person_id):
        reviews.start(now=IN_SECOND_QUARTER, by=by)
        with pytest.raises(reviews.AlreadyOpen):
            reviews.start(now=IN_SECOND_QUARTER, by=by)
        assert not OutgoingMail.objects.exists()


def test_the_database_keeps_one_open_review(practice: House) -> None:
    open_due(practice, IN_SECOND_QUARTER)
    with (
        practice_scope(practice.id),
        pytest.raises(IntegrityError, match="one_open"),
        transaction.atomic(),
    ):
        AccessReview.objects.create(opened_at=IN_SECOND_QUARTER, due_on=date(2026, 6, 1))


def test_the_database_keeps_who_decided(practice: House) -> None:
    open_due(practice, IN_SECOND_QUARTER)
    with (
        practice_scope(practice.id),
        pytest.raises(IntegrityError, match="decided_by_someone"),
        transaction.atomic(),
    ):
        AccessReviewItem.objects.update(decision="CONFIRMED")


def test_who_had_left_is_not_reviewed(practice: House) -> None:
    with practice_scope(practice.id):
        gone = practice.people["auditor"]
        Membership.objects.filter(pk=gone.pk).update(
            ended_at=IN_SECOND_QUARTER, ended_by=practice.automaton
        )
        assert RoleGrant.objects.filter(member=gone, withdrawn_at=None).exists()
    open_due(practice, IN_SECOND_QUARTER)

    with practice_scope(practice.id):
        assert not AccessReviewItem.objects.filter(grant__member=gone).exists()
