"""The cash view of a time: what came in for services, and how it bridges to what was earned.

Three kinds of accounts: where money lies, what clients and payers are owed or have prepaid, and
what they owe or were charged. Every other account (owner, expenses, bills) is none of a
receipt. Money that came in for services is the other side of the entries that move money; what is
applied is the part of it, and of what was prepaid, that met charges.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from ledger.chart import Role
from ledger.models import Posting
from ledger.money import ZERO, Money
from ledger.selectors import books

R = Role

MONEY = (
    R.OPERATING_BANK,
    R.UNDEPOSITED_FUNDS,
    R.REMITTANCE_CLEARING,
    R.STRIPE_CLEARING,
    R.PAYOUTS_IN_TRANSIT,
)
"""Where money lies."""

ADVANCES: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("Change of client and payer credits", (R.CLIENT_CREDITS, R.PAYER_CREDITS)),
    ("Change of prepaid sessions", (R.PREPAID_SESSIONS,)),
    ("Change of refunds and recoupments payable", (R.REFUNDS_PAYABLE, R.RECOUPMENTS_PAYABLE)),
    ("Change of unclaimed property", (R.UNCLAIMED_PROPERTY,)),
    ("Change of sales tax payable", (R.SALES_TAX_PAYABLE,)),
)
"""What clients and payers have given that met no charge yet."""

ADVANCED = tuple(role for _, roles in ADVANCES for role in roles)

OWED = (R.CLIENT_RECEIVABLE, R.INSURANCE_RECEIVABLE, R.DOUBTFUL_ACCOUNTS, R.DISPUTED_PAYMENTS)
"""What clients and payers owe."""

CHARGED = (
    *OWED,
    R.SESSION_FEES,
    R.CANCELLATION_FEES,
    R.REPORT_FEES,
    R.PACKAGE_BREAKAGE,
    R.CONTRACTUAL_ADJUSTMENTS,
    R.SLIDING_SCALE_DISCOUNTS,
    R.COURTESY_DISCOUNTS,
    R.BILLING_CORRECTIONS,
    R.SMALL_BALANCE_WRITE_OFFS,
    R.OTHER_INCOME,
)
"""What clients and payers owe, and what they were charged."""


@dataclass(frozen=True, slots=True)
class CashView:
    """Receipts and their bridge. ``moved`` left the advances for other accounts, without money;
    by ``owed`` clients and payers owe more at the end than before.

    ``money_change`` and ``other_flows`` prove the receipts from the money's own side.
    """

    received: Money
    refunded: Money
    charged_back: Money
    recouped: Money
    owed: Money
    applied: Money
    advances: tuple[tuple[str, Money], ...]
    moved: Money
    money_change: Money
    other_flows: Money

    @property
    def net_receipts(self) -> Money:
        return self.received + self.refunded + self.charged_back + self.recouped

    @property
    def bridged(self) -> Money:
        """What was applied, the changes of what is kept, and what moved elsewhere."""
        return self.applied + sum((change for _, change in self.advances), ZERO) + self.moved


def view(*, first: date, last: date, known_at: datetime | None = None) -> CashView:
    """Return the cash view of ``first`` to ``last``, both included, in cents."""
    found = books.postings(since=first, as_of=last, known_at=known_at)
    by_money = found.filter(Exists(_in_entry(MONEY)))
    without = found.filter(~Exists(_in_entry(MONEY)), Exists(_in_entry(ADVANCED)))
    moving, settling, all_nets = _nets(by_money), _nets(without), _nets(found)
    to_clients = _sum(moving, (R.REFUNDS_PAYABLE,))
    disputes = _sum(moving, (R.DISPUTED_PAYMENTS,))
    came, went = _came_and_went(by_money)
    others = moving.keys() - {*MONEY, *ADVANCED, *CHARGED}
    moved = settling.keys() - {*MONEY, *ADVANCED, *CHARGED}
    return CashView(
        received=came,
        refunded=-to_clients,
        charged_back=-disputes,
        recouped=-went,
        owed=_sum(all_nets, OWED),
        applied=-_sum(moving, CHARGED) - _sum(settling, CHARGED),
        advances=tuple((label, -_sum(all_nets, roles)) for label, roles in ADVANCES),
        moved=-_sum(settling, tuple(moved)),
        money_change=_sum(all_nets, MONEY),
        other_flows=-_sum(moving, tuple(others)),
    )


def _came_and_went(by_money: QuerySet[Posting]) -> tuple[Money, Money]:
    """Return what came in, and what went back without being a refund or a dispute.

    An entry counts by its net: a payment that was taken back is no receipt.
    """
    about = {*ADVANCED, *CHARGED} - {R.REFUNDS_PAYABLE, R.DISPUTED_PAYMENTS}
    entries = (
        by_money.filter(account__role__in=sorted(about))
        .values("entry")
        .annotate(net=Sum(F("debit") - F("credit")))
    )
    sums: dict[str, Any] = entries.aggregate(
        came=Sum("net", filter=Q(net__lt=0)), went=Sum("net", filter=Q(net__gt=0))
    )
    return Money(-int(_cents(sums["came"]))), Money(int(_cents(sums["went"])))


def _in_entry(roles: tuple[Role, ...]) -> QuerySet[Posting]:
    return Posting.objects.filter(entry=OuterRef("entry"), account__role__in=roles)


def _nets(postings: QuerySet[Posting]) -> dict[str, Money]:
    sums = postings.values_list("account__role").annotate(d=Sum("debit"), c=Sum("credit"))
    return {role: debits - credits for role, debits, credits in sums.order_by("account__role")}


def _sum(nets: dict[str, Money], roles: tuple[str, ...]) -> Money:
    return sum((nets.get(role, ZERO) for role in roles), ZERO)


def _cents(found: Any) -> int:
    return found.cents if isinstance(found, Money) else found or 0
