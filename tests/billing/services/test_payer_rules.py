"""What payers want of telehealth: kept by day, suggested, and said where it differs."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.permissions import Permission
from billing.models import Appointment, PayerRule
from billing.selectors import hour_codes, payer_rules, schedule
from billing.services import appointments, codings, series
from billing.services import payer_rules as services
from billing.services.codings import Coding
from clients.models import Client, Payer
from clients.services import payers
from tests.billing import hours, raw
from tests.billing.desk import NOW, TODAY, ZONE
from tests.clients import records


@pytest.fixture
def keystone(desk: Membership) -> Payer:
    return payers.add(name="Keystone", now=NOW, by=desk)


@pytest.fixture
def insured(desk: Membership, amara: Client, keystone: Payer) -> Client:
    """C-0001, whose first insurance is Keystone's."""
    records.coverage(amara, desk)
    return amara


def test_the_rule_that_started_last_counts(desk: Membership, keystone: Payer) -> None:
    hours.wants(keystone, desk, "GT", starts_on=date(2025, 1, 1))
    hours.wants(keystone, desk, "95", starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))

    def wanted(on: date) -> str | None:
        rule = payer_rules.in_force(keystone, "VIDEO", on=on)
        return rule.modifiers if rule else None

    days = [date(2024, 12, 31), date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1)]
    assert [wanted(on) for on in days] == [None, "GT", "95", None]


def test_of_two_that_start_on_one_day_the_last_one_counts(
    desk: Membership, keystone: Payer
) -> None:
    hours.wants(keystone, desk, "GT")
    hours.wants(keystone, desk, "95", now=NOW + timedelta(minutes=1))

    rule = payer_rules.in_force(keystone, "VIDEO", on=TODAY)

    assert rule is not None
    assert rule.modifiers == "95"
    listed = payer_rules.rows(list(payer_rules.all_rules()), on=TODAY)
    assert [(row.wants[:2], row.state) for row in listed] == [("95", "active"), ("GT", "ended")]


def test_the_same_again_makes_no_second_rule(desk: Membership, keystone: Payer) -> None:
    hours.wants(keystone, desk)

    with pytest.raises(services.NothingChanges):
        hours.wants(keystone, desk)
    assert PayerRule.objects.count() == 1


def test_what_cannot_be_wanted_is_refused(desk: Membership, keystone: Payer) -> None:
    with pytest.raises(codings.PlaceNotUsed):
        hours.wants(keystone, desk, place="98")
    with pytest.raises(codings.PlaceNotUsed):
        hours.wants(keystone, desk, place="10", starts_on=date(2021, 12, 31))
    with pytest.raises(services.EndsBeforeItStarts):
        hours.wants(keystone, desk, ends_on=date(2025, 12, 31))


def test_a_form_begins_with_what_the_payer_wants(desk: Membership, insured: Client) -> None:
    hours.wants(Payer.objects.get(), desk, "95", "HO", place="02")

    begun = payer_rules.suggested(insured, "10", on=TODAY)

    assert (begun.place, begun.modifiers) == ("02", ("95", "HO"))


def test_an_hour_in_the_office_begins_without_modifiers(desk: Membership, insured: Client) -> None:
    hours.wants(Payer.objects.get(), desk)

    assert payer_rules.suggested(insured, "11", on=TODAY) == payer_rules.Suggested("11")


def test_who_may_not_know_the_insurance_is_suggested_nothing_of_it(
    desk: Membership, insured: Client
) -> None:
    hours.wants(Payer.objects.get(), desk)

    assert payer_rules.suggested(None, "10", on=TODAY) == payer_rules.Suggested("10")
    assert payer_rules.problem(None, "10", (), on=TODAY) == ""


@pytest.mark.parametrize(
    ("place", "modifiers", "words"),
    [
        ("10", ("95",), ""),
        ("10", ("95", "HO"), ""),
        ("10", (), "From Jan 1, 2026 on, Keystone wants 95"),
        ("10", ("95", "GT"), "From Jan 1, 2026 on, Keystone does not want GT."),
        ("11", (), ""),
        ("10", ("93",), ""),
    ],
)
def test_what_differs_from_the_payers_wish_is_said_in_words(
    desk: Membership, insured: Client, place: str, modifiers: tuple[str, ...], words: str
) -> None:
    hours.wants(Payer.objects.get(), desk)

    said = payer_rules.problem(insured, place, modifiers, on=TODAY)

    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_a_payers_wish_counts_before_what_is_usual(desk: Membership, insured: Client) -> None:
    """Some payers want telehealth at the place of the office."""
    hours.wants(Payer.objects.get(), desk, "95", place="11")

    assert payer_rules.problem(insured, "11", ("95",), on=TODAY) == ""
    assert "wants place 11 Office" in payer_rules.problem(insured, "10", ("95",), on=TODAY)


def test_a_client_who_pays_alone_is_told_what_is_usual(desk: Membership, amara: Client) -> None:
    assert payer_rules.problem(amara, "10", (), on=TODAY) == ""
    assert payer_rules.problem(amara, "11", ("95",), on=TODAY).startswith("95 says telehealth")


def test_lists_say_which_hours_are_telehealth(desk: Membership, amara: Client) -> None:
    planned = hours.planned(amara, desk, starts_at=hours.at(TODAY, 9), place="10")
    office = hours.planned(amara, desk, starts_at=hours.at(TODAY, 10))
    hours.held(hours.planned(amara, desk, starts_at=hours.at(TODAY, 8), place="10"), desk)
    hours.held(hours.planned(amara, desk, starts_at=hours.at(TODAY, 11)), desk, coding=Coding("02"))

    keys = schedule.keys(
        desk, schedule.day(TODAY), on=TODAY, zone=ZONE, permissions=desk_permissions(desk)
    )
    rows = schedule.rows(keys, permissions=desk_permissions(desk))

    where = {row.appointment_id: row.where for row in rows}
    assert (where[planned.pk], where[office.pk]) == ("Telehealth", "")
    assert [row.where for row in rows] == ["", "Telehealth", "", "Telehealth"]


def desk_permissions(_: Membership) -> frozenset[Permission]:
    return frozenset({Permission.CLIENT_VIEW, Permission.CLIENT_VIEW_ALL})


def test_a_series_is_telehealth_in_each_of_its_hours(desk: Membership, amara: Client) -> None:
    series.plan(
        hour=hours.hour(amara, starts_at=hours.at(hours.TOMORROW), place="10"),
        every_weeks=1,
        occurrences=3,
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    assert set(Appointment.objects.values_list("place_of_service", flat=True)) == {"10"}


def test_an_hour_is_not_planned_where_nothing_is(desk: Membership, amara: Client) -> None:
    with pytest.raises(appointments.PlaceNotUsed):
        hours.planned(amara, desk, place="98")


def test_a_session_that_is_held_says_its_place(desk: Membership, amara: Client) -> None:
    session = hours.held(hours.planned(amara, desk, place="10"), desk, coding=Coding("10", ("95",)))

    assert hour_codes.of(session.pk).place_of_service == "10"


def insert(payer: Payer, by: Membership, **changes: object) -> None:
    told = {
        "remote": "VIDEO",
        "place_of_service": "",
        "modifiers": "95",
        "starts_on": TODAY,
        "ends_on": None,
        **changes,
    }
    raw.execute(
        "INSERT INTO billing_payerrule (id, payer_id, set_by_id, set_at, remote,"
        " place_of_service, modifiers, starts_on, ends_on)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        *(uuid7(), payer.pk, by.pk, NOW, *told.values()),
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"place_of_service": "98"}, "place of service 98 is not used"),
        ({"place_of_service": "10", "starts_on": date(2021, 12, 31)}, "is not used on 2021-12-31"),
        ({"remote": "MAIL"}, "by_some_means"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_after_it_starts"),
        ({"modifiers": "95 "}, "four_modifiers"),
    ],
)
def test_the_database_refuses_a_rule_that_cannot_be(
    desk: Membership, keystone: Payer, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        insert(keystone, desk, **changes)


def test_the_database_refuses_an_hour_where_nothing_is(desk: Membership, amara: Client) -> None:
    row = hours.planned(amara, desk)

    with pytest.raises(IntegrityError, match="a place that is not used"), transaction.atomic():
        raw.execute(
            "INSERT INTO billing_appointment (id, client_id, therapist_id, service_code_id,"
            " starts_at, minutes, place_of_service, key, planned_at, planned_by_id)"
            " SELECT %s, client_id, therapist_id, service_code_id, starts_at, minutes, '98', %s,"
            " planned_at, planned_by_id FROM billing_appointment WHERE id = %s",
            *(uuid7(), uuid7(), row.pk),
        )
