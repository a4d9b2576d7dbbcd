"""Superbills: whole or not made, replaced, superseded by money, given, and never changed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.services import particulars
from audit.models import Event
from billing.models import (
    Invoice,
    Payment,
    Session,
    Superbill,
    SuperbillLine,
    SuperbillText,
)
from billing.selectors import handed_out, superbill_gaps, superbills
from billing.services import codings, corrections, documents
from billing.services import superbills as services
from billing.services.codings import Coding
from clients.models import Client, Diagnosis
from clients.services import restrictions
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing import hours, money, splitting
from tests.billing import superbilling as a
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one
from tests.billing.raw import check_as_at_commit, execute
from tests.clients import records
from tests.pdf_text import text_of


@pytest.fixture
def whole(desk: Membership, amara: Client) -> Client:
    """Amara, with everything that a superbill has to name."""
    a.whole(amara, desk)
    return amara


def test_a_superbill_says_what_was_done_and_paid(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk), a.paid(whole, desk, date(2026, 2, 24)))

    assert (made.number, made.charged, made.paid) == ("SB-2026-0001", Money(300_00), Money(300_00))
    assert made.balance == ZERO
    assert [line.on for line in superbills.lines_of(made)] == [a.HELD_ON, date(2026, 2, 24)]
    assert [line.paid_on for line in superbills.lines_of(made)] == [TODAY, TODAY]
    assert superbills.said(made)["diagnoses"] == ["F41.1"]
    assert list(superbills.findings()) == []


def test_the_same_form_makes_one(desk: Membership, whole: Client) -> None:
    key, session = uuid4(), a.paid(whole, desk)

    assert a.superbill(whole, desk, session, key=key) == a.superbill(whole, desk, session, key=key)
    with pytest.raises(services.KeyReused):
        a.superbill(at.client(desk, "Whitfield"), desk, key=key)


def test_the_document_holds_what_plans_ask_for(desk: Membership, whole: Client) -> None:
    records.coverage(whole, desk)
    made = a.superbill(whole, desk, a.paid(whole, desk), names_insurer=True)
    printed = documents.render(made, now=NOW, by=desk)
    text = " ".join(text_of(printed.pdf).split())

    assert printed.file_name == "superbill-2026-0001.pdf"
    for words in (
        "Harbor Lane Counseling PLLC",
        "12-3456789",
        "978-555-0100",
        "Josephine Marsh, LICSW",
        "MA 110042",
        f"NPI {an.NPI}",
        "Amara Okonkwo",
        "12 Elm Street",
        "Born",
        "A: F41.1",
        "02/17/2026",
        "11 90834",
        "150.00",
        "Keystone",
        "7745",
        "Paid in full.",
        "This is not an invoice.",
        "pay the client, not the provider",
    ):
        assert words in text, words
    assert "XQV930217745" not in text


def test_a_reprint_serves_the_same_bytes_whatever_changed(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))
    first = documents.render(made, now=NOW, by=desk)
    particulars.set_of_practice(**{**an.PRACTICE, "street": "2 Elm"}, now=NOW, by=desk)

    assert documents.render(made, now=NOW + timedelta(days=9), by=desk).pdf == first.pdf


def test_everything_that_is_missing_is_said_at_once(desk: Membership, amara: Client) -> None:
    session = a.held(amara, desk)

    with pytest.raises(services.Gapped) as refused:
        a.superbill(amara, desk, session)

    said = " ".join(gap.words for gap in refused.value.missing)
    for words in ("EIN", "NPI and license", "no address", "Not billed", "No diagnosis"):
        assert words in said, words
    assert not Superbill.objects.exists()


def gaps(client: Client) -> list[str]:
    look = superbill_gaps.look(client, since=a.FEB_1, until=a.FEB_28, today=TODAY)
    return [gap.words for gap in look.missing(look.hours)]


def test_each_gap_goes_with_what_mends_it(desk: Membership, whole: Client) -> None:
    session = a.held(whole, desk)
    assert gaps(whole) == ["Not billed yet"]
    invoice = issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)
    [unpaid] = gaps(whole)
    assert unpaid.startswith("Not paid in full")
    at.cash(whole, desk, "150.00", apply_to=invoice)

    assert gaps(whole) == []


def test_without_the_place_of_service_nothing_is_made(desk: Membership, whole: Client) -> None:
    session = at.session(whole, desk, on=a.HELD_ON)
    invoice = issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)
    at.cash(whole, desk, "150.00", apply_to=invoice)
    assert gaps(whole) == ["Nobody said where the session took place"]
    codings.say(session=session, coding=Coding("10", ("95",)), now=NOW, by=desk)

    made = a.superbill(whole, desk, session)
    text = " ".join(text_of(documents.render(made, now=NOW, by=desk).pdf).split())
    assert "02/17/2026 10 90834" in text
    assert " 95 A 1 " in text


def test_an_add_on_has_its_own_line_and_never_stands_alone(desk: Membership, whole: Client) -> None:
    session = a.held(whole, desk)
    beside = hours.added(session, desk).add_on
    invoice = issue_one(sessions=[session, beside], issued_on=TODAY, now=NOW, by=desk)
    at.cash(whole, desk, "165.00", apply_to=invoice)

    with pytest.raises(services.Gapped) as refused:
        a.superbill(whole, desk, beside)
    assert [gap.who for gap in refused.value.missing] == ["Choose both, or neither."]
    made = a.superbill(whole, desk, session, beside)
    assert [(line.code, line.paid) for line in superbills.lines_of(made)] == [
        ("90834", Money(150_00)),
        ("90785", Money(15_00)),
    ]


def test_a_session_that_several_paid_for_stands_whole(desk: Membership, whole: Client) -> None:
    splitting.two_parents(whole, desk)
    session = a.held(whole, desk)
    for part in splitting.billed([session], desk):
        splitting.paid(part, desk, part.total)

    made = a.superbill(whole, desk, session)

    assert (made.charged, made.paid, made.line_count) == (Money(150_00), Money(150_00), 1)
    assert list(superbills.findings()) == []


def test_a_diagnosis_counts_on_its_own_days(desk: Membership, whole: Client) -> None:
    a.paid(whole, desk)
    assert gaps(whole) == []
    Diagnosis.objects.update(ends_on=date(2026, 2, 16), ended_at=NOW, ended_by=desk)

    assert gaps(whole) == ["No diagnosis that can be billed stands on the day"]


def test_a_therapist_without_credentials_is_a_gap(desk: Membership, whole: Client) -> None:
    session = a.paid(whole, desk)
    told = {**an.THERAPIST, "credentials": ""}
    particulars.set_of_therapist(
        member=session.therapist, **told, now=NOW + timedelta(hours=1), by=desk
    )

    [gap] = gaps(whole)
    assert gap.startswith("The credentials of")


def test_a_day_of_which_the_plan_is_not_told_is_kept_off(desk: Membership, whole: Client) -> None:
    session, other = a.paid(whole, desk), a.paid(whole, desk, date(2026, 2, 24))
    restrictions.impose(
        client=whole,
        kind="PAID_IN_FULL",
        starts_on=a.HELD_ON,
        ends_on=a.HELD_ON,
        now=NOW,
        by=desk,
    )

    with pytest.raises(services.Gapped) as refused:
        a.superbill(whole, desk, session, other)
    [gap] = refused.value.missing
    assert gap.words.startswith("The plan is not told of the day")
    assert gap.on == [a.HELD_ON]
    assert a.superbill(whole, desk, other).line_count == 1


def test_a_record_under_part_2_needs_a_consent(desk: Membership, whole: Client) -> None:
    session = a.paid(whole, desk)
    restrictions.impose(client=whole, kind="PART_2", now=NOW, by=desk)
    with pytest.raises(services.Gapped):
        a.superbill(whole, desk, session)
    records.consent(whole, desk, to=records.text(desk, kind="PART_2"))

    assert a.superbill(whole, desk, session).line_count == 1


def test_the_practice_may_let_sessions_stand_that_are_not_paid(
    desk: Membership, accountant: Membership, whole: Client
) -> None:
    session = a.held(whole, desk)
    issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)
    with pytest.raises(services.Gapped):
        a.superbill(whole, desk, session)
    services.set_rule(needs_paid=False, now=NOW, by=accountant)
    services.set_rule(needs_paid=False, now=NOW, by=accountant)

    made = a.superbill(whole, desk, session)
    assert (made.paid, made.balance) == (ZERO, Money(150_00))
    assert "is still owed to the practice" in text_of(documents.render(made, now=NOW, by=desk).pdf)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"until": TODAY + timedelta(days=1)}, services.WrongDays),
        ({"until": date(2026, 1, 31)}, services.WrongDays),
        ({"sessions": []}, services.NothingChosen),
        ({"sessions": [uuid7()]}, services.NothingChosen),
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Membership, whole: Client, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        a.superbill(whole, desk, a.paid(whole, desk), **changes)


def test_a_fee_for_a_missed_hour_never_stands_on_one(desk: Membership, whole: Client) -> None:
    hours.policy(desk)
    next_week = TODAY + timedelta(days=7)
    hours.missed(hours.planned(whole, desk, starts_at=hours.at(next_week)), desk)
    look = superbill_gaps.look(whole, since=a.FEB_1, until=next_week, today=next_week)

    assert look.hours == []


def test_what_was_written_off_is_taken_off_and_not_paid(
    desk: Membership, accountant: Membership, whole: Client
) -> None:
    session = a.held(whole, desk)
    invoice = issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)
    at.cash(whole, desk, "120.00", apply_to=invoice)
    money.written_off(invoice, accountant, "30.00")
    made = a.superbill(whole, desk, session)

    assert (made.charged, made.taken_off, made.paid) == (
        Money(150_00),
        Money(30_00),
        Money(120_00),
    )


def refunded(client: Client, by: Membership) -> Superbill:
    """Make a superbill, and refund what had paid its session."""
    made = a.superbill(client, by, a.paid(client, by))
    [payment] = Payment.objects.filter(client=client)
    money.unapplied(payment, by)
    money.refunded(payment, by, "60.00")
    return made


def test_a_refund_supersedes_it_and_the_corrected_one_names_it(
    desk: Membership, accountant: Membership, whole: Client
) -> None:
    made = refunded(whole, desk)

    [state] = superbills.made([made])
    assert state.is_superseded
    assert state.changes == ["Feb 17: $150.00 paid then, $0.00 now."]
    with pytest.raises(services.NotGivenSo):
        a.given(made, desk)
    services.set_rule(needs_paid=False, now=NOW, by=accountant)
    session = Session.objects.get()
    corrected = a.superbill(whole, desk, session)
    assert corrected.replaces == made
    assert superbills.replacement_of(made) == corrected
    [before, now] = superbills.made([made, corrected])
    assert (before.by, before.is_superseded) == (corrected, True)
    assert not now.is_superseded


def test_the_old_one_stays_printable_and_is_marked(
    desk: Membership, accountant: Membership, whole: Client
) -> None:
    session = a.paid(whole, desk)
    made = a.superbill(whole, desk, session)
    first = documents.render(made, now=NOW, by=desk).pdf
    corrected = a.superbill(whole, desk, session)
    marked = documents.render(superbills.Superseded(made, corrected), now=NOW, by=desk)

    assert documents.render(made, now=NOW, by=desk).pdf == first
    assert "Superseded by SB-2026-0002" in text_of(marked.pdf)
    assert marked.file_name == "superbill-2026-0001-superseded.pdf"
    again = documents.render(superbills.Superseded(made, corrected), now=NOW, by=desk)
    assert again.pdf == marked.pdf
    printed = text_of(documents.render(corrected, now=NOW, by=desk).pdf)
    assert "SB-2026-0001 of March 3, 2026" in " ".join(printed.split())


def test_a_void_invoice_supersedes_it(
    desk: Membership, accountant: Membership, whole: Client
) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))
    [payment] = Payment.objects.all()
    money.unapplied(payment, desk)
    money.voided(Invoice.objects.get(), accountant)

    assert superbills.changes([made])[made.pk] == [
        "Feb 17: its invoice is void, and the session is not billed."
    ]


def test_a_payment_that_came_on_another_day_supersedes_it(desk: Membership, whole: Client) -> None:
    session = a.held(whole, desk)
    invoice = issue_one(sessions=[session], issued_on=TODAY - timedelta(days=2), now=NOW, by=desk)
    payment = at.cash(whole, desk, "150.00", apply_to=invoice)
    made = a.superbill(whole, desk, session)
    yesterday = TODAY - timedelta(days=1)
    money.corrected(payment, desk, reason=corrections.Reason.DAY, received_on=yesterday)

    assert superbills.changes([made])[made.pk] == ["Feb 17: it was paid on another day."]


def test_sessions_of_two_superbills_are_not_replaced_at_once(
    desk: Membership, whole: Client
) -> None:
    one, two = a.paid(whole, desk), a.paid(whole, desk, date(2026, 2, 24))
    a.superbill(whole, desk, one)
    a.superbill(whole, desk, two)

    with pytest.raises(services.TwoStand, match="SB-2026-0001, others on SB-2026-0002"):
        a.superbill(whole, desk, one, two)


def test_whom_it_was_given_to_is_accounted_for(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))
    key = uuid4()
    row = a.given(made, desk, recipient_kind="OTHER", recipient="Dr. Ada Quill", key=key)

    assert a.given(made, desk, recipient_kind="OTHER", recipient="Dr. Ada Quill", key=key) == row
    [told] = handed_out.of(whole)
    assert (told.recipient, told.what) == ("Dr. Ada Quill", "Superbill SB-2026-0001")
    assert "Quill" not in str(list(Event.objects.values_list("facts", flat=True)))
    with pytest.raises(services.NotThen):
        a.given(made, desk, given_on=TODAY + timedelta(days=1))
    with pytest.raises(services.NotThen):
        a.given(made, desk, given_on=TODAY - timedelta(days=1))


def test_a_restriction_keeps_it_from_others_and_never_from_the_client(
    desk: Membership, whole: Client
) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))
    restrictions.impose(client=whole, kind="NO_DISCLOSURE", now=NOW, by=desk)

    with pytest.raises(restrictions.Restricted):
        a.given(made, desk, recipient_kind="PLAN", recipient="Keystone")
    assert a.given(made, desk).recipient is None


def test_no_event_tells_words_of_a_superbill(desk: Membership, whole: Client) -> None:
    a.given(a.superbill(whole, desk, a.paid(whole, desk)), desk)

    told = str(list(Event.objects.values_list("facts", flat=True)))
    assert "F41" not in told
    assert "Okonkwo" not in told


def test_a_superbill_that_was_altered_is_not_read(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))
    row = SuperbillText.objects.get(superbill=made)
    row.said = {**row.said, "diagnoses": ["F32.0"]}
    row.save(update_fields=["said"])

    with pytest.raises(superbills.Altered):
        superbills.said(made)


def raw_superbill(like: Superbill, **changes: Any) -> Superbill:
    """Insert a superbill as one that stands, without its lines and words."""
    return Superbill.objects.create(
        **{
            "number": f"SB-{uuid7().hex[:12]}",
            "client_id": like.client_id,
            "since": a.FEB_1,
            "until": a.FEB_28,
            "line_count": 1,
            "charged": Money(150_00),
            "taken_off": ZERO,
            "paid": Money(150_00),
            "names_insurer": False,
            "said_commitment": b"",
            "key": uuid4(),
            "issued_on": TODAY,
            "issued_at": NOW,
            "issued_by": like.issued_by,
            **changes,
        }
    )


def add_line(to: Superbill, session: Session, **changes: Any) -> None:
    SuperbillLine.objects.create(
        **{
            "superbill": to,
            "position": 1,
            "session": session,
            "served_on": a.HELD_ON,
            "charged": Money(150_00),
            "taken_off": ZERO,
            "paid": Money(150_00),
            "paid_on": TODAY,
            "diagnosis_count": 1,
            **changes,
        }
    )


def test_the_database_refuses_one_that_does_not_add_up(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))

    with pytest.raises(IntegrityError, match="does not add up"), transaction.atomic():
        raw_superbill(made)
        check_as_at_commit()


def test_the_database_refuses_one_without_words(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk, date(2026, 2, 24)))
    session = a.paid(whole, desk)

    with pytest.raises(IntegrityError, match="says nothing"), transaction.atomic():
        add_line(raw_superbill(made), session)
        check_as_at_commit()


def test_the_database_lets_no_line_join(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk, date(2026, 2, 24)))
    session = a.paid(whole, desk)

    with pytest.raises(IntegrityError, match="no session can join it"), transaction.atomic():
        add_line(made, session, position=2)


def test_the_database_lets_a_session_stand_on_one(desk: Membership, whole: Client) -> None:
    session = a.paid(whole, desk)
    made = a.superbill(whole, desk, session)

    with pytest.raises(IntegrityError, match="stands on another superbill"), transaction.atomic():
        add_line(raw_superbill(made), session)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"served_on": date(2026, 2, 18)}, "on another day"),
        ({"charged": Money(160_00)}, "not billed over this"),
        ({"diagnosis_count": 2}, "no such diagnosis"),
        ({"diagnosis_count": 0}, "diagnosed"),
        ({"paid": Money(151_00)}, "within"),
    ],
)
def test_the_database_refuses_a_line_that_is_not_so(
    desk: Membership, whole: Client, changes: dict[str, Any], words: str
) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk, date(2026, 2, 24)))
    session = a.paid(whole, desk)

    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        add_line(raw_superbill(made), session, **changes)


def test_the_database_refuses_a_session_that_is_not_billed(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk, date(2026, 2, 24)))

    with pytest.raises(IntegrityError, match="not billed over this"), transaction.atomic():
        add_line(raw_superbill(made), a.held(whole, desk))


def test_the_database_refuses_a_session_of_somebody_else(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk, date(2026, 2, 24)))
    other = at.client(desk, "Whitfield")
    session = a.paid(other, desk)

    with pytest.raises(IntegrityError, match="session is of somebody else"), transaction.atomic():
        add_line(raw_superbill(made), session)


def test_the_database_refuses_to_replace_one_of_somebody_else(
    desk: Membership, whole: Client
) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))
    other = at.client(desk, "Whitfield")
    records.diagnosis(other, desk)
    session = a.paid(other, desk)

    with pytest.raises(IntegrityError, match="replaces one of somebody else"), transaction.atomic():
        raw = raw_superbill(made, client_id=other.pk, replaces=made)
        add_line(raw, session)
        SuperbillText.objects.create(superbill=raw, said={})
        check_as_at_commit()


def test_the_database_keeps_restricted_days_off(desk: Membership, whole: Client) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk, date(2026, 2, 24)))
    session = a.paid(whole, desk)
    restrictions.impose(client=whole, kind="PAID_IN_FULL", now=NOW, by=desk)

    with pytest.raises(IntegrityError, match="keeps this day from any plan"), transaction.atomic():
        add_line(raw_superbill(made), session)


INSERT_GIVEN = (
    "INSERT INTO billing_superbillgiven (id, superbill_id, recipient_kind, recipient, way,"
    " given_on, key, noted_at, noted_by_id) VALUES (%s, %s, %s, %s, 'PAPER', %s, %s, %s, %s)"
)


def test_the_database_gives_it_to_nobody_against_a_restriction(
    desk: Membership, whole: Client
) -> None:
    made = a.superbill(whole, desk, a.paid(whole, desk))
    restrictions.impose(client=whole, kind="PAID_IN_FULL", now=NOW, by=desk)
    told: tuple[Any, ...] = (uuid7(), made.pk, "PLAN", b"sealed", TODAY, uuid7(), NOW, desk.pk)

    with pytest.raises(IntegrityError, match="from anybody else"), transaction.atomic():
        execute(INSERT_GIVEN, *told)
    early = TODAY - timedelta(days=1)
    told = (uuid7(), made.pk, "CLIENT", None, early, uuid7(), NOW, desk.pk)
    with pytest.raises(IntegrityError, match="not made yet"), transaction.atomic():
        execute(INSERT_GIVEN, *told)
    told = (uuid7(), made.pk, "OTHER", None, TODAY, uuid7(), NOW, desk.pk)
    with pytest.raises(IntegrityError, match="names_its_recipient"), transaction.atomic():
        execute(INSERT_GIVEN, *told)
