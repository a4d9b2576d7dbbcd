"""Invariants of packages: their rows against each other, and against the entries that they made."""

from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, Sum
from django.db.models.functions import Cast, Coalesce

from billing.models import Package, PackageEnd, PackageRedemption
from billing.selectors import packages, standing
from ledger.chart import Role
from ledger.money import ZERO
from ledger.selectors.integrity import Finding

WHOLE_NUMBER = BigIntegerField()


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the packages of the practice in scope: nothing, in sound rows."""
    yield from _sold_otherwise()
    yield from _used_otherwise()
    yield from _paid_otherwise_than_posted()
    yield from _ended_otherwise_than_posted()
    yield from _ended_twice()


def _sold_otherwise() -> Iterator[Finding]:
    """I-3: a package is what its offer says, on its invoice and in the books (J10)."""
    rows = Package.objects.annotate(
        posted=_net("lines__invoice__entry", Role.PREPAID_SESSIONS, "client_id", "pk")
    )
    strange = rows.exclude(
        price=F("offer__price"),
        sessions=F("offer__sessions"),
        lines__amount=F("price"),
        lines__invoice__client=F("client"),
        lines__invoice__issued_on=F("sold_on"),
        posted=-Cast("price", WHOLE_NUMBER),
    )
    for pk, reference in strange.order_by("pk").values_list("pk", "reference"):
        told = f"Package {reference} is not sold and posted as its offer says."
        yield Finding("I-3", told, (pk,))


def _used_otherwise() -> Iterator[Finding]:
    """I-4: a package pays sessions that it covers, of its own client, and no more than it has."""
    for left in packages.left_of(standing.packages().order_by("pk")).values():
        package = left.package
        if left.sessions < 0 or left.amount < ZERO or (not left.sessions and left.amount):
            told = f"Package {package.reference} paid another sum than its price is."
            yield Finding("I-4", told, (package.pk,))
    sound = PackageRedemption.objects.filter(
        line__session__client=F("package__client"),
        line__service_code=F("package__offer__codes__service_code"),
        line__served_on__gte=F("package__sold_on"),
        line__served_on__lte=F("package__valid_until"),
        line__amount=F("amount"),
    )
    strange = PackageRedemption.objects.exclude(pk__in=sound.values("pk")).order_by("pk")
    for pk, reference in strange.values_list("pk", "package__reference"):
        yield Finding("I-4", f"Package {reference} pays what it does not cover.", (pk,))


def _paid_otherwise_than_posted() -> Iterator[Finding]:
    """I-3: what a package pays of a session moves from it to the invoice (J11)."""
    rows = PackageRedemption.objects.annotate(
        prepaid=_net("entry", Role.PREPAID_SESSIONS, "package__client_id", "package_id"),
        owed=_net("entry", Role.CLIENT_RECEIVABLE, "package__client_id", "line__invoice_id"),
    )
    strange = rows.exclude(
        prepaid=Cast("amount", WHOLE_NUMBER),
        owed=-Cast("amount", WHOLE_NUMBER),
        entry__entry_date=F("redeemed_on"),
    )
    for pk, reference in strange.order_by("pk").values_list("pk", "package__reference"):
        told = f"A session of package {reference} is not posted as paid."
        yield Finding("I-3", told, (pk,))


def _ended_otherwise_than_posted() -> Iterator[Finding]:
    """I-3: what was left is credited to the invoice, or is breakage (J12, J13)."""
    kept = Q(entry__postings__account__role=Role.PACKAGE_BREAKAGE)
    rows = PackageEnd.objects.annotate(
        prepaid=_net("entry", Role.PREPAID_SESSIONS, "package__client_id", "package_id"),
        owed=_net(
            "entry", Role.CLIENT_RECEIVABLE, "package__client_id", "package__lines__invoice_id"
        ),
        kept=Coalesce(Sum(_difference("entry"), filter=kept), 0),
    )
    strange = rows.exclude(
        prepaid=Cast("left", WHOLE_NUMBER),
        owed=-Cast("credited", WHOLE_NUMBER),
        kept=Cast("credited", WHOLE_NUMBER) - Cast("left", WHOLE_NUMBER),
        entry__entry_date=F("ended_on"),
    )
    for pk, reference in strange.order_by("pk").values_list("pk", "package__reference"):
        told = f"The end of package {reference} is not posted as recorded."
        yield Finding("I-3", told, (pk,))


def _ended_twice() -> Iterator[Finding]:
    """I-5: one end of a package stands at most, and none of one whose invoice is void."""
    ends = standing.package_ends()
    twice = ends.values("package").annotate(times=Count("pk")).filter(times__gt=1)
    void = Package.objects.exclude(pk__in=standing.packages().values("pk"))
    wrong = Package.objects.filter(
        Q(pk__in=twice.values("package"))
        | Q(pk__in=ends.filter(package__in=void).values("package"))
    )
    for pk, reference in wrong.order_by("pk").values_list("pk", "reference"):
        yield Finding("I-5", f"Package {reference} has ended more than once.", (pk,))


def _net(way: str, role: Role, party: str, item: str) -> Any:
    """Return what an entry leaves on one open item, as debits less credits in cents."""
    own = Q(
        **{
            f"{way}__postings__account__role": role,
            f"{way}__postings__party": F(party),
            f"{way}__postings__item": F(item),
        }
    )
    return Coalesce(Sum(_difference(way), filter=own), 0)


def _difference(way: str) -> Any:
    debit = Cast(f"{way}__postings__debit", WHOLE_NUMBER)
    return debit - Cast(f"{way}__postings__credit", WHOLE_NUMBER)
