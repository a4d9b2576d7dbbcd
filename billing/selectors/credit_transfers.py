"""Reads of credit between clients: what of a payment went to others, and whence one came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce

from billing.models import CreditTransfer, Payment, PaymentTakenBack
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors.integrity import Finding


@dataclass(frozen=True, slots=True)
class Row:
    """Credit that went to another account, or came from one; ``other_id`` is the payment on the
    other side, or None for who may not see that client. ``gone_on``: when it went back, or None.
    """

    pk: UUID
    other_id: UUID | None
    other: str
    amount: Money
    on: date
    why: str
    agreed: str
    agreed_on: date
    by: str
    gone_on: date | None


def out_of(payment: Payment, *, seen: QuerySet[Payment]) -> list[Row]:
    """Return what of a payment went to other accounts, in its order; ``seen``: what one may see."""
    rows = CreditTransfer.objects.filter(payment=payment)
    return _rows(rows, "arrived", seen)


def into(payment: Payment, *, seen: QuerySet[Payment]) -> Row | None:
    """Return whence a payment came, if it came from another account."""
    rows = _rows(CreditTransfer.objects.filter(arrived=payment), "payment", seen)
    return rows[0] if rows else None


def _rows(found: QuerySet[CreditTransfer], side: str, seen: QuerySet[Payment]) -> list[Row]:
    rows = list(found.select_related("arrived__recorded_by", "payment").order_by("id"))
    others = {row.pk: getattr(row, f"{side}_id") for row in rows}
    shown = dict(seen.filter(pk__in=others.values()).values_list("pk", "receipt"))
    gone = dict(
        PaymentTakenBack.objects.filter(payment__in=[row.arrived_id for row in rows]).values_list(
            "payment_id", "taken_back_on"
        )
    )
    return [
        Row(
            pk=row.pk,
            other_id=others[row.pk] if others[row.pk] in shown else None,
            other=shown.get(others[row.pk], ""),
            amount=row.arrived.amount,
            on=row.arrived.received_on,
            why=str(row.get_reason_display()),
            agreed=str(row.get_agreed_display()).lower(),
            agreed_on=row.agreed_on,
            by=row.arrived.recorded_by.display_name,
            gone_on=gone.get(row.arrived_id),
        )
        for row in rows
    ]


def findings() -> Iterator[Finding]:
    """Yield the transfers of which books and rows tell otherwise (I-3, I-12)."""
    untold = Payment.objects.filter(method=Payment.Method.MOVED, moved_in=None)
    for pk, receipt in untold.order_by("pk").values_list("pk", "receipt"):
        told = f"{receipt} came from another account, and nothing says from which."
        yield Finding("I-12", told, (pk,))
    own = Q(
        arrived__entry__postings__account__role=Role.CLIENT_CREDITS,
        arrived__entry__postings__party=F("payment__client_id"),
        arrived__entry__postings__item=F("payment_id"),
    )
    debit = Cast("arrived__entry__postings__debit", BigIntegerField())
    rows = CreditTransfer.objects.annotate(posted=Coalesce(Sum(debit, filter=own), 0))
    wrong = rows.exclude(
        posted=F("arrived__amount"), arrived__method=Payment.Method.MOVED
    ) | rows.filter(arrived__client_id=F("payment__client_id"))
    for pk, receipt in wrong.order_by("pk").values_list("pk", "payment__receipt"):
        yield Finding("I-3", f"Credit of {receipt} is moved otherwise than posted.", (pk,))
