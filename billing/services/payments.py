"""Taking money. It is received as the client's credit first, and then applied to invoices."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import models, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import Counter, Invoice, Payment
from billing.selectors import invoices as open_invoices
from billing.selectors import since, turns
from billing.services import applications, numbers
from billing.services.applications import AnotherClient, ExceedsBalance, ExceedsCredit, Share
from clients.models import ResponsibleParty
from clients.selectors import parties
from ledger.money import ZERO, Money
from ledger.services import journal

__all__ = [
    "AnotherClient",
    "ExceedsBalance",
    "ExceedsCredit",
    "KeyReused",
    "Method",
    "NotAPayer",
    "receive",
    "record",
    "record_card",
    "take_receipt",
]

Method = Payment.Method


class KeyReused(Exception):
    """Another payment was recorded under this key."""


class NotAPayer(Exception):
    """Whoever paid is on another client's list."""


@transaction.atomic
def record(
    *,
    client: models.Model,
    amount: Money,
    method: Method,
    received_on: date,
    key: UUID,
    party: ResponsibleParty | None = None,
    apply_to: Invoice | None = None,
    by_hand: Sequence[Share] | None = None,
    keep_rest: bool = False,
    reference: str = "",
    tendered: Money = ZERO,
    now: datetime,
    by: Membership,
) -> Payment:
    """Record money received, in cents, and apply it: to ``apply_to`` first, then to what is due
    first of whoever paid: ``party``, or the client themself.

    ``tendered`` is what was handed over in cash, of which the change was given back; 0 if nobody
    said.
    ``by_hand`` says instead how much goes to which invoice; an empty one leaves all as credit.
    The same ``key`` again returns the payment that it has. ``keep_rest`` leaves what is over as
    the client's credit; without it, more than is to be paid is refused.

    Raises:
        ExceedsBalance: more than the client owes, and ``keep_rest`` was not said.
        KeyReused: the key belongs to a payment of another client, payer, amount or method.
        NotAPayer: ``party`` does not pay for this client.
        ExceedsCredit: more than the payment is applied by hand.
        AnotherClient: an invoice is not of the client.
        journal.PeriodClosed: ``received_on`` lies in a closed month.
    """
    # The lock comes first: payments are one at a time, so no balance is spent twice.
    counter = numbers.lock(numbers.RECEIPTS)
    if (known := Payment.objects.filter(key=key).first()) is not None:
        return _same(known, client.pk, party, amount, method)
    party_id = party.pk if party else None
    if party is not None and not parties.pays_for(party, client.pk):
        raise NotAPayer("Choose who paid among those who pay for this client.")
    shares = _shares(client.pk, party_id, amount, apply_to) if by_hand is None else by_hand
    applications.require(client.pk, shares)
    rest = amount - sum((share.amount for share in shares), ZERO)
    if rest < ZERO:
        raise ExceedsCredit(f"{(amount - rest).dollars} is applied, and {amount.dollars} came.")
    if rest and not keep_rest:
        due = "The balance due" if by_hand is None else "What you applied"
        raise ExceedsBalance(
            f"{due} is {(amount - rest).dollars}. Take that much, or say that"
            f" {rest.dollars} stays as credit."
        )
    payment = receive(
        receipt=take_receipt(counter),
        client=client,
        party_id=party_id,
        amount=amount,
        method=method,
        received_on=received_on,
        key=key,
        reference=reference,
        tendered=tendered,
        now=now,
        by=by,
    )
    for share in shares:
        # Money taken before an invoice was open pays it on the day on which it was, not earlier.
        applied_on = max(received_on, since.of_debt(share.invoice, share.amount))
        applications.write(payment, share, applied_on=applied_on, now=now, by=by)
    return payment


@transaction.atomic
def record_card(
    *,
    intent_amount: Money,
    client: models.Model,
    invoice: Invoice | None,
    received_on: date,
    fee: Money,
    key: UUID,
    now: datetime,
    by: Membership,
) -> Payment:
    """Record a card payment that Stripe has taken, with Stripe's fee, in cents.

    It is of whoever is to pay ``invoice``, and pays that first, and then what is due first of
    theirs; without one it is the client's, and pays what is due first.
    The money is here already, so nothing is refused: what the client no longer owes stays as
    their credit. The same ``key`` again returns the payment that it has.
    """
    payment = record(
        client=client,
        amount=intent_amount,
        method=Method.CARD,
        received_on=received_on,
        key=key,
        party=invoice.party if invoice else None,
        apply_to=invoice,
        keep_rest=True,
        now=now,
        by=by,
    )
    if fee:
        journal.post(
            source=f"payment:{payment.pk}:fee",
            entry_date=payment.received_on,
            memo=f"Card fee of receipt {payment.receipt}",
            lines=posting.stripe_fee_charged(fee=fee),
            by=by,
        )
    return payment


def _same(
    known: Payment, client_id: UUID, party: ResponsibleParty | None, amount: Money, method: Method
) -> Payment:
    asked = (client_id, party.pk if party else None, amount, method)
    if (known.client_id, known.party_id, known.amount, known.method) != asked:
        raise KeyReused("This form was sent before, with another payment. Start a new one.")
    return known


def _shares(
    client_id: UUID, party_id: UUID | None, amount: Money, apply_to: Invoice | None
) -> list[Share]:
    if apply_to is not None and apply_to.client_id != client_id:
        raise AnotherClient("A payment pays invoices of the client who made it.")
    opened = open_invoices.open_for(client_id, party_id, first=apply_to)
    first = {each.invoice.pk: each.balance for each in opened if each.invoice == apply_to}
    return applications.oldest(turns.of(opened, first=first), amount)


def take_receipt(counter: Counter) -> str:
    """Return the next number of the receipts, of their locked series."""
    return f"R-{numbers.take(counter):05}"


def receive(
    *,
    receipt: str,
    client: models.Model,
    party_id: UUID | None = None,
    amount: Money,
    method: Method,
    received_on: date,
    key: UUID,
    reference: str,
    tendered: Money = ZERO,
    now: datetime,
    by: Membership,
) -> Payment:
    """Write and post money as the client's credit, under the lock of the receipts' series."""
    payment_id = uuid7()
    is_card = method == Method.CARD
    event = posting.card_payment_received if is_card else posting.payment_received
    entry = journal.post(
        source=f"payment:{payment_id}:received",
        entry_date=received_on,
        memo=f"Receipt {receipt}, {Method(method).label.lower()}",
        lines=event(client=client.pk, payment=payment_id, amount=amount),
        by=by,
    )
    payment = Payment.objects.create(
        id=payment_id,
        receipt=receipt,
        client_id=client.pk,
        party_id=party_id,
        method=method,
        amount=amount,
        tendered=tendered,
        received_on=received_on,
        reference=reference,
        key=key,
        entry_id=entry.pk,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(
        Action.PAYMENT_RECORDED, target=payment, touched=[client.pk], amount_cents=amount.cents
    )
    return payment
