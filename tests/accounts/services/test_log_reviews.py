"""A week of the log is decided line by line, by somebody else, and stays as it was signed."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction

from accounts.ids import uuid7
from accounts.models import (
    LogReview,
    LogReviewLine,
    LogReviewMark,
    LogReviewSignature,
    Membership,
    OutgoingMail,
    Role,
    RoleGrant,
)
from accounts.selectors import log_reviews as found
from accounts.services import log_reviews as services
from accounts.tenancy import practice_scope
from audit.models import Event
from audit.selectors import log
from tests.accounts.weeks import (
    LATER,
    Says,
    all_decided,
    did,
    old_week,
    open_week,
    roomy_week,
    say,
)
from tests.houses import House
from tests.ledger.raw import execute

INSERT_MARK = (
    "INSERT INTO accounts_logreviewmark (id, line_id, turn, says, marked_at, marked_by_id)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)


@pytest.fixture
def by(administrator: Membership) -> Membership:
    return administrator


@pytest.fixture
def review(practice: House, by: Membership) -> LogReview:
    """A week in which the desk opened two records and the administrator one."""
    did(practice, practice.people["front-desk"], count=2)
    did(practice, by)
    return open_week(practice)


def line_of(review: LogReview, member: Membership) -> LogReviewLine:
    return review.lines.filter(person_id=member.person_id, kind="RANDOM").order_by("position")[0]


def second_reviewer(house: House) -> Membership:
    """Give the auditor the right too, in the open scope."""
    other = house.people["auditor"]
    RoleGrant.objects.create(
        member=other,
        role=Role.objects.get(slug="administrator"),
        granted_at=LATER,
        granted_by=house.automaton,
    )
    return other


def test_a_line_is_fine_and_the_week_is_signed(
    practice: House, review: LogReview, by: Membership
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        with pytest.raises(services.StillWaiting, match="wait still"):
            services.sign(review=review, now=LATER, by=by)
        all_decided(review, by)

        services.sign(review=review, now=LATER, by=by)

        signature = LogReviewSignature.objects.get()
        assert (signature.review_id, signature.signed_by_id) == (review.pk, by.pk)
    with practice_scope(practice.id):
        told = log.page(limit=1)[0]
        assert (told.action, told.facts["incidents"]) == ("accounts.log_review.signed", 0)


def test_a_week_without_lines_is_signed_at_once(practice: House, by: Membership) -> None:
    quiet = old_week(practice)
    with practice_scope(practice.id, person_id=by.person_id):
        services.sign(review=quiet, now=LATER, by=by)
        with pytest.raises(services.ReviewSigned):
            services.sign(review=quiet, now=LATER, by=by)


def test_random_lines_that_were_shown_are_fine_in_one_press(
    practice: House, review: LogReview, by: Membership
) -> None:
    desk = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        mine = review.lines.filter(person_id=desk.person_id)
        shown = [line.pk for line in mine.filter(kind="RANDOM")][:1]
        others = [line.pk for line in mine.exclude(kind="RANDOM")]

        for count in (1, 0):
            assert count == services.all_fine(
                review=review, line_ids=shown + others, now=LATER, by=by
            )

        assert [mark.line_id for mark in LogReviewMark.objects.all()] == shown


def test_who_is_asked_answers_before_the_line_is_decided(
    practice: House, review: LogReview, by: Membership
) -> None:
    desk, letters = practice.people["front-desk"], OutgoingMail.objects
    with practice_scope(practice.id, person_id=by.person_id):
        before = letters.count()
        line = line_of(review, desk)
        say(line, Says.ASK, by, "Why this record?")

        assert letters.count() == before + 1
        assert [each.pk for each in found.questions(member=desk)] == [line.pk]
        with pytest.raises(services.OutOfTurn, match="waits for an answer"):
            say(line, Says.FINE, by)
    with practice_scope(practice.id, person_id=desk.person_id):
        say(line, Says.ANSWERED, desk, "They called about their invoice.")
        assert found.questions(member=desk) == []
    with practice_scope(practice.id, person_id=by.person_id):
        say(line, Says.FINE, by, "")
        marks = line.marks.order_by("turn")
        assert [mark.says for mark in marks] == ["ASK", "ANSWERED", "FINE"]
        assert marks[1].own_words == "They called about their invoice."


def test_nobody_answers_for_somebody_else_but_a_reviewer(
    practice: House, review: LogReview, by: Membership
) -> None:
    therapist = practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        line = line_of(review, practice.people["front-desk"])
        say(line, Says.ASK, by)
        with pytest.raises(LogReviewLine.DoesNotExist):
            say(line, Says.ANSWERED, therapist)

        say(line, Says.ANSWERED, by, "She told me on the phone.")


def test_an_incident_stays_on_the_list_until_it_is_closed_with_words(
    practice: House, review: LogReview, by: Membership
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        line = line_of(review, practice.people["front-desk"])
        say(line, Says.INCIDENT, by, "A record of a neighbor.")
        all_decided(review, by)
        services.sign(review=review, now=LATER, by=by)
        assert [each.pk for each in found.incidents(reader=by)] == [line.pk]
        with pytest.raises(services.WordsMissing):
            say(line, Says.CLOSED, by, " ")

        say(line, Says.CLOSED, by, "Spoken with; trained anew.")

        assert found.incidents(reader=by) == []
        with pytest.raises(services.OutOfTurn):
            say(line, Says.CLOSED, by)


@pytest.mark.parametrize("says", [Says.ASK, Says.INCIDENT])
def test_asking_and_reporting_say_why_and_hold_no_card_number(
    practice: House, review: LogReview, by: Membership, says: LogReviewMark.Says
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        line = line_of(review, practice.people["front-desk"])
        for words in ("  ", "4242 4242 4242 4242"):
            with pytest.raises(services.WordsMissing):
                say(line, says, by, words)


def test_where_no_person_acted_nobody_is_asked(practice: House, by: Membership) -> None:
    did(practice, practice.automaton)
    review = open_week(practice)
    with practice_scope(practice.id, person_id=by.person_id):
        line = review.lines.get(person_id=None, kind="RANDOM")
        with pytest.raises(services.NobodyToAsk):
            say(line, Says.ASK, by)
        say(line, Says.FINE, by)


def test_nobody_decides_on_what_they_did_while_a_colleague_can(
    practice: House, review: LogReview, by: Membership
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        other, own = second_reviewer(practice), line_of(review, by)
        for says in (Says.FINE, Says.INCIDENT):
            with pytest.raises(services.NeedsAnotherReviewer, match=other.display_name):
                say(own, says, by)
        left = services.all_fine(review=review, line_ids=[own.pk], now=LATER, by=by)
        assert left == 0

        say(own, Says.INCIDENT, other, "Looked twice.")
        with pytest.raises(services.NeedsAnotherReviewer):
            say(own, Says.CLOSED, by)


def test_who_reviews_alone_decides_on_their_own_lines_too(
    practice: House, review: LogReview, by: Membership
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        say(line_of(review, by), Says.FINE, by)


@pytest.mark.parametrize("says", ["FINE", "INCIDENT"])
def test_the_database_refuses_a_decision_on_ones_own_events(
    practice: House, review: LogReview, by: Membership, says: str
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        own = line_of(review, by)
        second_reviewer(practice)
        if says == "INCIDENT":
            insert = INSERT_MARK.replace("says,", "says, own_words,").replace(
                "%s, %s)", "'x', %s, %s)"
            )
        else:
            insert = INSERT_MARK

        with pytest.raises(IntegrityError, match="their own events"), transaction.atomic():
            execute(insert, uuid7(), own.pk, 1, says, LATER, by.pk)


@pytest.mark.parametrize(
    ("turn", "says"), [(1, "ANSWERED"), (1, "CLOSED"), (2, "FINE"), (0, "FINE")]
)
def test_the_database_lets_a_line_be_decided_in_turn_alone(
    practice: House, review: LogReview, by: Membership, turn: int, says: str
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        line = line_of(review, practice.people["front-desk"])
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(INSERT_MARK, uuid7(), line.pk, turn, says, LATER, by.pk)


def test_the_database_refuses_a_second_decision(
    practice: House, review: LogReview, by: Membership
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        line = line_of(review, practice.people["front-desk"])
        say(line, Says.FINE, by)
        with pytest.raises(IntegrityError, match="in turn"), transaction.atomic():
            execute(INSERT_MARK, uuid7(), line.pk, 2, "FINE", LATER, by.pk)


def test_the_database_refuses_to_sign_what_waits(
    practice: House, review: LogReview, by: Membership
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        say(line_of(review, practice.people["front-desk"]), Says.ASK, by)
        with pytest.raises(IntegrityError, match="once no line waits"), transaction.atomic():
            LogReviewSignature.objects.create(review=review, signed_at=LATER, signed_by=by)


CHANGES = [
    "UPDATE accounts_logreviewsignature SET signed_at = now()",
    "DELETE FROM accounts_logreviewsignature",
    "TRUNCATE accounts_logreviewsignature",
    "UPDATE accounts_logreviewmark SET says = 'INCIDENT', own_words = 'x'",
    "UPDATE accounts_logreviewmark SET own_words = 'x' WHERE own_words IS NULL",
    "DELETE FROM accounts_logreviewmark",
    "TRUNCATE accounts_logreviewmark",
    "UPDATE accounts_logreviewline SET seqs = '{1}'",
    "DELETE FROM accounts_logreviewline",
    "UPDATE accounts_logreview SET seed = ''",
    "DELETE FROM accounts_logreview",
]


@pytest.mark.commits
def test_not_even_the_owner_changes_a_signed_review(practice: House) -> None:
    by = practice.people["administrator"]
    did(practice, practice.people["front-desk"])
    review = open_week(practice)
    with practice_scope(practice.id, person_id=by.person_id):
        all_decided(review, by)
        services.sign(review=review, now=LATER, by=by)

    with connections["owner"].cursor() as cursor:
        for table in ("", "line", "mark", "signature"):
            cursor.execute(f"ALTER TABLE accounts_logreview{table} NO FORCE ROW LEVEL SECURITY")
        for statement in CHANGES:
            with pytest.raises(IntegrityError, match=r"stays|append-only"):
                cursor.execute(statement)


@pytest.mark.parametrize("what", ["mark", "line", "signature"])
def test_the_database_adds_nothing_to_a_signed_review(
    practice: House, review: LogReview, by: Membership, what: str
) -> None:
    with practice_scope(practice.id, person_id=by.person_id):
        line = line_of(review, practice.people["front-desk"])
        say(line, Says.ASK, by)
        say(line, Says.ANSWERED, by)
        say(line, Says.FINE, by)
        all_decided(review, by)
        services.sign(review=review, now=LATER, by=by)

        with pytest.raises(services.ReviewSigned):
            say(line, Says.INCIDENT, by)
        with pytest.raises(IntegrityError), transaction.atomic():
            if what == "mark":
                execute(INSERT_MARK, uuid7(), line.pk, 4, "FINE", LATER, by.pk)
            elif what == "line":
                more = review.line_count + 1
                LogReviewLine.objects.create(
                    review=review, position=more, kind="RANDOM", seqs=line.seqs
                )
            else:
                LogReviewSignature.objects.create(review=review, signed_at=LATER, signed_by=by)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("nothing", ""),
        ("person", "its week and its person"),
        ("week", "its week and its person"),
        ("empty", "the events of its kind"),
        ("several", "the events of its kind"),
        ("position", "as many lines as it says"),
    ],
)
def test_the_database_knows_whose_events_a_line_tells_of(
    practice: House, by: Membership, wrong: str, words: str
) -> None:
    desk = practice.people["front-desk"]
    did(practice, desk)
    roomy, quiet = roomy_week(practice), old_week(practice, lines=9)
    with practice_scope(practice.id, person_id=by.person_id):
        seqs = [Event.objects.filter(person_id=desk.person_id).latest("seq").seq]
        refused = pytest.raises(IntegrityError, match=words) if words else nullcontext()
        with refused, transaction.atomic():
            LogReviewLine.objects.create(
                review=quiet if wrong == "week" else roomy,
                kind="RANDOM",
                position=10 if wrong == "position" else 1,
                person_id=by.person_id if wrong == "person" else desk.person_id,
                seqs={"empty": [], "several": seqs * 2}.get(wrong, seqs),
            )


@pytest.mark.parametrize(
    ("starts", "ends", "refused"),
    [(0, 0, False), (2, -2, False), (-3, 0, True), (3, 0, True), (0, -3, True), (0, 24, True)],
)
def test_the_database_ties_a_review_to_its_calendar_week(
    practice: House, starts: int, ends: int, refused: bool
) -> None:
    begins = datetime(2026, 3, 2, tzinfo=ZoneInfo("America/New_York"))
    bounds = {
        "week_starts_on": begins.date(),
        "starts_at": begins + timedelta(hours=starts),
        # Clocks go forward at the end of this week.
        "ends_at": begins + timedelta(days=7, hours=ends),
    }
    expected = pytest.raises(IntegrityError, match="its calendar week")
    with expected if refused else nullcontext():
        roomy_week(practice, **bounds)


def test_the_database_lets_no_week_be_reviewed_without_a_line_where_records_were_touched(
    practice: House,
) -> None:
    did(practice, practice.people["front-desk"])
    with pytest.raises(IntegrityError, match="has lines to review"):
        roomy_week(practice, line_count=0)

    roomy_week(practice, line_count=1)
