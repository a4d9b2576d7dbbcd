"""What clients need not pay is written off by kind, within limits, and taken back."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.services.approvals import Waiting
from billing import posting
from billing.models import Invoice, WriteOff, WriteOffTakenBack
from billing.selectors import integrity, receivables
from billing.selectors import write_offs as selectors
from billing.selectors.invoices import balance_due
from billing.selectors.write_offs import small
from billing.services import write_offs
from billing.services.write_offs import Details, Kind
from clients.models import Client
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import money, raw
from tests.billing.services.test_payments import balances
from tests.houses import House

FEBRUARY = date(2026, 2, 10)


@pytest.fixture
def books(practice: House, desk: Membership) -> Membership:
    """Who keeps the books, and writes off up to 200.00 alone."""
    return practice.people["accountant"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.COURTESY, "4520"),
        (Kind.SLIDING, "4510"),
        (Kind.CORRECTION, "4530"),
        (Kind.SMALL, "4540"),
        (Kind.BAD_DEBT, "6020"),
    ],
)
def test_each_kind_has_its_account(
    desk: Membership, books: Membership, amara: Client, kind: Kind, code: str
) -> None:
    invoice = at.invoice(amara, desk)

    written = money.written_off(invoice, books, "50.00", kind=kind)

    assert written.reference == "WO-00001"
    assert balance_due(invoice) == Money(100_00)
    assert balances()[code] == Money(50_00)
    assert receivables.on(as_of=at.TODAY).ties_out
    assert list(integrity.findings()) == []


def test_every_kind_is_posted_somewhere() -> None:
    assert set(posting.WRITTEN_OFF_TO) == set(Kind)


def test_no_more_is_written_off_than_is_open(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    at.cash(amara, desk, "100.00")

    with pytest.raises(write_offs.ExceedsOpen, match=r"\$50\.00 of INV-2026-0001 is open"):
        money.written_off(invoice, books, "50.01")
    with pytest.raises(write_offs.BeforeItWas):
        money.written_off(invoice, books, "50.00", on=FEBRUARY)
    money.written_off(invoice, books, "50.00")
    with pytest.raises(write_offs.ExceedsOpen):
        money.written_off(invoice, books, "0.01")


def test_what_was_written_off_can_be_taken_back_once(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk, issued_on=FEBRUARY)
    written = money.written_off(invoice, books, "150.00", kind=Kind.BAD_DEBT)

    with pytest.raises(write_offs.BeforeItWas):
        money.owed_again(written, books, on=FEBRUARY)
    money.owed_again(written, books)

    assert balance_due(invoice) == Money(150_00)
    assert "6020" not in balances()
    with pytest.raises(write_offs.AlreadyTakenBack):
        money.owed_again(written, books)
    assert list(integrity.findings()) == []


def test_a_void_invoice_takes_its_write_offs_back(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    money.written_off(invoice, books, "50.00")
    at.cash(amara, desk, "100.00")

    money.voided(invoice, books)

    assert balances() == {"1010": Money(100_00), "2000": Money(-100_00)}
    assert list(integrity.findings()) == []


def test_above_the_limit_a_second_person_is_asked(
    practice: House, desk: Membership, books: Membership, amara: Client
) -> None:
    invoice, now = at.invoice(amara, desk, dollars="300.00"), timezone.now()
    money.written_off(invoice, books, "150.00")

    def rest() -> WriteOff | Waiting:
        return write_offs.record(
            invoice=invoice,
            details=Details(Kind.BAD_DEBT, Money(100_00), at.TODAY),
            key=uuid4(),
            now=now,
            by=books,
        )

    assert isinstance(rest(), Waiting)
    assert balance_due(invoice) == Money(150_00)
    asked = Approval.objects.get()
    assert (asked.act, asked.label, asked.amount_cents) == (
        Act.WRITE_OFF,
        invoice.number,
        100_00,
    )
    approvals.decide(
        approval=asked,
        decision=approvals.Decision.APPROVED,
        by=practice.people["administrator"],
        now=now,
    )
    assert isinstance(rest(), WriteOff)
    assert balance_due(invoice) == Money(50_00)


def test_the_same_key_writes_off_once(desk: Membership, books: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    arguments: dict[str, Any] = {
        "invoice": invoice,
        "details": Details(Kind.COURTESY, Money(10_00), at.TODAY),
        "key": uuid4(),
        "now": at.NOW,
        "by": books,
    }

    first = write_offs.record(**arguments)

    assert write_offs.record(**arguments) == first
    with pytest.raises(write_offs.KeyReused):
        write_offs.record(**arguments | {"details": Details(Kind.COURTESY, Money(11_00), at.TODAY)})
    assert balance_due(invoice) == Money(140_00)


@pytest.fixture
def rests(desk: Membership, amara: Client) -> list[Invoice]:
    """Three invoices of November, open by 4.99, 5.00 and 1.00, and one of today by 2.00."""
    found = []
    for dollars, on in (
        ("4.99", date(2025, 11, 3)),
        ("5.00", date(2025, 11, 3)),
        ("1.00", date(2025, 11, 4)),
        ("2.00", at.TODAY),
    ):
        found.append(at.invoice(amara, desk, dollars=dollars, issued_on=on))
    return found


def test_small_balances_are_small_and_late(rests: list[Invoice]) -> None:
    found = small(Invoice.objects.all(), below=Money(5_00), days=90, on=at.TODAY)

    assert [each.invoice for each in found] == [rests[0], rests[2]]
    assert small(Invoice.objects.all(), below=Money(5_00), days=106, on=at.TODAY) == []


def sweep(picked: list[Invoice], by: Membership, shown: str, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "picked": [invoice.pk for invoice in picked],
        "shown": Money.parse(shown),
        "below": selectors.SMALL_BELOW,
        "days": selectors.SMALL_AFTER_DAYS,
        "on": at.TODAY,
        "key": uuid4(),
        "now": at.NOW,
        "by": by,
    }
    return write_offs.sweep(**arguments | changes)


def test_small_balances_are_swept_once(books: Membership, rests: list[Invoice]) -> None:
    key = uuid4()

    first = sweep([rests[0], rests[2]], books, "5.99", key=key)
    again = sweep([rests[0], rests[2]], books, "5.99", key=key)

    assert {each.pk for each in first} == {each.pk for each in again}
    assert [balance_due(invoice).cents for invoice in rests] == [0, 5_00, 0, 2_00]
    assert balances()["4540"] == Money(5_99)


def test_the_key_of_a_sweep_sweeps_no_other_sum(books: Membership, rests: list[Invoice]) -> None:
    key = uuid4()
    sweep([rests[0], rests[2]], books, "5.99", key=key)

    with pytest.raises(write_offs.KeyReused, match="for other invoices"):
        sweep(rests, books, "7.99", key=key)


def test_a_sweep_is_what_was_shown_or_nothing(books: Membership, rests: list[Invoice]) -> None:
    for picked, shown in ((rests, "12.99"), (rests[1:2], "5.00"), ([], "0.00")):
        with pytest.raises(write_offs.Changed):
            sweep(picked, books, shown)

    assert not WriteOff.objects.exists()


def test_nothing_large_is_swept(books: Membership, rests: list[Invoice]) -> None:
    with pytest.raises(write_offs.NotSmall, match=r"\$25\.00 or more"):
        sweep([rests[0]], books, "4.99", below=Money(25_01))


def test_a_sweep_above_the_limit_waits(desk: Membership, rests: list[Invoice]) -> None:
    assert isinstance(sweep([rests[0]], desk, "4.99"), Waiting)
    assert balance_due(rests[0]) == Money(4_99)


def by_hand(invoice: Invoice, by: Membership, like: WriteOff, **changes: Any) -> None:
    row: dict[str, Any] = {
        "reference": "WO-99999",
        "invoice": invoice,
        "kind": like.kind,
        "amount": like.amount,
        "written_off_on": at.TODAY,
        "key": uuid4(),
        "entry_id": invoice.entry_id,
        "recorded_at": at.NOW,
        "recorded_by": by,
    }
    WriteOff.objects.create(**row | changes)


def test_the_database_writes_no_more_off_than_is_open(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    like = money.written_off(invoice, books, "100.00")

    with pytest.raises(IntegrityError, match="more is written off"), raw.committing():
        by_hand(invoice, books, like)
    with pytest.raises(IntegrityError, match="is not posted as recorded"), raw.committing():
        by_hand(invoice, books, like, amount=Money(1_00))


def test_the_database_writes_nothing_off_what_is_void(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    like = money.written_off(at.invoice(amara, desk), books, "1.00")
    money.voided(invoice, desk)

    with pytest.raises(IntegrityError, match="INV-2026-0001 is void"), raw.committing():
        by_hand(invoice, books, like)


def test_the_database_asks_for_the_reversing_entry(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    written = money.written_off(invoice, books, "1.00")

    with pytest.raises(IntegrityError, match="is not reversed in the books"), raw.committing():
        WriteOffTakenBack.objects.create(
            write_off=written,
            reason="MISTAKE",
            taken_back_on=at.TODAY,
            entry_id=invoice.entry_id,
            taken_back_at=at.NOW,
            taken_back_by=books,
        )


def test_nothing_pays_what_was_written_off(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "50.00", keep_rest=True)
    money.unapplied(payment, desk)
    money.written_off(invoice, books, "150.00")

    assert balance_due(invoice) == ZERO
    with (
        pytest.raises(IntegrityError, match="than invoice INV-2026-0001 is over"),
        raw.committing(),
    ):
        raw.insert_application(payment, invoice, 1, desk)
