"""What a session costs a client: the list fee of its day, less what was agreed with them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Model

from billing.models import DiscountKind, ServiceCode
from billing.selectors import service_codes
from clients.models import FeeAgreement
from clients.selectors import families, fee_agreements
from ledger.money import ZERO, Money

KIND_OF_BASIS = {
    FeeAgreement.Basis.SLIDING: DiscountKind.SLIDING,
    FeeAgreement.Basis.HARDSHIP: DiscountKind.SLIDING,
    FeeAgreement.Basis.PACKAGE: DiscountKind.COURTESY,
    FeeAgreement.Basis.AGREED: DiscountKind.COURTESY,
}
"""Why less was agreed → which account of discounts takes it (J01)."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a session costs, in cents: what the list says, what is taken off, and why ("" or a
    ``DiscountKind``)."""

    listed: Money
    discount: Money = ZERO
    kind: str = ""

    @property
    def fee(self) -> Money:
        return self.listed - self.discount


def of(client: Model, service_code: ServiceCode, *, on: date) -> Price | None:
    """Return what a session of a client costs on a business date; None without a list fee then."""
    listed = service_codes.list_fee(service_code, on=on)
    return None if listed is None else agreed(client, listed, on=on)


def agreed(client: Model, listed: Money, *, on: date) -> Price:
    """Return a list fee less what was agreed with a client, on whichever of their records."""
    agreement = _agreement(client, on)
    return Price(listed) if agreement is None else _less(listed, agreement)


def beside(client: Model, service_code: ServiceCode, *, on: date) -> Price | None:
    """Return what an add-on costs on a business date; None without a list fee then.

    An agreed share of the list fee counts for it too; an amount that was agreed for the hour
    covers it.
    """
    listed = service_codes.list_fee(service_code, on=on)
    if listed is None:
        return None
    agreement = _agreement(client, on)
    if agreement is None or not listed:
        return Price(listed)
    if agreement.percent is not None:
        return _less(listed, agreement)
    return Price(listed, listed, KIND_OF_BASIS[FeeAgreement.Basis(agreement.basis)].value)


def _agreement(client: Model, on: date) -> FeeAgreement | None:
    found = (fee_agreements.in_force(record, on=on) for record in families.ids_of([client.pk]))
    return next((agreement for agreement in found if agreement is not None), None)


def typed(fee: Money, usual: Price | None) -> Price:
    """Return the price for a fee that somebody typed, where ``usual`` is what it would be.

    Less than the list without an agreement is a courtesy; more is a list fee of its own.
    """
    if usual is None or fee >= usual.listed:
        return Price(fee)
    if fee == usual.fee:
        return usual
    return Price(usual.listed, usual.listed - fee, DiscountKind.COURTESY.value)


def asked(fee: Money | None, usual: Price | None) -> Price | None:
    """Return the price for what was typed, or the usual one where nothing was."""
    return usual if fee is None else typed(fee, usual)


def _less(listed: Money, agreement: FeeAgreement) -> Price:
    if agreement.percent is not None:
        fee = Money((listed.cents * agreement.percent + 50) // 100)
    else:
        fee = Money(agreement.amount_cents or 0)
    if fee >= listed:
        return Price(fee)
    kind = KIND_OF_BASIS[FeeAgreement.Basis(agreement.basis)]
    return Price(listed, listed - fee, kind.value)
