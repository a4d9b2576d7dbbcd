"""Card payments by the hosted page: intent first, then the call, then what Stripe says."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import gateway
from billing.models import CardIntent, Invoice, PayLink, StripeAccount
from billing.selectors import invoices as open_invoices
from billing.selectors import payers
from billing.services import numbers, payments
from clients.selectors import families
from ledger.money import ZERO, Money

State = CardIntent.State
LEAST = Money(100)
"""Below a dollar a card costs more than it brings."""

PENDING = (State.CREATED, State.OPEN, State.UNKNOWN)


class NothingDue(Exception):
    """The invoice is already paid."""


class NotWithin(Exception):
    """The amount is below what a card may pay, or above what is owed."""


class PageOpen(Exception):
    """Another hosted page could still be paid; the intent's id is its argument."""


class AlreadyStarted(Exception):
    """The form was sent before, and its payment made; the intent's id is its argument."""


class CardsNotSetUp(Exception):
    """The practice has no Stripe account yet."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What to ask of Stripe for one intent, and as whom."""

    intent_id: UUID
    amount: Money
    checkout_id: str
    credentials: gateway.Credentials


def credentials() -> gateway.Credentials:
    """Return how to speak to Stripe for the practice in scope.

    Raises:
        CardsNotSetUp: it has no account.
    """
    account = StripeAccount.objects.first()
    if account is None:
        raise CardsNotSetUp("This practice has no card account yet. Take cash or a check.")
    return gateway.Credentials(account.secret_key, account.connect_id)


@transaction.atomic
def intend(*, invoice: Invoice, now: datetime, by: Membership) -> Opening:
    """Commit the intent to be paid what an invoice still owes; a pending one of the same amount
    is taken up again, so that a double click opens one page.

    Raises:
        NothingDue: the invoice is paid.
        CardsNotSetUp: the practice has no account.
    """
    # The lock comes first, as when money is taken: two clicks see each other's intent.
    numbers.lock(numbers.RECEIPTS)
    due = open_invoices.balance_due(invoice)
    if due <= ZERO:
        raise NothingDue("This invoice is already paid.")
    speaker = credentials()
    pending = (
        CardIntent.objects.filter(invoice=invoice, amount=due, state__in=PENDING)
        .order_by("-created_at", "-id")
        .first()
    )
    if pending is not None:
        return Opening(pending.pk, due, pending.checkout_id, speaker)
    intent = CardIntent.objects.create(
        id=uuid7(),
        invoice=invoice,
        amount=due,
        state=State.CREATED,
        request_hash=b"",
        created_at=now,
        created_by=by,
    )
    events.record(
        Action.CHECKOUT_STARTED, target=invoice, touched=[invoice.client_id], amount_cents=due.cents
    )
    return Opening(intent.pk, due, "", speaker)


@transaction.atomic
def intend_account(
    *, link: PayLink, amount: Money, key: UUID, now: datetime, by: Membership
) -> Opening:
    """Commit the intent to be paid a part or all of what a pay link's client owes, in cents. Sent
    again, the pending one is taken up, so that a double click opens one page.

    Raises:
        NothingDue: the client owes nothing.
        NotWithin: the amount is less than a card may pay here, or more than is owed.
        PageOpen: another page of this account is open; close it first.
        AlreadyStarted: this form's payment was made before.
        CardsNotSetUp: the practice has no account.
    """
    numbers.lock(numbers.RECEIPTS)
    if (known := CardIntent.objects.filter(pay_link=link, key=key).first()) is not None:
        if known.state == State.PAID:
            raise AlreadyStarted(known.pk)
        key = uuid4()
    owed = payers.owed_by(families.records_of(link.payer))
    require_within(owed, amount)
    speaker = credentials()
    pending = CardIntent.objects.filter(client=owed.record_id, state__in=PENDING).first()
    if pending is not None and (pending.pay_link_id, pending.amount) == (link.pk, amount):
        return Opening(pending.pk, amount, pending.checkout_id, speaker)
    if pending is not None:
        raise PageOpen(pending.pk)
    intent = CardIntent.objects.create(
        id=uuid7(),
        pay_link=link,
        client_id=owed.record_id,
        amount=amount,
        state=State.CREATED,
        request_hash=b"",
        key=key,
        created_at=now,
        created_by=by,
    )
    events.record(
        Action.CHECKOUT_STARTED,
        target=link,
        label=link.payer.code,
        touched=[owed.record_id],
        amount_cents=amount.cents,
    )
    return Opening(intent.pk, amount, "", speaker)


def require_within(owed: payers.Owed, amount: Money) -> None:
    """Say that a client may pay an amount by card, in cents.

    Raises:
        NothingDue, NotWithin: as ``intend_account`` does.
    """
    if owed.owes <= ZERO:
        raise NothingDue("Nothing is open any more.")
    if owed.most < LEAST:
        raise NotWithin(f"A card pays {LEAST.dollars} or more. Pay this at the practice.")
    if amount < LEAST:
        raise NotWithin(f"Enter {LEAST.dollars} or more.")
    if amount > owed.most:
        raise NotWithin(f"Enter {owed.most.dollars} or less: more is not open.")


@transaction.atomic
def note(
    *, intent_id: UUID, state: State, checkout_id: str = "", request_hash: bytes = b""
) -> bool:
    """Write down how far an intent has come; a settled one stays settled.

    A refusal says nothing of a page that is open, or may be: it counts only before there was one.
    Returns whether the intent could still be paid when it came.
    """
    intent = _lock(intent_id)
    if intent is None or intent.state not in PENDING:
        return False
    if state == State.REFUSED and intent.state != State.CREATED:
        return True
    if state != State.CREATED:
        intent.state = state
    intent.checkout_id = checkout_id or intent.checkout_id
    intent.request_hash = request_hash or bytes(intent.request_hash)
    intent.save(update_fields=["state", "checkout_id", "request_hash"])
    return True


@transaction.atomic
def settle(
    *, checkout: gateway.Checkout, received_on: date, now: datetime, by: Membership
) -> CardIntent.State | None:
    """Post what Stripe says about a hosted page. Saying it again changes nothing.

    Returns the intent's state, or None if the page is of no intent of this practice.

    Raises:
        AmountDiffers: Stripe took another amount than was asked.
    """
    # In the order of whoever starts a payment again: first the receipts, then the intent.
    numbers.lock(numbers.RECEIPTS)
    intent = _lock(checkout.intent_id) if checkout.intent_id else None
    if intent is None:
        return None
    if checkout.is_paid:
        _post(intent, checkout, received_on=received_on, now=now, by=by)
    elif checkout.is_expired and intent.state in PENDING:
        intent.state = State.EXPIRED
        intent.save(update_fields=["state"])
    return State(intent.state)


class AmountDiffers(Exception):
    """Stripe took another amount than the intent says."""


def _post(
    intent: CardIntent,
    checkout: gateway.Checkout,
    *,
    received_on: date,
    now: datetime,
    by: Membership,
) -> None:
    if checkout.amount != intent.amount:
        raise AmountDiffers(f"Intent {intent.pk} is over another amount.")
    was_paid = intent.state == State.PAID
    payer = intent.payer
    payment = payments.record_card(
        intent_amount=intent.amount,
        client=payer,
        invoice=intent.invoice,
        received_on=received_on,
        fee=checkout.fee or ZERO,
        key=intent.pk,
        now=now,
        by=by,
    )
    if was_paid:
        return
    intent.state = State.PAID
    intent.payment = payment
    intent.checkout_id = checkout.id
    intent.card_end = checkout.card_end
    intent.save(update_fields=["state", "payment", "checkout_id", "card_end"])
    events.record(
        Action.CARD_PAYMENT_POSTED,
        target=payment,
        touched=[payer.pk],
        amount_cents=intent.amount.cents,
    )


def _lock(intent_id: UUID) -> CardIntent | None:
    rows = CardIntent.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=intent_id).first()
