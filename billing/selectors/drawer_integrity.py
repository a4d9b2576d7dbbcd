"""Invariants of the drawer that can be read from its rows and the books, checked on live rows."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from billing.models import Deposit, DepositTakenBack, DrawerCount
from billing.selectors import drawer
from ledger.chart import Role
from ledger.money import ZERO
from ledger.selectors.integrity import Finding

IN_DRAWER = Q(entry__postings__account__role=Role.UNDEPOSITED_FUNDS)


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the drawer of the practice in scope: nothing, in sound rows."""
    counts = DrawerCount.objects.exclude(entry=None).annotate(
        over=Coalesce(Sum("entry__postings__debit", filter=IN_DRAWER), 0),
        short=Coalesce(Sum("entry__postings__credit", filter=IN_DRAWER), 0),
    )
    wrong = counts.exclude(
        over=F("short") + F("cash") - F("expected_cash"), entry__entry_date=F("counted_on")
    )
    for pk in wrong.order_by("pk").values_list("pk", flat=True):
        yield Finding("I-3", f"The count {pk} is not posted as counted.", (pk,))
    deposits = Deposit.objects.annotate(
        left=Coalesce(Sum("entry__postings__credit", filter=IN_DRAWER), 0)
    )
    otherwise = deposits.exclude(left=F("cash") + F("checks"), entry__entry_date=F("deposited_on"))
    for made in otherwise.order_by("pk"):
        yield Finding("I-3", f"{made.reference} is not posted as made.", (made.pk,))
    yield from _taken_back_otherwise()
    if (checks := drawer.drawer().checks) < ZERO:
        yield Finding("I-4", f"{-checks} more in checks was deposited than came.", ())


def _taken_back_otherwise() -> Iterator[Finding]:
    """I-5: what is taken back is reversed, and what is reversed was taken back."""
    noted = DepositTakenBack.objects.filter(deposit=OuterRef("pk"))
    rows = Deposit.objects.annotate(is_noted=Exists(noted))
    wrong = rows.filter(
        Q(is_noted=True, entry__reversals=None) | Q(is_noted=False, entry__reversals__isnull=False)
    )
    for made in wrong.order_by("pk"):
        told = f"{made.reference} is taken back in one place and not in the other."
        yield Finding("I-5", told, (made.pk,))
