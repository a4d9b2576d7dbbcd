"""Which estimates are due, for whom, and by when. Today is Tuesday, March 3, 2026."""

from datetime import date, timedelta
from uuid import uuid4

from accounts.models import Membership
from accounts.selectors import members
from billing.selectors import estimate_likely, estimates_due
from billing.services import appointments, estimates, series
from clients.models import Client, Restriction
from clients.services import assignments, merges, restrictions
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing import hours
from tests.billing.desk import NOW, TODAY
from tests.clients import records

FRIDAY = date(2026, 3, 6)


def due_of(client: Client, *, on: date = TODAY) -> list[tuple[str, date]]:
    return [(due.cause, due.due_on) for due in estimates_due.of([client.pk], on=on)]


def book(client: Client, by: Membership, on: date) -> None:
    hours.planned(client, by, starts_at=hours.at(on))


def test_days_ahead_decide_by_when(desk: Membership, amara: Client) -> None:
    for name, on, due_on in (
        ("Near", date(2026, 3, 5), None),
        ("Soon", FRIDAY, date(2026, 3, 4)),
        ("Late", date(2026, 3, 17), date(2026, 3, 6)),
    ):
        client = at.client(desk, name)
        book(client, desk, on)
        assert due_of(client) == ([("BOOKED", due_on)] if due_on else []), name


def test_a_series_is_due_once_by_its_earliest_deadline(desk: Membership, amara: Client) -> None:
    series.plan(
        hour=hours.hour(amara, starts_at=hours.at(FRIDAY)),
        every_weeks=1,
        occurrences=52,
        key=uuid4(),
        now=NOW,
        by=desk,
    )

    [due] = estimates_due.of([amara.pk], on=TODAY)
    assert (due.due_on, due.first_on, due.count) == (date(2026, 3, 4), FRIDAY, 52)
    likely = estimate_likely.of(amara, last=date(2027, 3, 2), today=TODAY)
    assert (likely.since, likely.until) == (FRIDAY, FRIDAY + timedelta(weeks=51))
    [item] = likely.items
    assert (item.times, item.charge) == (52, Money(150_00))
    an.estimate(amara, desk, until=date(2027, 3, 2), expected=[an.expected(times=52)])
    assert due_of(amara) == [("BOOKED", date(2026, 3, 4))]  # made, and still to be given


def test_likely_charges_are_the_clients_own_rate(desk: Membership, amara: Client) -> None:
    records.agreement(amara, desk, basis="AGREED", percent=None, amount_cents=120_00)
    book(amara, desk, FRIDAY)

    [item] = estimate_likely.of(amara, last=date(2027, 3, 2), today=TODAY).items
    assert item.charge == Money(120_00)


def test_who_is_insured_is_owed_none(desk: Membership, amara: Client) -> None:
    book(amara, desk, FRIDAY)
    records.coverage(amara, desk)

    assert due_of(amara) == []


def test_an_insurance_that_ends_before_the_day_counts_no_more(
    desk: Membership, amara: Client
) -> None:
    records.coverage(amara, desk, ends_on=date(2026, 3, 5))
    book(amara, desk, FRIDAY)

    assert due_of(amara) == [("BOOKED", date(2026, 3, 4))]


def test_who_does_not_use_their_plan_is_owed_one(desk: Membership, amara: Client) -> None:
    records.coverage(amara, desk)
    book(amara, desk, FRIDAY)
    kind = Restriction.Kind.PAID_IN_FULL
    restrictions.impose(client=amara, kind=kind, now=NOW, by=desk)

    assert due_of(amara) == [("BOOKED", date(2026, 3, 4))]


def test_a_service_that_no_item_names_is_a_change(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)
    an.noted(made, desk)
    book(amara, desk, FRIDAY)
    assert due_of(amara) == []

    other = hours.hour(amara, starts_at=hours.at(date(2026, 3, 9)), code="90837")
    appointments.plan(hour=other, key=uuid4(), now=NOW, by=desk)
    assert due_of(amara) == [("CHANGED", FRIDAY)]
    again = an.estimate(amara, desk, expected=[an.expected(), an.expected(code="90837")])
    assert (again.cause, again.due_on, again.replaces) == ("CHANGED", FRIDAY, made)


def test_what_was_asked_for_is_due_whoever_pays(desk: Membership, amara: Client) -> None:
    records.coverage(amara, desk)
    estimates.ask(client=amara, asked_on=TODAY, key=uuid4(), today=TODAY, now=NOW, by=desk)

    assert due_of(amara) == [("ASKED", FRIDAY)]


def test_hours_that_are_over_make_nothing_due(desk: Membership, amara: Client) -> None:
    book(amara, desk, FRIDAY)

    assert due_of(amara, on=FRIDAY) == [("BOOKED", date(2026, 3, 4))]
    assert due_of(amara, on=FRIDAY + timedelta(days=1)) == []


def test_what_was_cancelled_makes_nothing_due(desk: Membership, amara: Client) -> None:
    planned = hours.planned(amara, desk, starts_at=hours.at(FRIDAY))
    hours.cancelled(planned, desk, told_at=NOW)

    assert due_of(amara) == []


def test_records_of_one_person_are_one(
    desk: Membership, therapist: Membership, amara: Client
) -> None:
    other = at.client(desk, "Okonkwo-Reed")
    book(other, desk, FRIDAY)
    merge = merges.ask(kept=amara, merged=other, now=NOW, by=desk)
    merges.approve(merge=merge, now=NOW, by=therapist)

    [due] = estimates_due.of([amara.pk], on=TODAY)
    assert due.client_id == amara.pk
    an.noted(an.estimate(amara, desk), desk)
    assert due_of(amara) == []


def test_a_therapist_is_told_of_their_own_clients_only(
    desk: Membership, therapist: Membership, amara: Client
) -> None:
    for client in (amara, at.client(desk, "Whitfield")):
        book(client, desk, FRIDAY)
    assignments.assign(client=amara, therapist=therapist, starts_on=TODAY, now=NOW, by=desk)

    def told(member: Membership) -> int:
        permissions = members.permissions_of(member)
        return len(estimates_due.visible_to(member, on=TODAY, permissions=permissions))

    assert (told(desk), told(therapist)) == (2, 1)
