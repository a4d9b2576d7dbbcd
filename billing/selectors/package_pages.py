"""Packages and their offers as pages show them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from billing.models import (
    Invoice,
    Package,
    PackageEnd,
    PackageEndTakenBack,
    PackageOffer,
    PackageOfferCode,
    PackageOfferEnded,
    PackageRedemption,
    RedemptionTakenBack,
)
from billing.selectors import packages, payments, standing
from billing.selectors.invoices import END_OF_TIME
from billing.selectors.reversals import MirrorLine
from clients.selectors import clients
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import chart, subledger
from ledger.services.journal import Line


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer as lists and forms show it; from ``ended_on`` on it is not sold."""

    pk: UUID
    name: str
    sold: str
    unused: str
    refund: str
    price: Money
    offered_from: date
    ended_on: date | None
    state: str

    @property
    def terms(self) -> str:
        return f"{self.sold} {self.unused} {self.refund}"


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package as lists show it; ``name`` is "" for those who see codes only."""

    pk: UUID
    reference: str
    offer: str
    client_id: UUID
    code: str
    name: str
    sold_on: date
    valid_until: date
    of: int
    left: int
    amount: Money
    price: Money
    state: str

    @property
    def url(self) -> str:
        return reverse("billing:package", args=[self.pk])

    @property
    def client_url(self) -> str:
        return reverse("billing:client", args=[self.client_id])


@dataclass(frozen=True, slots=True)
class Used:
    """A session that a package paid; ``gone_on`` is when it went back to it."""

    invoice_id: UUID
    number: str
    served_on: date
    amount: Money
    gone_on: date | None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a package ended; ``gone`` says why it goes on, or ""."""

    pk: UUID
    kind: str
    on: date
    unused: int
    credited: Money
    kept: Money
    by: str
    gone: str
    gone_on: date | None


@dataclass(frozen=True, slots=True)
class Credit:
    """Credit of a payment that had paid a package and could be given back."""

    payment_id: UUID
    receipt: str
    how: str
    left: Money


def offers(*, on: date) -> list[OfferRow]:
    """Return every offer, those that are sold on a day first, in three queries."""
    rows = list(PackageOffer.objects.order_by("name", "id"))
    ended = dict(PackageOfferEnded.objects.values_list("offer_id", "ended_on"))
    codes = _codes(rows)
    found = [_offer(row, codes.get(row.pk, []), ended.get(row.pk), on) for row in rows]
    return sorted(found, key=lambda row: row.state != "active")


def offered(*, on: date) -> list[OfferRow]:
    """Return the offers that are sold on a day."""
    return [row for row in offers(on=on) if row.state == "active"]


def offer(row: PackageOffer, *, on: date) -> OfferRow:
    ended = row.ended.first()
    codes = _codes([row]).get(row.pk, [])
    return _offer(row, codes, ended.ended_on if ended else None, on)


def _codes(rows: Iterable[PackageOffer]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    covered = PackageOfferCode.objects.filter(offer__in=[row.pk for row in rows])
    names = covered.order_by("service_code__code").values_list("offer_id", "service_code__code")
    for pk, code in names:
        found.setdefault(pk, []).append(code)
    return found


def _offer(row: PackageOffer, codes: list[str], ended_on: date | None, on: date) -> OfferRow:
    of = f"{row.sessions} session{'' if row.sessions == 1 else 's'} of {' or '.join(codes)}"
    rest = row.price - Money(row.unit.cents * row.sessions)
    last = f", and {(row.unit + rest).dollars} for the last one" if rest else ""
    days = f"{row.valid_days} day{'' if row.valid_days == 1 else 's'}"
    each = f"{row.unit.dollars} for each session that was used"
    if row.used_counts == row.UsedCounts.LIST:
        each = "the full fee of each session that was used"
    state = "ahead" if row.offered_from > on else "active"
    return OfferRow(
        pk=row.pk,
        name=row.name,
        sold=f"{of} for {row.price.dollars}, {row.unit.dollars} each{last}, held within {days} of"
        " the sale.",
        unused="What is not used by then expires."
        if row.forfeits
        else "What is not used by then does not expire: it can be given back.",
        refund=f"If it is given back: the price less {each}.",
        price=row.price,
        offered_from=row.offered_from,
        ended_on=ended_on,
        state="ended" if ended_on is not None and ended_on <= on else state,
    )


def newest_first(rows: QuerySet[Package]) -> QuerySet[Package]:
    return rows.order_by("-sold_on", "-id")


def rows(
    found: Iterable[Package], *, on: date, permissions: clients.Permissions
) -> list[PackageRow]:
    """Return packages as lists show them, in their order, in five queries for all of them."""
    shown = list(found)
    ids = [each.pk for each in shown]
    left = packages.left_of(shown)
    people = clients.shown({each.client_id for each in shown}, permissions=permissions)
    sold = set(standing.packages().filter(pk__in=ids).values_list("pk", flat=True))
    ended = dict(standing.package_ends().filter(package__in=ids).values_list("package_id", "kind"))
    return [
        PackageRow(
            pk=each.pk,
            reference=each.reference,
            offer=each.offer.name,
            client_id=each.client_id,
            code=people[each.client_id].code,
            name=people[each.client_id].name,
            sold_on=each.sold_on,
            valid_until=each.valid_until,
            of=each.sessions,
            left=left[each.pk].sessions if _runs(each, sold, ended) else 0,
            amount=left[each.pk].amount if _runs(each, sold, ended) else ZERO,
            price=each.price,
            state=_state(left[each.pk], sold, ended, on),
        )
        for each in shown
    ]


def _runs(package: Package, sold: Collection[UUID], ended: Collection[UUID]) -> bool:
    return package.pk in sold and package.pk not in ended


def _state(left: packages.Left, sold: Collection[UUID], ended: dict[UUID, str], on: date) -> str:
    package = left.package
    if package.pk not in sold:
        return "void"
    if package.pk in ended:
        return "expired" if ended[package.pk] == PackageEnd.Kind.EXPIRED else "refunded"
    if not left.sessions:
        return "used_up"
    return "run_out" if package.valid_until < on else "active"


def of_records(
    records: Collection[UUID], *, on: date, permissions: clients.Permissions
) -> list[PackageRow]:
    """Return the packages of one person's records that have sessions left, the first to run out
    first."""
    running = packages.running().filter(client__in=records).select_related("offer")
    found = rows(running.order_by("valid_until", "reference"), on=on, permissions=permissions)
    return [row for row in found if row.left]


def used(package: Package) -> list[Used]:
    """Return the sessions that a package paid, in their order, in two queries."""
    paid = PackageRedemption.objects.filter(package=package).select_related("line__invoice")
    gone = dict(
        RedemptionTakenBack.objects.filter(redemption__package=package).values_list(
            "redemption_id", "taken_back_on"
        )
    )
    return [
        Used(
            row.line.invoice_id,
            row.line.invoice.number,
            row.line.served_on,
            row.amount,
            gone.get(row.pk),
        )
        for row in paid.order_by("id")
    ]


def ends(package: Package) -> list[Ended]:
    """Return how a package ended, and went on, in two queries."""
    found = PackageEnd.objects.filter(package=package).select_related("ended_by").order_by("id")
    gone = {back.end_id: back for back in PackageEndTakenBack.objects.filter(end__package=package)}
    return [
        Ended(
            row.pk,
            row.get_kind_display(),
            row.ended_on,
            row.unused,
            row.credited,
            row.left - row.credited,
            row.ended_by.display_name,
            gone[row.pk].get_reason_display() if row.pk in gone else "",
            gone[row.pk].taken_back_on if row.pk in gone else None,
        )
        for row in found
    ]


def credits(package: Package, invoice: Invoice) -> list[Credit]:
    """Return what payments that had paid a package hold as credit now."""
    items = subledger.open_items(
        Role.CLIENT_CREDITS, as_of=END_OF_TIME, parties=[package.client_id]
    )
    left = {item.item: item.balance for item in items}
    paid = payments.that_paid(invoice).filter(pk__in=left).order_by("received_on", "id")
    return [Credit(each.pk, each.receipt, payments.how(each), left[each.pk]) for each in paid]


def parts_of_invoice(invoice: Invoice, sold: Package | None) -> list[payments.Part]:
    """Return what packages pay of an invoice, and what of the package that it ``sold`` was given
    back, as its page shows payments."""
    paid = standing.redemptions().filter(line__invoice=invoice).select_related("package")
    parts = [
        _part(invoice, row.pk, row.redeemed_on, f"by package {row.package.reference}", row.amount)
        for row in paid.order_by("line__position")
    ]
    if sold is None:
        return parts
    back = standing.package_ends().filter(package=sold, credited__gt=0)
    return parts + [
        _part(invoice, row.pk, row.ended_on, f"package {sold.reference} given back", row.credited)
        for row in back.order_by("id")
    ]


def _part(invoice: Invoice, pk: UUID, on: date, how: str, amount: Money) -> payments.Part:
    return payments.Part(
        pk=pk,
        payment_id=pk,
        invoice_id=invoice.pk,
        number=invoice.number,
        on=on,
        how=how,
        amount=amount,
    )


def journal_lines(lines: Iterable[Line]) -> list[MirrorLine]:
    """Return lines of an entry as they are shown before it is written."""
    names = {account.role: f"{account.code} {account.name}" for account in chart.accounts()}
    return [MirrorLine(names[each.role], each.debit or None, each.credit or None) for each in lines]
