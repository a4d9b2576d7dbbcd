"""What ending a package would do: the formula, and what of it the invoice can be lower by."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Sum

from billing.models import Invoice, Package, PackageOffer
from billing.selectors import invoices, packages, since, standing, write_offs
from ledger.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Rest:
    """What ends with a package, in cents. ``formula`` is the price less what the used sessions
    count; ``credited`` of it lowers the invoice, and ``kept`` is the practice's.
    """

    invoice: Invoice
    unused: int
    used: int
    left: Money
    counted: Money
    formula: Money
    credited: Money
    not_before: date

    @property
    def kept(self) -> Money:
        return self.left - self.credited


def preview(package: Package) -> Rest:
    """Return what giving a package back would do by its formula.

    A session that was used counts its part of the price, or its full list fee as it was billed.
    Never more goes back than is left, nor than was billed and not written off.
    """
    left = packages.left_of([package])[package.pk]
    invoice = sale(package)
    counted = left.redeemed
    if package.offer.used_counts == PackageOffer.UsedCounts.LIST:
        counted = _listed(package)
    formula = min(max(package.price - counted, ZERO), left.amount)
    room = invoice.total - write_offs.written_off(invoice)
    credited = min(formula, room)
    return Rest(
        invoice=invoice,
        unused=left.sessions,
        used=left.used,
        left=left.amount,
        counted=counted,
        formula=formula,
        credited=credited,
        not_before=_not_before(left, invoice, credited),
    )


def freed(rest: Rest) -> Money:
    """Return how much of what is credited had been paid, and is credit afterwards, in cents."""
    return max(rest.credited - invoices.balance_due(rest.invoice), ZERO)


def expired(package: Package) -> Rest:
    """Return what letting a package expire would do: all that is left is the practice's."""
    left = packages.left_of([package])[package.pk]
    return Rest(
        invoice=sale(package),
        unused=left.sessions,
        used=left.used,
        left=left.amount,
        counted=left.redeemed,
        formula=ZERO,
        credited=ZERO,
        not_before=package.valid_until,
    )


def sale(package: Package) -> Invoice:
    """Return the invoice that sold a package."""
    return Invoice.objects.get(lines__package=package)


def _listed(package: Package) -> Money:
    """Return what the sessions that a package paid would have cost by the list, in cents."""
    paid = standing.redemptions().filter(package=package)
    found = paid.aggregate(net=Sum(F("line__amount")), less=Sum(F("line__discount")))
    return (found["net"] or ZERO) + (found["less"] or ZERO)


def _not_before(left: packages.Left, invoice: Invoice, credited: Money) -> date:
    """Return the first day on which a package can be given back so that no report of a past day
    shows less than nothing: all that is left was prepaid by then, every session that it paid was
    billed, and what is credited was open, or is what had been paid and is freed that day.
    """
    package = left.package
    paid = standing.redemptions().filter(package=package).aggregate(on=Max("redeemed_on"))["on"]
    applied = standing.applications().filter(invoice=invoice).aggregate(on=Max("applied_on"))["on"]
    there = since.of_package(package, left.amount)
    was_open = since.of_debt(invoice, min(credited, invoices.balance_due(invoice)))
    return max(day for day in (package.sold_on, paid, applied, there, was_open) if day is not None)
