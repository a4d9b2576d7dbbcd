"""Nothing is used before it was there: no report of a past day shows less than nothing (I-4)."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import Invoice, Payment, PaymentApplication, WriteOff
from billing.selectors import integrity, since
from billing.services import applications, corrections, numbers, refunds, voids, write_offs
from billing.services.applications import Share
from clients.models import Client
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import item_days, subledger
from ledger.services import journal
from tests.billing import desk as at
from tests.billing import money, raw
from tests.houses import House

FIRST, BETWEEN, FREED = date(2026, 2, 20), date(2026, 2, 24), date(2026, 3, 2)

Freed = tuple[Payment, Invoice]
Act = Callable[[Payment, Invoice, Membership, date], object]


@pytest.fixture
def books(practice: House) -> Membership:
    return practice.people["accountant"]


@pytest.fixture
def freed(desk: Membership, amara: Client) -> Freed:
    """A payment of 90.00 that paid an invoice of as much on the first day, and was taken off it
    some days later.
    """
    invoice = at.invoice(amara, desk, dollars="90.00", issued_on=FIRST)
    payment = at.cash(amara, desk, "90.00", on=FIRST, apply_to=invoice)
    money.taken_off(payment.applications.get(), desk, on=FREED)
    return payment, invoice


def lowest(role: Role, item: Payment | Invoice) -> Money:
    """Return what an item held at least at the close of any of the days."""
    found = []
    for on in (FIRST, BETWEEN, FREED, at.TODAY):
        items = subledger.open_items(role, as_of=on, parties=[item.client_id])
        found.append({each.item: each.balance for each in items}.get(item.pk, ZERO))
    return min(found)


def apply(payment: Payment, invoice: Invoice, by: Membership, on: date) -> object:
    return applications.apply(
        payment=payment, shares=[Share(invoice, Money(90_00))], applied_on=on, now=at.NOW, by=by
    )


def refund(payment: Payment, invoice: Invoice, by: Membership, on: date) -> object:
    return money.refunded(payment, by, "90.00", on=on)


def void(payment: Payment, invoice: Invoice, by: Membership, on: date) -> object:
    reissued = [line.session for line in invoice.lines.select_related("session")]
    return money.voided(invoice, by, on=on, again=reissued)


def write_off(payment: Payment, invoice: Invoice, by: Membership, on: date) -> object:
    return money.written_off(invoice, by, "90.00", on=on)


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (apply, applications.BeforeItWas),
        (refund, refunds.BeforeItWas),
        (void, voids.BeforeItWas),
        (write_off, write_offs.BeforeItWas),
    ],
)
def test_what_was_used_until_a_day_is_used_again_from_that_day_on(
    freed: Freed, books: Membership, act: Act, refusal: type[Exception]
) -> None:
    for too_early in (FIRST, BETWEEN):
        with pytest.raises(refusal, match="Mar 2, 2026 or later"):
            act(*freed, books, too_early)
    act(*freed, books, FREED)

    payment, invoice = freed
    assert lowest(Role.CLIENT_CREDITS, payment) == ZERO
    assert lowest(Role.CLIENT_RECEIVABLE, invoice) == ZERO
    assert list(integrity.findings()) == []


def test_another_invoice_takes_what_is_free_on_its_day(
    freed: Freed, desk: Membership, amara: Client
) -> None:
    payment, _ = freed
    other = at.invoice(amara, desk, issued_on=FIRST)

    with pytest.raises(applications.BeforeItWas, match="Mar 2, 2026 or later"):
        apply(payment, other, desk, FIRST)


def test_what_was_free_all_along_is_used_as_early_as_it_came(
    desk: Membership, amara: Client
) -> None:
    """Only what was used in between waits; the rest of the payment does not."""
    first = at.invoice(amara, desk, dollars="60.00", issued_on=FIRST)
    payment = at.cash(amara, desk, "100.00", on=FIRST, apply_to=first, keep_rest=True)
    money.taken_off(payment.applications.get(), desk, on=FREED)
    other = at.invoice(amara, desk, dollars="40.00", issued_on=FIRST)

    applications.apply(
        payment=payment,
        shares=[Share(other, Money(40_00))],
        applied_on=BETWEEN,
        now=at.NOW,
        by=desk,
    )

    assert lowest(Role.CLIENT_CREDITS, payment) == ZERO


def test_a_payment_dated_back_pays_an_invoice_from_when_it_was_open(
    freed: Freed, desk: Membership, amara: Client
) -> None:
    _, invoice = freed

    late = at.cash(amara, desk, "90.00", on=BETWEEN, apply_to=invoice)

    assert late.applications.get().applied_on == FREED
    assert lowest(Role.CLIENT_RECEIVABLE, invoice) == ZERO


def test_a_payment_is_corrected_on_the_day_when_it_was_free(freed: Freed, desk: Membership) -> None:
    payment, _ = freed

    back = money.corrected(payment, desk, reason=corrections.Reason.NEVER_CAME)

    assert back.taken_back_on == FREED
    assert lowest(Role.CLIENT_CREDITS, payment) == ZERO
    assert list(integrity.findings()) == []


def test_a_payment_that_went_back_for_a_while_is_corrected_after_that(
    desk: Membership, amara: Client
) -> None:
    payment = at.cash(amara, desk, "90.00", on=FIRST, keep_rest=True)
    money.kept_after_all(money.refunded(payment, desk, "90.00", on=BETWEEN), desk, on=FREED)

    back = money.corrected(payment, desk, reason=corrections.Reason.NEVER_CAME)

    assert back.taken_back_on == FREED
    assert lowest(Role.CLIENT_CREDITS, payment) == ZERO


def test_the_payment_of_a_void_invoice_pays_the_next_one_when_it_can(
    desk: Membership, amara: Client
) -> None:
    """The other part of the payment was away for some days after the void."""
    invoice = at.invoice(amara, desk, dollars="90.00", issued_on=FIRST)
    payment = at.cash(amara, desk, "50.00", on=FIRST, apply_to=invoice)
    other = at.cash(amara, desk, "40.00", on=FIRST, apply_to=invoice)
    money.taken_off(other.applications.get(), desk, on=BETWEEN)
    money.kept_after_all(money.refunded(other, desk, "40.00", on=BETWEEN), desk, on=FREED)
    money.applied(other, invoice, desk, "40.00")

    with pytest.raises(voids.BeforeItWas, match="Mar 3, 2026 or later"):
        void(payment, invoice, desk, BETWEEN)
    void(payment, invoice, desk, at.TODAY)

    assert list(integrity.findings()) == []


def test_an_item_is_there_since_it_never_holds_less(freed: Freed, amara: Client) -> None:
    payment, _ = freed

    def there(amount: Money) -> date | None:
        return item_days.there_since(
            Role.CLIENT_CREDITS, party=amara.pk, item=payment.pk, amount=amount
        )

    assert there(ZERO) == FIRST
    assert there(Money(1)) == FREED
    assert there(Money(90_00)) == FREED
    assert there(Money(90_01)) is None


def posted(payment: Payment, invoice: Invoice, by: Membership, on: date) -> PaymentApplication:
    """Apply a payment on any day, going round the refusal."""
    return applications.write(
        payment, Share(invoice, Money(90_00)), applied_on=on, now=at.NOW, by=by
    )


def test_the_database_uses_nothing_before_it_was_there(
    freed: Freed, desk: Membership, amara: Client
) -> None:
    payment, invoice = freed
    other = at.invoice(amara, desk, dollars="90.00", issued_on=FIRST)
    late = money.kept(amara, desk, "90.00", on=FIRST)

    with pytest.raises(IntegrityError, match="R-00001 is used before"), raw.committing():
        posted(payment, other, desk, BETWEEN)
    with pytest.raises(IntegrityError, match="is met before it was open"), raw.committing():
        posted(late, invoice, desk, BETWEEN)
    with pytest.raises(IntegrityError, match="is met before it was open"), raw.committing():
        details = write_offs.Details(WriteOff.Kind.COURTESY, Money(90_00), BETWEEN)
        counter = numbers.lock(numbers.WRITE_OFFS)
        write_offs.write(counter, invoice, details, key=uuid4(), now=at.NOW, by=desk)


def test_the_database_takes_nothing_back_before_it_was_free(
    freed: Freed, desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, invoice = freed
    monkeypatch.setattr(since, "of_payment", lambda payment: payment.received_on)
    monkeypatch.setattr(since, "of_debt", lambda invoice, amount: invoice.issued_on)

    with pytest.raises(IntegrityError, match="R-00001 is used before"), raw.committing():
        money.corrected(payment, desk, reason=corrections.Reason.NEVER_CAME)
    with pytest.raises(IntegrityError, match="is met before it was open"), raw.committing():
        void(payment, invoice, desk, BETWEEN)


def test_the_database_reverses_nothing_before_it_was(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    entry = journal.reverse(
        entry=invoice.entry,
        source=f"invoice:{invoice.pk}:voided",
        entry_date=FIRST,
        memo="Dated before its invoice",
        by=desk,
    )

    with pytest.raises(IntegrityError, match="is not reversed in the books"), raw.committing():
        raw.insert_void(invoice, entry.pk, FIRST, desk)


def test_the_database_dates_a_row_as_its_entry_is(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk, issued_on=FIRST)
    entry = journal.reverse(
        entry=invoice.entry,
        source=f"invoice:{invoice.pk}:voided",
        entry_date=FREED,
        memo="Dated otherwise than its row",
        by=desk,
    )

    with pytest.raises(IntegrityError, match="is not dated as its entry is"), raw.committing():
        raw.insert_void(invoice, entry.pk, BETWEEN, desk)
    with raw.committing():
        raw.insert_void(invoice, entry.pk, FREED, desk)
