"""What packages did to an invoice, and what became of a package, from their own rows."""

from collections.abc import Iterator
from datetime import datetime

from audit.actions import Action
from billing.models import (
    Invoice,
    Package,
    PackageEnd,
    PackageEndTakenBack,
    PackageRedemption,
    RedemptionTakenBack,
)

Told = tuple[datetime, str, str]
"""When, which action of the log, and the sentence."""


def of_invoice(invoice: Invoice) -> Iterator[Told]:
    """Yield what packages did to an invoice, in two queries, and two more for each that did."""
    yield from _paid(invoice)
    if Package.objects.filter(lines__invoice=invoice).exists():
        yield from _of_its_own(invoice)


def _paid(invoice: Invoice) -> Iterator[Told]:
    paid = PackageRedemption.objects.filter(line__invoice=invoice).select_related("package")
    rows = list(paid.order_by("id"))
    for row in rows:
        sentence = f"{row.amount.dollars} of package {row.package.reference} paid it."
        yield row.redeemed_at, Action.PACKAGE_REDEEMED.value, sentence
    if not rows:
        return
    back = RedemptionTakenBack.objects.filter(redemption__line__invoice=invoice)
    for gone in back.select_related("redemption__package").order_by("id"):
        reference = gone.redemption.package.reference
        sentence = f"{gone.redemption.amount.dollars} went back to package {reference}."
        yield gone.taken_back_at, Action.PACKAGE_GIVEN_BACK_TO.value, sentence


def _of_its_own(invoice: Invoice) -> Iterator[Told]:
    ended = PackageEnd.objects.filter(package__lines__invoice=invoice)
    for end in ended.select_related("package", "ended_by").order_by("id"):
        yield end.ended_at, _action(end), _ended(end)
    on = PackageEndTakenBack.objects.filter(end__package__lines__invoice=invoice)
    for each in on.select_related("end__package", "taken_back_by").order_by("id"):
        who, reference = each.taken_back_by.display_name, each.end.package.reference
        sentence = f"{who} let package {reference} go on: {each.get_reason_display()}."
        yield each.taken_back_at, Action.PACKAGE_GOES_ON.value, sentence


def _ended(end: PackageEnd) -> str:
    who, reference = end.ended_by.display_name, end.package.reference
    unused = f"{end.unused} session{'' if end.unused == 1 else 's'} unused"
    if end.kind == PackageEnd.Kind.EXPIRED:
        return f"Package {reference} expired with {unused}, {end.left.dollars}."
    kept = end.left - end.credited
    rest = f" {kept.dollars} is kept." if kept else ""
    return (
        f"{who} ended package {reference} with {unused}: {end.credited.dollars} is credited.{rest}"
    )


def _action(end: PackageEnd) -> str:
    expired = end.kind == PackageEnd.Kind.EXPIRED
    return (Action.PACKAGE_EXPIRED if expired else Action.PACKAGE_REFUNDED).value
