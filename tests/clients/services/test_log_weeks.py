"""Each week of the log has its review, drawn once, with everything that has to be in it."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.ids import uuid7
from accounts.models import LogReview, Membership, OutgoingMail, Practice, Role
from accounts.selectors import log_sample, members
from accounts.selectors.terms import Term
from accounts.services import grants, log_weeks
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event, Touch
from audit.selectors import log, stretches
from audit.services import checkpoints, events
from clients import tasks
from clients.models import Client, EmergencyAccess
from clients.selectors import unassigned
from clients.services import assignments, emergencies
from tests.accounts.weeks import LATER, did, open_week
from tests.audit.chains import KEY
from tests.audit.owner import tamper
from tests.billing import desk
from tests.houses import House

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 10, 5)
NOW = datetime(2026, 10, 13, 15, tzinfo=UTC)
BEGINS = datetime(2026, 10, 5, 0, tzinfo=NEW_YORK)
"""The reviewed week is October 5 to 11; its Monday begins at 4:00 UTC."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=NEW_YORK)


class Past:
    """Puts events of the log at moments of the reviewed week, as nobody could with the product."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.moves: list[tuple[datetime, int, int]] = []

    def did(
        self,
        member: Membership,
        when: datetime,
        action: Action = Action.CLIENT_VIEWED,
        *,
        count: int = 1,
        client: UUID | None = None,
    ) -> list[int]:
        """Let somebody do something at a moment, and return the numbers of the events."""
        with practice_scope(self.house.id):
            before = log.page(limit=1)[0].seq
        with practice_scope(self.house.id, person_id=member.person_id):
            for _ in range(count):
                events.record(action, touched=[client or uuid7()])
        self.moves.append((when, before + 1, before + count))
        return list(range(before + 1, before + count + 1))

    def settle(self) -> None:
        """Move what happened to its moments; what was there before lies a year back."""
        where = f"practice_id = '{self.house.id}'"
        tamper(
            f"UPDATE audit_event SET at = at - interval '1 year' WHERE {where}",
            *(
                f"UPDATE {table} SET at = '{when.isoformat()}'"
                f" WHERE {where} AND seq BETWEEN {first} AND {last}"
                for when, first, last in self.moves
                for table in ("audit_event", "audit_touch")
            ),
        )


@pytest.fixture
def past(practice: House) -> Past:
    return Past(practice)


@pytest.fixture
def mine(practice: House) -> UUID:
    """A client whom the therapist cares for."""
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        client = desk.client(by)
        assignments.assign(
            client=client,
            therapist=practice.people["therapist"],
            starts_on=date(2026, 2, 1),
            now=desk.NOW,
            by=by,
        )
        return client.pk


def seqs_of(review: LogReview, kind: str) -> list[int]:
    return sorted(seq for line in review.lines.filter(kind=kind) for seq in line.seqs)


@pytest.mark.commits
def test_all_that_has_to_be_looked_at_is_in_the_sample(
    practice: House, past: Past, mine: UUID
) -> None:
    """A seeded week with each anomaly: 100 % of the mandatory kinds, and 25 random events."""
    desk_, therapist = practice.people["front-desk"], practice.people["therapist"]
    auditor, accountant = practice.people["auditor"], practice.people["accountant"]
    ordinary = past.did(desk_, at(6, 10), count=40)
    ordinary += past.did(therapist, at(6, 11), client=mine, count=5)
    exports = [
        *past.did(accountant, at(6, 12), Action.REPORT_EXPORTED),
        *past.did(desk_, at(7, 12), Action.CLIENT_EXPORTED, count=12),
        *past.did(desk_, at(8, 12), Action.RECORD_RELEASED),
    ]
    emergencies_ = past.did(therapist, at(8, 9), Action.EMERGENCY_OPENED, count=2)
    stranger = past.did(therapist, at(8, 9, 5), count=4)
    early = past.did(desk_, at(7, 5, 59), count=2)
    late = past.did(accountant, at(7, 22), count=400)
    sunday = past.did(desk_, at(11, 12), count=1)
    edges = past.did(desk_, at(7, 6)) + past.did(desk_, at(7, 21, 59))
    outside = past.did(desk_, at(4, 23, 59)) + past.did(desk_, at(12, 0), count=1)
    past.did(auditor, at(6, 12), Action.LOG_VIEWED, count=1)
    past.settle()

    review = open_week(practice, now=NOW)

    with practice_scope(practice.id):
        assert review.week_starts_on == MONDAY
        assert seqs_of(review, "EXPORT") == sorted(exports)
        assert seqs_of(review, "EMERGENCY") == emergencies_
        assert seqs_of(review, "UNASSIGNED") == emergencies_ + stranger
        assert seqs_of(review, "OFF_HOURS") == sorted(early + late + sunday)
        drawn = seqs_of(review, "RANDOM")
        assert len(drawn) == 25
        week = Touch.objects.filter(at__gte=review.starts_at, at__lt=review.ends_at)
        touching = set(week.values_list("seq", flat=True))
        lots = sorted(touching, key=lambda seq: sha256(f"{review.seed}:{seq}".encode()).digest())
        assert drawn == sorted(lots[:25])
        assert review.touched == len(touching)
        assert touching >= {*ordinary, *late, *edges}
        assert not touching & set(outside)


def draw(review: LogReview, seed: str) -> list[tuple[str, list[int]]]:
    """Draw the sample of a review's week once more."""
    lying = stretches.stretch(review.starts_at, review.ends_at)
    drawn = log_sample.draw(lying, zone=NEW_YORK, seed=seed, unassigned=unassigned.touched)
    return [(each.kind, each.seqs) for each in drawn]


def kept(review: LogReview) -> list[tuple[str, list[int]]]:
    return list(review.lines.order_by("position").values_list("kind", "seqs"))


@pytest.mark.commits
def test_many_events_of_one_person_are_one_line_and_the_same_seed_draws_the_same(
    practice: House, past: Past
) -> None:
    desk_, accountant = practice.people["front-desk"], practice.people["accountant"]
    late = past.did(accountant, at(7, 23), count=400)
    few = past.did(desk_, at(7, 23), count=3)
    past.settle()

    review = open_week(practice, now=NOW)

    with practice_scope(practice.id):
        lines = review.lines.filter(kind="OFF_HOURS").order_by("position")
        assert [line.seqs for line in lines] == [late, *([seq] for seq in few)]
        viewers = review.lines.filter(kind="VIEWER").order_by("position")
        assert [(line.person_id, line.clients) for line in viewers] == [
            (accountant.person_id, 400),
            (desk_.person_id, 3),
        ]
        assert review.line_count == review.lines.count() == 1 + 3 + 2 + 25
        assert draw(review, review.seed) == draw(review, review.seed) == kept(review)
        assert draw(review, "b" * 64) != kept(review)


@pytest.mark.commits
def test_an_assignment_counts_as_it_was_at_the_moment(
    practice: House, past: Past, mine: UUID
) -> None:
    """It begins on the 7th and ends on the 8th; who may see everybody needs none."""
    therapist, other = practice.people["therapist"], practice.people["front-desk"]
    before = past.did(therapist, at(6, 23, 59), client=mine)
    within = past.did(therapist, at(7, 0), client=mine) + past.did(
        therapist, at(8, 20), client=mine
    )
    after = past.did(therapist, at(9, 0), client=mine)
    past.did(other, at(9, 9), client=mine)
    past.settle()
    with practice_scope(practice.id), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE clients_assignment NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE clients_assignment DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE clients_assignment SET starts_on = '2026-10-07', ends_on = '2026-10-08',"
            " ended_at = now(), ended_by_id = assigned_by_id"
        )

    review = open_week(practice, now=NOW)

    with practice_scope(practice.id):
        assert seqs_of(review, "UNASSIGNED") == before + after
        assert not set(within) & set(seqs_of(review, "UNASSIGNED"))


def test_weeks_are_the_practices_own_and_open_when_they_are_over(practice: House) -> None:
    midnight = datetime(2026, 10, 12, 4, tzinfo=UTC)

    def opened(now: datetime) -> list[date]:
        with practice_scope(practice.id):
            done = log_weeks.open_due(
                now=now, by=members.automaton(), unassigned=unassigned.touched
            )
            return [review.week_starts_on for review in done]

    assert opened(midnight + timedelta(minutes=9)) == [date(2026, 9, 28)]
    assert opened(midnight + timedelta(minutes=10)) == [MONDAY]
    assert opened(midnight + timedelta(days=1)) == []
    assert opened(midnight + timedelta(days=15)) == [date(2026, 10, 12), date(2026, 10, 19)]


def test_the_week_in_which_clocks_change_is_an_hour_longer(practice: House) -> None:
    review = open_week(practice, now=datetime(2026, 11, 3, 12, tzinfo=UTC))

    assert review.ends_at - review.starts_at == timedelta(days=7, hours=1)
    assert review.due_on == date(2026, 11, 8)


def test_a_practice_that_was_not_there_yet_has_no_review_of_that_week(practice: House) -> None:
    with practice_scope(practice.id):
        Practice.objects.update(created_at=datetime(2026, 10, 12, 12, tzinfo=UTC))
        done = log_weeks.open_due(now=NOW, by=members.automaton(), unassigned=unassigned.touched)
        assert done == []


def test_a_quiet_week_has_no_lines(practice: House) -> None:
    review = open_week(practice, now=NOW)

    with practice_scope(practice.id):
        assert (review.line_count, review.touched, review.lines.count()) == (0, 0, 0)


def test_the_beat_opens_the_review_of_every_practice(
    practice: House, other_practice: House
) -> None:
    for house in (practice, other_practice):
        for _ in range(2):
            tasks.open_log_reviews_of(practice_id=str(house.id))

    with practice_scope(practice.id):
        assert LogReview.objects.count() == 1


def test_who_reviews_gets_a_letter_for_each_week(practice: House) -> None:
    with practice_scope(practice.id):
        before = OutgoingMail.objects.count()
    open_week(practice)

    with practice_scope(practice.id):
        letters = OutgoingMail.objects.order_by("-id")
        assert letters.count() == before + 1
        assert letters[0].to == "administrator@harbor-lane.example"
        assert "Please review the log of Harbor Lane" in letters[0].subject


def test_an_emergency_is_a_line_of_its_own(practice: House, mine: UUID) -> None:
    therapist = practice.people["therapist"]
    with practice_scope(practice.id, person_id=therapist.person_id):
        emergencies.open_record(
            client=Client.objects.get(pk=mine),
            reason=EmergencyAccess.Reason.CRISIS,
            now=desk.NOW,
            by=therapist,
        )

    review = open_week(practice)

    with practice_scope(practice.id):
        line = review.lines.get(kind="EMERGENCY")
        assert line.person_id == therapist.person_id
        assert Event.objects.get(seq=line.seqs[0]).action == Action.EMERGENCY_OPENED


def test_every_act_that_takes_much_away_is_among_the_exports() -> None:
    """A new one whose name says so is in the sample from its first day."""
    taking = {"downloaded", "exported", "fetched", "printed", "released", "taken"}

    found = {action for action in Action if action.rpartition(".")[2] in taking}

    # A case that somebody took on is no file; and one paper of one client is not much.
    assert found - log_sample.EXPORTS == {Action.ALERT_TAKEN, Action.DOCUMENT_DOWNLOADED}
    assert log_sample.EXPORTS - found == {Action.EVIDENCE_PACK_MADE}


def test_a_sample_costs_the_same_however_much_happened(
    practice: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lying = stretches.Stretch(LATER - timedelta(days=20), LATER, 0, None)
    did(practice, practice.people["front-desk"])
    for count in (1, 200):
        did(practice, practice.people["therapist"], count=count)
        with practice_scope(practice.id), django_assert_num_queries(11):
            log_sample.draw(lying, zone=NEW_YORK, seed="s", unassigned=unassigned.touched)


@pytest.mark.parametrize(
    ("begins", "ends", "strangers"), [(1, 2, 3), (-2, -1, 3), (-1, 1, 0)], ids=str
)
def test_a_role_for_a_time_opens_records_within_its_time_alone(
    practice: House, begins: int, ends: int, strangers: int
) -> None:
    by, therapist = practice.people["administrator"], practice.people["therapist"]
    now = timezone.now()
    with practice_scope(practice.id, person_id=by.person_id):
        grants.hold_for(
            member=therapist,
            role=Role.objects.get(slug="front-desk"),
            term=Term(now + timedelta(hours=begins), now + timedelta(hours=ends)),
            now=now,
            by=by,
        )
    did(practice, therapist, count=3)

    lying = stretches.Stretch(LATER - timedelta(days=20), LATER, 0, None)
    with practice_scope(practice.id):
        assert len(unassigned.touched(lying, NEW_YORK)) == strangers


def test_signed_checkpoints_bound_what_is_read(practice: House, tmp_path: Path) -> None:
    """Of a log of five million events, a week is read and no more."""
    with practice_scope(practice.id):
        checkpoints.write(signer=KEY, directories=[tmp_path / "a", tmp_path / "b"], now=NOW)
        signed = log.page(limit=1)[0].seq
    did(practice, practice.people["front-desk"], count=5)
    with practice_scope(practice.id):
        later = NOW + timedelta(days=7)
        checkpoints.write(signer=KEY, directories=[tmp_path / "a", tmp_path / "b"], now=later)
        lying = stretches.stretch(NOW + timedelta(hours=1), later - timedelta(hours=1))

        assert lying.after_seq == signed
        assert lying.last_seq == signed + 5
