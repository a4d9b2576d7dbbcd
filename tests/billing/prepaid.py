"""Packages for tests, made through the product's own services."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Approval, Membership
from accounts.selectors.approvals import may_decide
from accounts.services import approvals
from billing.models import (
    Invoice,
    Package,
    PackageEnd,
    PackageEndTakenBack,
    PackageOffer,
    ServiceCode,
    Session,
)
from billing.selectors import package_ends
from billing.services import package_ends as ending
from billing.services import package_offers, packages
from billing.services.package_offers import Terms, UsedCounts
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import money
from tests.billing.issuing import issue_one

SOLD = date(2026, 2, 2)
"""A day before the sessions of the desk."""


def offer(
    by: Membership,
    *,
    dollars: str = "600.00",
    sessions: int = 4,
    days: int = 90,
    forfeits: bool = True,
    used_counts: UsedCounts = UsedCounts.UNIT,
    codes: tuple[str, ...] = ("90834", "90837"),
    key: UUID | None = None,
) -> PackageOffer:
    """Offer a package of sessions at 150.00 each, from the first of January on."""
    return package_offers.add(
        terms=Terms(
            name="Four sessions",
            sessions=sessions,
            price=Money.parse(dollars),
            valid_days=days,
            forfeits=forfeits,
            used_counts=used_counts,
            codes=list(ServiceCode.objects.filter(code__in=codes)),
            offered_from=date(2026, 1, 1),
        ),
        key=key or uuid4(),
        now=at.NOW,
        by=by,
    )


def sold(
    to: Client,
    by: Membership,
    of: PackageOffer | None = None,
    *,
    on: date = SOLD,
    key: UUID | None = None,
    **terms: Any,
) -> Package:
    return packages.sell(
        client=to,
        offer=of or offer(by, **terms),
        sold_on=on,
        key=key or uuid4(),
        now=at.at_noon(on),
        by=by,
    )


def sale(package: Package) -> Invoice:
    return package_ends.sale(package)


def used(
    of: Client,
    by: Membership,
    *,
    on: date = date(2026, 2, 17),
    dollars: str = "180.00",
    code: str = "90837",
    **more: Any,
) -> Invoice:
    """Issue an invoice for one session, which a package pays where it covers it."""
    held = at.session(of, by, dollars=dollars, on=on, code=code)
    return billed(held, by=by, **more)


def billed(*held: Session, by: Membership, on: date = at.TODAY, **more: Any) -> Invoice:
    return issue_one(sessions=held, issued_on=on, now=at.at_noon(on), by=by, **more)


def given_back(
    package: Package, by: Membership, *, on: date = at.TODAY, shown: str | None = None
) -> PackageEnd:
    """Give a package back; where it takes two people, somebody agrees."""
    done = tried(package, by, on=on, shown=shown)
    if isinstance(done, ending.Waiting):
        asked = Approval.objects.get(pk=done.approval_id)
        others = Membership.objects.exclude(pk=by.pk)
        second = next(each for each in others if may_decide(each, asked.act))
        approvals.decide(approval=asked, decision="APPROVED", by=second, now=asked.asked_at)
        done = tried(package, by, on=on, shown=shown)
    assert isinstance(done, PackageEnd)
    return done


def tried(
    package: Package, by: Membership, *, on: date = at.TODAY, shown: str | None = None
) -> PackageEnd | ending.Waiting:
    would = package_ends.preview(package).credited
    return ending.give_back(
        package=package,
        shown=would if shown is None else Money.parse(shown),
        ended_on=on,
        key=uuid4(),
        now=at.at_noon(on),
        by=by,
    )


def goes_on(end: PackageEnd, by: Membership, *, on: date = at.TODAY) -> PackageEndTakenBack:
    return ending.take_back(
        end=end,
        reason=ending.BackReason.MISTAKE,
        taken_back_on=on,
        now=at.at_noon(on),
        by=by,
    )


def history(of: Client, by: Membership) -> dict[str, UUID]:
    """Fill the tables of packages: offers, sales, sessions that were paid, and ends."""
    offered = offer(by)
    package, other = sold(of, by, offered), sold(of, by, offered)
    invoice = used(of, by)
    money.voided(invoice, by)
    goes_on(given_back(other, by), by)
    end = given_back(other, by)
    ended = offer(by)
    package_offers.end(offer=ended, ended_on=at.TODAY, today=at.TODAY, now=at.NOW, by=by)
    used(of, by)
    return {"offer": offered.pk, "package": package.pk, "package end": end.pk}
