"""Packages: what is left of them, which sessions they would pay, and which have run out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from billing.models import (
    Appointment,
    Invoice,
    InvoiceLine,
    Package,
    PackageOfferCode,
    PackageRedemption,
    Session,
)
from billing.selectors import appointments, days, sessions, standing
from billing.selectors.sessions import SessionRow
from ledger.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Left:
    """A package and what it paid until now: how many sessions, over how many cents."""

    package: Package
    used: int
    redeemed: Money
    codes: frozenset[UUID] = frozenset()

    @property
    def sessions(self) -> int:
        return self.package.sessions - self.used

    @property
    def amount(self) -> Money:
        """What is still prepaid, in cents."""
        return self.package.price - self.redeemed

    @property
    def next_worth(self) -> Money:
        """What the next session is worth, in cents: the last one takes all that is left."""
        return worth(self.package.price, self.package.sessions, self.used, self.redeemed)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A session that a package might pay. ``fee`` is what it costs without one, in cents."""

    session: UUID
    client: UUID
    code: UUID
    on: date
    fee: Money


@dataclass(frozen=True, slots=True)
class Part:
    """That a package pays a session, and with how many cents."""

    package: Package
    amount: Money
    left: int
    """How many sessions it has afterwards."""


def worth(price: Money, number: int, used: int, redeemed: Money) -> Money:
    """Return what the next session of a package is worth, in cents.

    All are worth the same, in whole cents; the last one is worth whatever of the price is left, so
    that they make the price, in whichever order some were given back meanwhile.
    """
    if number - used == 1:
        return price - redeemed
    return Money(price.cents // number)


def left_of(packages: Iterable[Package]) -> dict[UUID, Left]:
    """Return what is left of packages by id, in two queries, whether or not they have ended."""
    shown = list(packages)
    paid = standing.redemptions().filter(package__in=[each.pk for each in shown])
    sums = paid.values_list("package").annotate(n=Count("pk"), sum=Sum("amount"))
    used = {pk: (n, amount) for pk, n, amount in sums.order_by("package")}
    codes: defaultdict[UUID, set[UUID]] = defaultdict(set)
    covered = PackageOfferCode.objects.filter(offer__in={each.offer_id for each in shown})
    for offer, code in covered.values_list("offer_id", "service_code_id"):
        codes[offer].add(code)
    return {
        each.pk: Left(each, *used.get(each.pk, (0, ZERO)), frozenset(codes[each.offer_id]))
        for each in shown
    }


def running(packages: QuerySet[Package] | None = None) -> QuerySet[Package]:
    """Return those that are neither void nor ended, whether or not sessions are left."""
    chosen = standing.packages() if packages is None else packages.filter(standing.SOLD)
    return chosen.exclude(pk__in=standing.package_ends().values("package"))


def in_force(client_ids: Collection[UUID]) -> list[Left]:
    """Return the packages of some clients that have sessions left, the first to run out first."""
    chosen = running().filter(client__in=client_ids).select_related("offer")
    found = left_of(chosen.order_by("valid_until", "sold_on", "reference"))
    return [each for each in found.values() if each.sessions]


def plan(held: Iterable[Left], wanted: Iterable[Wanted]) -> dict[UUID, Part]:
    """Return session id → the package that pays it: the first that covers it and has one left.

    What costs nothing uses no package.
    """
    left = list(held)
    found: dict[UUID, Part] = {}
    for each in wanted:
        if not each.fee:
            continue
        for place, one in enumerate(left):
            if one.sessions and _covers(one, each):
                amount = one.next_worth
                found[each.session] = Part(one.package, amount, one.sessions - 1)
                left[place] = replace(one, used=one.used + 1, redeemed=one.redeemed + amount)
                break
    return found


def _covers(one: Left, wanted: Wanted) -> bool:
    package = one.package
    return (
        package.client_id == wanted.client
        and wanted.code in one.codes
        and package.sold_on <= wanted.on <= package.valid_until
    )


def wanted(held: Iterable[Session]) -> list[Wanted]:
    """Return sessions as packages look at them, in the order in which they took place."""
    zone = days.zone()
    rows = sorted(held, key=lambda each: (each.started_at, each.pk))
    return [
        Wanted(
            each.pk,
            each.client_id,
            each.service_code_id,
            days.day_of(each.started_at, zone),
            each.fee,
        )
        for each in rows
    ]


def paying(held: Iterable[Session]) -> dict[UUID, Part]:
    """Return session id → the package that would pay it, if all of these were billed now."""
    asked = wanted(held)
    return plan(in_force({each.client for each in asked}), asked)


def marked(rows: Iterable[SessionRow]) -> list[SessionRow]:
    """Return rows of a work list with the package that would pay each, in at most four queries."""
    shown = list(rows)
    held = in_force({row.client_id for row in shown})
    if not held:
        return shown
    of_them = Session.objects.filter(pk__in=[row.pk for row in shown if not row.is_fee])
    found = plan(held, wanted(of_them))
    return [replace(row, package=_told(found, row.pk)) for row in shown]


def _told(found: Mapping[UUID, Part], pk: UUID) -> str:
    part = found.get(pk)
    if part is None:
        return ""
    left = f"{part.left} session{'' if part.left == 1 else 's'} left"
    return f"{part.package.reference} pays it with {part.amount.dollars}; {left} afterwards"


def run_out(*, today: date, among: QuerySet[Package] | None = None) -> list[Left]:
    """Return the packages whose unused sessions expire by the practice's own day, the first first.

    One of whose time a session waits to be billed is not among them: it is billed first. Nor is one
    of whose time an hour is planned that it covers, and nobody said yet what became of it.
    """
    chosen = running(among).filter(valid_until__lt=today, offer__forfeits=True)
    rows = chosen.select_related("client", "offer").order_by("valid_until", "reference")
    found = [each for each in left_of(rows).values() if each.sessions]
    waiting = plan(found, wanted(_unbilled_of(found)))
    kept = {part.package.pk for part in waiting.values()}
    kept |= {
        one.package.pk for hour in _unmarked_of(found, today) for one in found if _covers(one, hour)
    }
    return [each for each in found if each.package.pk not in kept]


def _unbilled_of(found: Iterable[Left]) -> QuerySet[Session]:
    held = Session.objects.filter(client__in={each.package.client_id for each in found})
    return sessions.unbilled(held)


def _unmarked_of(found: Iterable[Left], today: date) -> list[Wanted]:
    """Return planned hours as packages look at them; what one costs is known once it took place."""
    zone = days.zone()
    planned = Appointment.objects.filter(
        client__in={each.package.client_id for each in found},
        starts_at__lt=days.bounds(today, zone)[0],
    )
    rows = appointments.waiting(planned).values_list(
        "pk", "client_id", "service_code_id", "starts_at"
    )
    return [
        Wanted(pk, client, code, days.day_of(starts_at, zone), ZERO)
        for pk, client, code, starts_at in rows
    ]


def unused_of(invoices: Collection[UUID]) -> dict[UUID, Package]:
    """Return invoice id → the package that it sold, where that goes on and has sessions left."""
    lines = InvoiceLine.objects.filter(invoice__in=invoices, package__in=running())
    sold = {line.invoice_id: line.package for line in lines.select_related("package__offer")}
    left = left_of(each for each in sold.values() if each is not None)
    return {pk: each for pk, each in sold.items() if each is not None and left[each.pk].sessions}


def sold_by(invoice: Invoice) -> Package | None:
    """Return the package that an invoice sells, if it does."""
    return Package.objects.filter(lines__invoice=invoice).first()


def paid_at_issue(invoice: Invoice) -> list[PackageRedemption]:
    """Return what packages paid of an invoice when it was issued, whatever became of it later."""
    rows = PackageRedemption.objects.filter(line__invoice=invoice).select_related("package")
    return list(rows.order_by("line__position"))
