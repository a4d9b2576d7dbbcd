"""What is done beside a service: codes that go together, own fees, and one invoice."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from billing.models import (
    Invoice,
    InvoiceLine,
    KnownAddOn,
    KnownCode,
    NotBilled,
    ServiceCode,
    Session,
    SessionAddOn,
)
from billing.selectors import add_ons, hour_codes, integrity, schedule, unbilled
from billing.services import add_ons as services
from billing.services import appointments, codings, invoices, not_billed, outcomes, sessions
from billing.services.codings import Coding
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import hours, money, raw
from tests.billing.desk import NOW, TODAY, ZONE
from tests.billing.issuing import issue_one
from tests.clients import records


def crisis(of: Client, by: Membership, minutes: int) -> Session:
    hours.offered(by, "90839", "240.00")
    return sessions.record(
        client=of,
        therapist=members.therapists().get(),
        service_code=ServiceCode.objects.get(code="90839"),
        started_at=hours.at(TODAY, 8),
        minutes=minutes,
        fee=Money(240_00),
        now=NOW,
        by=by,
    )


def issue(by: Membership, *held: Session) -> Invoice:
    return issue_one(sessions=held, issued_on=TODAY, now=NOW, by=by)


def test_an_add_on_has_its_own_fee_and_its_own_line(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)

    row = hours.added(session, desk)
    invoice = issue(desk, session, row.add_on)

    assert invoice.total == Money(165_00)
    lines = InvoiceLine.objects.filter(invoice=invoice).order_by("position")
    assert [(line.service_code.code, line.amount) for line in lines] == [
        ("90834", Money(150_00)),
        ("90785", Money(15_00)),
    ]
    assert list(integrity.findings()) == []


def test_what_is_agreed_with_the_client_counts_for_the_add_on_too(
    desk: Membership, amara: Client
) -> None:
    session = at.session(amara, desk, on=TODAY)
    records.agreement(amara, desk, percent=60)

    assert hours.added(session, desk).add_on.fee == Money(9_00)


def test_an_amount_that_is_agreed_for_the_hour_covers_its_add_ons(
    desk: Membership, amara: Client
) -> None:
    session = at.session(amara, desk, on=TODAY)
    records.agreement(amara, desk, basis="AGREED", percent=None, amount_cents=120_00)

    beside = hours.added(session, desk).add_on

    assert (beside.fee, beside.discount) == (Money(0), Money(15_00))
    assert issue(desk, session, beside).total == Money(150_00)
    assert list(integrity.findings()) == []


def test_a_session_says_its_add_ons_and_an_add_on_where_its_session_was(
    desk: Membership, amara: Client
) -> None:
    session = at.session(amara, desk)
    codings.say(session=session, coding=Coding("10", ("95",)), now=NOW, by=desk)
    beside = hours.added(session, desk).add_on_id

    codes = hour_codes.of_sessions([session.pk, beside])

    assert codes[session.pk] == hour_codes.HourCodes("10", ("95",), ("90785",))
    assert codes[beside] == hour_codes.HourCodes("10", ("95",), ())


def test_one_form_makes_one_add_on(desk: Membership, amara: Client) -> None:
    session, key = at.session(amara, desk), uuid4()

    assert hours.added(session, desk, key=key) == hours.added(session, desk, key=key)
    with pytest.raises(services.KeyReused):
        hours.added(at.session(amara, desk, code="90837"), desk, key=key)
    assert SessionAddOn.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "add_on", "words"),
    [
        ("90847", "90785", "90785 stands beside 90791, 90792"),
        ("90834", "90833", "90833 stands beside 99202"),
        ("90834", "90840", "90840 stands beside 90839, not beside 90834."),
    ],
)
def test_an_add_on_stands_beside_some_codes_only(
    desk: Membership, amara: Client, code: str, add_on: str, words: str
) -> None:
    session = at.session(amara, desk, code=code)

    with pytest.raises(services.DoesNotFit, match=words):
        hours.added(session, desk, add_on)


def test_interactive_complexity_goes_with_therapy_beside_an_office_visit(
    desk: Membership, amara: Client
) -> None:
    hours.offered(desk, "99213", "110.00")
    visit = at.session(amara, desk, code="99213")
    with pytest.raises(services.DoesNotFit):
        hours.added(visit, desk, "90785")

    hours.added(visit, desk, "90836")
    hours.added(visit, desk, "90785")

    assert hour_codes.of(visit.pk).add_ons == ("90836", "90785")


@pytest.mark.parametrize(
    ("minutes", "times"), [(74, 0), (75, 1), (104, 1), (105, 2), (134, 2), (135, 3)]
)
def test_a_crisis_takes_a_further_half_hour_as_its_minutes_allow(
    desk: Membership, amara: Client, minutes: int, times: int
) -> None:
    session = crisis(amara, desk, minutes)

    for _ in range(times):
        hours.added(session, desk, "90840")

    with pytest.raises(services.DoesNotFit, match="90840 is"):
        hours.added(session, desk, "90840")


def test_an_add_on_is_added_once(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    hours.added(session, desk)

    with pytest.raises(services.DoesNotFit, match="90785 is added already"):
        hours.added(session, desk)


def test_an_add_on_is_not_recorded_or_planned_alone(desk: Membership, amara: Client) -> None:
    hours.offered(desk, "90785")

    with pytest.raises(sessions.CodeNotValid, match="90785 is an add-on: record 90791"):
        at.session(amara, desk, code="90785")
    with pytest.raises(appointments.CodeNotValid, match="90785 is an add-on"):
        hours.planned(amara, desk, code="90785")


def test_an_add_on_has_no_add_on(desk: Membership, amara: Client) -> None:
    beside = hours.added(at.session(amara, desk), desk).add_on

    with pytest.raises(services.DoesNotFit, match="an add-on itself"):
        hours.added(beside, desk)


def test_a_session_that_is_billed_takes_no_add_on(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    invoice = issue(desk, session)

    with pytest.raises(services.IsBilled, match=invoice.number):
        hours.added(session, desk)


def test_without_a_fee_nothing_is_added(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk, on=date(2025, 12, 30))

    with pytest.raises(services.NoFee):
        hours.added(session, desk)


def test_a_session_and_its_add_on_are_not_parted(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    beside = hours.added(session, desk).add_on

    for picked in (session, beside):
        with pytest.raises(invoices.KeptBack, match="90785 is billed with its session of 90834"):
            issue(desk, picked)


def test_a_wrong_add_on_is_taken_off_and_added_anew(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    beside = hours.added(session, desk).add_on

    kept = not_billed.keep_back(hour=beside, reason="MISTAKE", now=NOW, by=desk)

    assert isinstance(kept, NotBilled)
    assert hour_codes.of(session.pk).add_ons == ()
    with pytest.raises(not_billed.MarkedByMistake, match="added anew"):
        not_billed.bill_after_all(row=kept, now=NOW, by=desk)

    again = hours.added(session, desk).add_on

    assert issue(desk, session, again).total == Money(165_00)


def test_a_session_is_kept_back_after_its_add_ons(desk: Membership, amara: Client) -> None:
    session = hours.held(hours.planned(amara, desk), desk)
    beside = hours.added(session, desk).add_on

    with pytest.raises(not_billed.AddOnsWait, match="Mark 90785 not to be billed first"):
        not_billed.keep_back(hour=session, reason="MISTAKE", now=NOW, by=desk)
    with pytest.raises(outcomes.StandsOnInvoice):
        outcomes.take_back(outcome=session.outcomes.get(), now=NOW, by=desk)

    not_billed.keep_back(hour=beside, reason="MISTAKE", now=NOW, by=desk)
    not_billed.keep_back(hour=session, reason="MISTAKE", now=NOW, by=desk)
    assert unbilled.of_clients([amara.pk]).tally().count == 0


def test_an_invoice_that_is_voided_bills_both_again(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    beside = hours.added(session, desk).add_on
    invoice = issue(desk, session, beside)
    money.voided(invoice, desk, again=[session, beside])

    assert InvoiceLine.objects.filter(session=beside, turn=2).exists()
    assert list(integrity.findings()) == []


def test_an_add_on_is_no_hour_of_the_day(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk, on=TODAY)
    hours.added(session, desk)
    everything = frozenset({Permission.CLIENT_VIEW, Permission.CLIENT_VIEW_ALL})

    keys = schedule.keys(desk, schedule.day(TODAY), on=TODAY, zone=ZONE, permissions=everything)

    assert [key.pk for key in keys] == [session.pk]


def link(session: Session, beside: Session, by: Membership) -> None:
    raw.execute(
        "INSERT INTO billing_sessionaddon (id, session_id, add_on_id, key, added_at, added_by_id)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        *(uuid7(), session.pk, beside.pk, uuid7(), NOW, by.pk),
    )


def beside_of(session: Session, by: Membership, code: str = "90785") -> Session:
    """Record an add-on's session that stands beside nothing yet."""
    return sessions.record(
        client=session.client,
        therapist=session.therapist,
        service_code=hours.offered(by, code),
        started_at=session.started_at,
        minutes=session.minutes,
        fee=Money(15_00),
        is_beside=True,
        now=NOW,
        by=by,
    )


def test_the_database_refuses_an_add_on_alone(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)

    with pytest.raises(IntegrityError, match="beside another one only"), transaction.atomic():
        beside_of(session, desk)
        raw.check_as_at_commit()


def test_the_database_refuses_codes_that_do_not_go_together(
    desk: Membership, amara: Client
) -> None:
    session = at.session(amara, desk, code="90847")

    with pytest.raises(IntegrityError, match="not stand beside this one"), transaction.atomic():
        link(session, beside_of(session, desk), desk)


def test_the_database_refuses_an_add_on_of_another_hour(desk: Membership, amara: Client) -> None:
    session, other = at.session(amara, desk), at.session(amara, desk, on=date(2026, 2, 18))

    with pytest.raises(IntegrityError, match="of another hour"), transaction.atomic():
        link(session, beside_of(other, desk), desk)


def test_the_database_refuses_one_too_many(desk: Membership, amara: Client) -> None:
    session = crisis(amara, desk, 80)
    hours.added(session, desk, "90840")

    with pytest.raises(IntegrityError, match="90840 stands at most 1 times"), transaction.atomic():
        link(session, beside_of(session, desk, "90840"), desk)


def test_the_database_refuses_an_add_on_of_an_add_on(desk: Membership, amara: Client) -> None:
    beside = hours.added(at.session(amara, desk), desk).add_on

    with pytest.raises(IntegrityError, match="no add-on of its own"), transaction.atomic():
        link(beside, beside_of(beside, desk), desk)


def test_the_database_refuses_an_add_on_of_what_is_billed(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    issue(desk, session)

    with pytest.raises(IntegrityError, match="waits for no invoice"), transaction.atomic():
        link(session, beside_of(session, desk), desk)


@pytest.mark.parametrize(
    ("is_first", "words"),
    [(True, "a session stands on an invoice without its add-on"), (False, "without its session")],
)
def test_the_database_refuses_to_part_them(
    desk: Membership, amara: Client, monkeypatch: pytest.MonkeyPatch, is_first: bool, words: str
) -> None:
    session = at.session(amara, desk)
    beside = hours.added(session, desk).add_on
    monkeypatch.setattr(add_ons, "parted", lambda picked: "")

    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        issue(desk, session if is_first else beside)
        raw.check_as_at_commit()


def test_the_database_keeps_a_session_back_after_its_add_ons(
    desk: Membership, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = at.session(amara, desk)
    hours.added(session, desk)
    monkeypatch.setattr(add_ons, "of_sessions", lambda ids: {})

    with pytest.raises(IntegrityError, match="waits for an invoice"), transaction.atomic():
        not_billed.keep_back(hour=session, reason="MISTAKE", now=NOW, by=desk)


def test_the_database_lets_no_add_on_come_back(
    desk: Membership, amara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = hours.added(at.session(amara, desk), desk).add_on
    kept = not_billed.keep_back(hour=beside, reason="MISTAKE", now=NOW, by=desk)
    assert isinstance(kept, NotBilled)
    monkeypatch.setattr(add_ons, "primaries_of", lambda ids: {})

    with pytest.raises(IntegrityError, match="is added anew"), transaction.atomic():
        not_billed.bill_after_all(row=kept, now=NOW, by=desk)


def test_every_pair_is_of_codes_that_are_known() -> None:
    known = set(KnownCode.objects.values_list("code", flat=True))
    pairs = KnownAddOn.objects.values_list("code", "beside")
    assert {code for pair in pairs for code in pair} <= known
