"""Groups: members by dates, hours with a place for each, and what becomes of each place."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from billing.models import (
    Appointment,
    AppointmentOutcome,
    Group,
    GroupHour,
    GroupMember,
    GroupMemberLeft,
    InvoiceLine,
    MissedFee,
    OutcomeTakenBack,
    Session,
)
from billing.selectors import appointments as waits
from billing.selectors import integrity, missed
from billing.services import (
    appointments,
    group_hours,
    group_marks,
    groups,
    outcomes,
    service_codes,
    sessions,
)
from clients.models import Client
from clients.services import merges
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import grouping, hours
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one
from tests.clients import records

TOMORROW = TODAY + timedelta(days=1)
NEXT_WEEK = TODAY + timedelta(days=7)
IN_TWO_WEEKS = TODAY + timedelta(days=14)


@pytest.fixture
def bo(desk: Membership) -> Client:
    return at.client(desk, grouping.OTHER)


@pytest.fixture
def pair(desk: Membership, amara: Client, bo: Client) -> Group:
    """A group of two from today on."""
    group = grouping.group(desk)
    grouping.joined(group, amara, desk)
    grouping.joined(group, bo, desk)
    return group


def place(hour: GroupHour, client: Client) -> Appointment:
    return Appointment.objects.get(group_hour=hour, client=client)


def is_waiting(hour: GroupHour, client: Client) -> bool:
    return waits.waiting(Appointment.objects.filter(group_hour=hour, client=client)).exists()


def test_an_hour_of_a_group_has_an_appointment_for_each(
    desk: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    [hour] = grouping.planned(pair, desk)

    rows = Appointment.objects.filter(group_hour=hour).order_by("client__code")
    assert [(row.client, row.starts_at, row.minutes) for row in rows] == [
        (amara, hour.starts_at, 60),
        (bo, hour.starts_at, 60),
    ]
    assert {row.therapist for row in rows} == {pair.therapist}


def test_who_came_gets_a_session_of_their_own_at_their_own_fee(
    desk: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    records.agreement(bo, desk, percent=50)
    [hour] = grouping.planned(pair, desk)

    done = grouping.held(hour, desk)

    assert (done.count, done.fees) == (2, Money(97_50))
    held = Session.objects.order_by("client__code")
    assert [(row.client, row.fee) for row in held] == [
        (amara, Money(65_00)),
        (bo, Money(32_50)),
    ]
    bills = [issue_one(sessions=[row], issued_on=TODAY, now=NOW, by=desk) for row in held]
    assert [(bill.client, bill.total) for bill in bills] == [
        (amara, Money(65_00)),
        (bo, Money(32_50)),
    ]
    assert InvoiceLine.objects.count() == 2
    assert list(integrity.findings()) == []


def test_a_second_press_records_nothing(desk: Membership, pair: Group) -> None:
    [hour] = grouping.planned(pair, desk)
    grouping.held(hour, desk)

    assert grouping.held(hour, desk).count == 0
    assert Session.objects.count() == 2


def test_who_did_not_come_pays_what_the_policy_says_and_the_rest_is_one_press(
    desk: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    hours.policy(desk)
    [hour] = grouping.planned(pair, desk, hours.at(TODAY, 9))
    hours.missed(place(hour, bo), desk)

    done = grouping.held(hour, desk)

    assert done.count == 1
    assert [row.client for row in Session.objects.all()] == [amara]
    [fee] = MissedFee.objects.all()
    assert (fee.client, fee.amount) == (bo, Money(75_00))


def test_who_cancels_late_pays_half_and_who_cancels_in_time_nothing(
    desk: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    hours.policy(desk)
    soon, later = grouping.planned(pair, desk, occurrences=2)

    hours.cancelled(place(soon, bo), desk, told_at=NOW)
    hours.cancelled(place(later, amara), desk, told_at=NOW)

    assert [(fee.client, fee.amount) for fee in MissedFee.objects.all()] == [(bo, Money(32_50))]


def test_only_those_whom_the_person_sees_are_marked(
    desk: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    [hour] = grouping.planned(pair, desk)

    grouping.held(hour, desk, among=[place(hour, amara).pk])

    assert is_waiting(hour, bo)
    assert not is_waiting(hour, amara)


def test_nobody_is_marked_by_one_press_without_a_fee_or_before_the_day(
    desk: Membership, pair: Group, amara: Client
) -> None:
    [ahead] = grouping.planned(pair, desk, hours.at(TOMORROW))
    with pytest.raises(sessions.NotYetHeld):
        grouping.held(ahead, desk)
    later = service_codes.add(
        code="GRP", label="Our group", fee=Money(50_00), starts_on=NEXT_WEEK, now=NOW, by=desk
    )
    group = grouping.group(desk, code="G-TUE-1", service_code=later)
    grouping.joined(group, amara, desk)
    [hour] = grouping.planned(group, desk, hours.at(TODAY, 18))
    with pytest.raises(group_marks.NoFee):
        grouping.held(hour, desk)


def test_minutes_at_the_border_of_another_code_are_looked_at_one_by_one(
    desk: Membership, amara: Client
) -> None:
    group = grouping.group(desk, service_code=hours.offered(desk, "90834"), minutes=52)
    grouping.joined(group, amara, desk)
    [hour] = grouping.planned(group, desk)

    with pytest.raises(group_marks.NotSure):
        grouping.held(hour, desk)


def test_two_records_of_one_person_are_one_place(
    desk: Membership, accountant: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    [before] = grouping.planned(pair, desk)
    merge = merges.ask(kept=amara, merged=bo, now=NOW, by=desk)
    merges.approve(merge=merge, now=NOW, by=accountant)

    [hour] = grouping.planned(pair, desk, hours.at(TODAY, 18))
    new = moved(before, desk)

    assert [row.client for row in hour.appointments.all()] == [amara]
    assert [row.client for row in new.appointments.all()] == [amara]
    kinds = missed.standing().filter(appointment__group_hour=before).values_list("kind", flat=True)
    assert sorted(kinds) == ["CANCELLED", "MOVED"]


def test_a_code_that_could_be_a_name_is_refused(desk: Membership) -> None:
    with pytest.raises(groups.CodeNotNeutral):
        grouping.group(desk, code="Amara Okonkwo")


def test_a_series_gives_each_hour_to_who_is_in_the_group_that_day(
    desk: Membership, amara: Client, bo: Client
) -> None:
    group = grouping.group(desk)
    grouping.joined(group, amara, desk)
    grouping.joined(group, bo, desk, joins_on=NEXT_WEEK)

    first, second, third = grouping.planned(group, desk, occurrences=3)

    assert not Appointment.objects.filter(group_hour=first, client=bo).exists()
    assert is_waiting(second, bo)
    assert is_waiting(third, bo)
    assert third.starts_at == hours.at(IN_TWO_WEEKS, 16)


def test_who_joins_later_gets_a_place_in_each_hour_from_then_on(
    desk: Membership, amara: Client, bo: Client
) -> None:
    group = grouping.group(desk)
    grouping.joined(group, amara, desk)
    first, second = grouping.planned(group, desk, occurrences=2)

    grouping.joined(group, bo, desk, joins_on=TOMORROW)

    assert not Appointment.objects.filter(group_hour=first, client=bo).exists()
    assert is_waiting(second, bo)


def test_who_joins_gets_no_place_in_an_hour_that_is_cancelled(
    desk: Membership, amara: Client, bo: Client
) -> None:
    group = grouping.group(desk)
    grouping.joined(group, amara, desk)
    first, second = grouping.planned(group, desk, occurrences=2)
    assert group_hours.cancel(hours=[second], now=NOW, by=desk) == 1

    grouping.joined(group, bo, desk)

    assert is_waiting(first, bo)
    assert not Appointment.objects.filter(group_hour=second, client=bo).exists()


def test_who_leaves_is_expected_no_more_and_pays_for_what_is_too_late(
    desk: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    hours.policy(desk)
    [soon] = grouping.planned(pair, desk, hours.at(TOMORROW, 8))
    [later] = grouping.planned(pair, desk, hours.at(NEXT_WEEK, 8))
    member = GroupMember.objects.get(client=bo)

    done = grouping.left(member, desk)

    assert (done.count, done.late, done.charged) == (2, 1, Money(32_50))
    assert not is_waiting(soon, bo)
    assert not is_waiting(later, bo)
    assert is_waiting(later, amara)
    assert grouping.left(member, desk).count == 0
    with pytest.raises(groups.AlreadyLeft):
        grouping.left(member, desk, NEXT_WEEK)


def test_who_comes_back_is_expected_where_they_gave_up_their_place(
    desk: Membership, pair: Group, bo: Client
) -> None:
    first, second = grouping.planned(pair, desk, hours.at(NEXT_WEEK, 8), occurrences=2)
    hours.cancelled(place(first, bo), desk, told_at=NOW)
    grouping.left(GroupMember.objects.get(client=bo), desk, now=NOW + timedelta(minutes=1))

    grouping.joined(pair, bo, desk, joins_on=TOMORROW, now=NOW + timedelta(minutes=2))

    assert not is_waiting(first, bo), "they had cancelled that one for itself"
    assert is_waiting(second, bo)


def test_nobody_joins_twice_or_too_early_or_leaves_before_they_came(
    desk: Membership, pair: Group, bo: Client
) -> None:
    with pytest.raises(groups.AlreadyIn):
        grouping.joined(pair, bo, desk, joins_on=NEXT_WEEK)
    member = GroupMember.objects.get(client=bo)
    with pytest.raises(groups.LeavesTooEarly):
        grouping.left(member, desk, TODAY - timedelta(days=2))
    other = at.client(desk, "Marsh")
    with pytest.raises(groups.JoinsTooEarly):
        grouping.joined(pair, other, desk, joins_on=TODAY - timedelta(days=1))


def test_who_leaves_today_is_marked_for_today_first(
    desk: Membership, pair: Group, bo: Client
) -> None:
    grouping.planned(pair, desk)

    with pytest.raises(groups.StillToMark):
        grouping.left(GroupMember.objects.get(client=bo), desk, TODAY - timedelta(days=1))


def test_forms_sent_twice_make_one(desk: Membership, amara: Client, bo: Client) -> None:
    key = uuid4()
    group = grouping.group(desk, key=key)
    assert grouping.group(desk, key=key) == group
    with pytest.raises(appointments.KeyReused):
        grouping.group(desk, key=key, code="G-TUE-1")
    with pytest.raises(groups.CodeTaken):
        grouping.group(desk)
    member = grouping.joined(group, amara, desk, key=key)
    assert grouping.joined(group, amara, desk, key=key) == member
    with pytest.raises(appointments.KeyReused):
        grouping.joined(group, bo, desk, key=key)
    made = grouping.planned(group, desk, key=key, occurrences=2)
    assert grouping.planned(group, desk, key=key, occurrences=2) == made
    with pytest.raises(appointments.KeyReused):
        grouping.planned(group, desk, hours.at(TOMORROW), key=key)


def test_a_group_of_nobody_has_no_hours(desk: Membership) -> None:
    with pytest.raises(group_hours.NobodyIsIn):
        grouping.planned(grouping.group(desk), desk)


def test_an_hour_of_a_group_is_one_hour_of_its_therapist(
    desk: Membership, pair: Group, amara: Client
) -> None:
    grouping.planned(pair, desk)
    other = at.client(desk, "Marsh")

    with pytest.raises(appointments.Clash) as refused:
        appointments.plan(
            hour=hours.hour(other, starts_at=hours.at(TODAY, 16, 30)),
            key=uuid4(),
            now=NOW,
            by=desk,
        )
    assert "more" not in str(refused.value)
    with pytest.raises(appointments.Clash):
        grouping.planned(pair, desk, hours.at(TODAY, 16, 30))


def test_a_member_who_is_elsewhere_is_asked_about(
    desk: Membership, amara: Client, bo: Client
) -> None:
    group = grouping.group(desk)
    grouping.joined(group, amara, desk)
    hours.planned(bo, desk, starts_at=hours.at(TOMORROW, 16))
    grouping.planned(group, desk, hours.at(TOMORROW, 16), is_meant=True)

    with pytest.raises(appointments.Clash):
        grouping.joined(group, bo, desk)
    grouping.joined(group, bo, desk, is_meant=True)


def test_an_hour_moves_with_everybody_who_is_expected(
    desk: Membership, pair: Group, amara: Client, bo: Client
) -> None:
    [hour] = grouping.planned(pair, desk)
    hours.cancelled(place(hour, bo), desk, told_at=NOW)
    third = at.client(desk, "Marsh")
    grouping.joined(pair, third, desk, joins_on=TOMORROW)
    key = uuid4()

    new = moved(hour, desk, key=key)

    assert is_waiting(new, amara)
    assert is_waiting(new, third)
    assert not Appointment.objects.filter(group_hour=new, client=bo).exists()
    outcome = missed.standing().get(appointment=place(hour, amara))
    assert outcome.moved_to == place(new, amara)
    assert moved(hour, desk, key=key) == new
    with pytest.raises(appointments.AlreadyMarked):
        moved(hour, desk)


def moved(hour: GroupHour, by: Membership, **changes: object) -> GroupHour:
    told = {"starts_at": hours.at(TOMORROW, 17), "minutes": 60, "key": uuid4()}
    return group_hours.move(hour=hour, **{**told, "now": NOW, "by": by, **changes})  # type: ignore[arg-type]  # by name


def test_an_hour_moves_to_no_day_on_which_somebody_is_not_in_the_group(
    desk: Membership, pair: Group, bo: Client
) -> None:
    [hour] = grouping.planned(pair, desk)
    grouping.left(GroupMember.objects.get(client=bo), desk)

    with pytest.raises(group_hours.NotInGroup):
        moved(hour, desk)


def test_one_place_does_not_move_alone(desk: Membership, pair: Group, amara: Client) -> None:
    [hour] = grouping.planned(pair, desk)

    with pytest.raises(appointments.OfGroup):
        appointments.move(
            appointment=place(hour, amara),
            to=hours.hour(amara, starts_at=hours.at(TOMORROW)),
            key=uuid4(),
            now=NOW,
            by=desk,
        )


def test_what_was_cancelled_is_not_expected_again_of_who_has_left(
    desk: Membership, pair: Group, bo: Client
) -> None:
    [hour] = grouping.planned(pair, desk, hours.at(NEXT_WEEK))
    grouping.left(GroupMember.objects.get(client=bo), desk)
    outcome = missed.standing().get(appointment=place(hour, bo))

    with pytest.raises(outcomes.LeftTheGroup):
        outcomes.take_back(outcome=outcome, now=NOW, by=desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutcomeTakenBack.objects.create(outcome=outcome, taken_back_at=NOW, taken_back_by=desk)


@pytest.mark.parametrize(
    "changes",
    [{"minutes": 50}, {"starts_at": hours.at(TODAY, 17)}],
    ids=["other minutes", "other start"],
)
def test_the_database_holds_places_to_the_hour(
    desk: Membership, pair: Group, changes: dict[str, object]
) -> None:
    [hour] = grouping.planned(pair, desk)
    other = at.client(desk, "Marsh")
    grouping.joined(pair, other, desk, joins_on=TOMORROW)
    GroupMember.objects.create(
        group=pair, client=at.client(desk, "Nolan"), joins_on=TODAY, **who(desk)
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        put(hour, GroupMember.objects.latest("id").client, desk, **changes)
    put(hour, GroupMember.objects.latest("id").client, desk)


def who(by: Membership) -> dict[str, object]:
    return {"id": uuid7(), "key": uuid4(), "added_at": NOW, "added_by": by}


def put(hour: GroupHour, client: Client, by: Membership, **changes: object) -> Appointment:
    told: dict[str, object] = {
        "client": client,
        "therapist": hour.group.therapist,
        "service_code": hour.group.service_code,
        "starts_at": hour.starts_at,
        "minutes": hour.minutes,
        "group_hour": hour,
        "key": uuid4(),
        "planned_at": NOW,
        "planned_by": by,
    }
    return Appointment.objects.create(**{**told, **changes})


def test_the_database_gives_places_to_those_only_who_are_in_the_group(
    desk: Membership, pair: Group, amara: Client
) -> None:
    [hour] = grouping.planned(pair, desk)
    other = at.client(desk, "Marsh")
    grouping.joined(pair, other, desk, joins_on=TOMORROW)

    with pytest.raises(IntegrityError, match="not in the group"), transaction.atomic():
        put(hour, other, desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        put(hour, amara, desk)


def test_the_database_lets_nobody_be_in_a_group_twice(
    desk: Membership, pair: Group, bo: Client
) -> None:
    with pytest.raises(IntegrityError, match="already"), transaction.atomic():
        GroupMember.objects.create(group=pair, client=bo, joins_on=NEXT_WEEK, **who(desk))


def test_the_database_lets_nobody_leave_who_is_expected_still(
    desk: Membership, pair: Group, bo: Client
) -> None:
    grouping.planned(pair, desk, hours.at(NEXT_WEEK))
    member = GroupMember.objects.get(client=bo)

    for last_on in (TODAY, TODAY - timedelta(days=2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            GroupMemberLeft.objects.create(
                member=member, last_on=last_on, noted_at=NOW, noted_by=desk
            )
            check_now()


def check_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_the_database_moves_no_place_out_of_its_group(
    desk: Membership, pair: Group, amara: Client
) -> None:
    [hour] = grouping.planned(pair, desk)
    alone = hours.planned(amara, desk, starts_at=hours.at(TOMORROW))

    with pytest.raises(IntegrityError, match="within the group"), transaction.atomic():
        AppointmentOutcome.objects.create(
            appointment=place(hour, amara),
            kind="MOVED",
            moved_to=alone,
            noted_at=NOW,
            noted_by=desk,
        )


def test_the_database_takes_codes_without_names_only(desk: Membership, pair: Group) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Group.objects.create(
            code="Amara",
            therapist=pair.therapist,
            service_code=pair.service_code,
            minutes=60,
            key=uuid4(),
            made_at=NOW,
            made_by=desk,
        )
