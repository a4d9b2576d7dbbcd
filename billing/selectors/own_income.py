"""What a therapist's own hours brought, month by month; nothing of anybody else."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from billing.models import InvoiceLine, Session
from billing.selectors import days, sessions, standing
from ledger.money import ZERO, Money

MONTHS = 12


@dataclass(slots=True)
class Month:
    """The hours of one month, by the day on which they were held, in cents.

    ``charged`` is after discounts, with fees for missed hours; ``paid`` and ``forgiven`` are the
    parts of payments and write-offs that fall on these lines of their invoice; ``waiting`` is not
    billed yet.
    """

    first: date
    held: int = 0
    charged: Money = ZERO
    paid: Money = ZERO
    forgiven: Money = ZERO
    waiting: Money = ZERO

    @property
    def open(self) -> Money:
        return self.charged - self.paid - self.forgiven


def months(therapist_id: UUID, *, today: date, zone: ZoneInfo) -> list[Month]:
    """Return the last ``MONTHS`` months with the present one, newest first, in seven queries."""
    firsts = [today.replace(day=1)]
    while len(firsts) < MONTHS:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    found = {first: Month(first) for first in firsts}
    since, _ = days.bounds(firsts[-1], zone)
    held = Session.objects.filter(therapist=therapist_id, started_at__gte=since)
    for (started_at,) in held.values_list("started_at"):
        month = found.get(days.day_of(started_at, zone).replace(day=1))
        if month:
            month.held += 1
    for started_at, fee in sessions.unbilled(held).values_list("started_at", "fee"):
        month = found.get(days.day_of(started_at, zone).replace(day=1))
        if month:
            month.waiting += fee
    own = standing.lines().filter(
        Q(session__therapist=therapist_id) | Q(missed_fee__therapist=therapist_id),
        served_on__gte=firsts[-1],
    )
    for line, paid, forgiven in met(set(own.values_list("pk", "invoice_id"))):
        month = found.get(line.served_on.replace(day=1))
        if month:
            month.charged += line.amount
            month.paid += paid
            month.forgiven += forgiven
    return list(found.values())


def met(own: set[tuple[UUID, UUID]]) -> list[tuple[InvoiceLine, Money, Money]]:
    """Return lines, each with its share of what its invoice was paid and was forgiven, to the cent.

    ``own`` names them, each with its invoice: what others did on the same invoice has its share.
    """
    bills = {bill for _, bill in own}
    lines: defaultdict[UUID, list[InvoiceLine]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice__in=bills).order_by("invoice", "position"):
        lines[line.invoice_id].append(line)
    paid, forgiven = (
        dict(rows.filter(invoice__in=bills).values_list("invoice_id").annotate(sum=Sum("amount")))
        for rows in (standing.applications(), standing.write_offs())
    )
    used = standing.redemptions().filter(line__invoice__in=bills)
    by_package = dict(used.values_list("line_id", "amount"))
    met = []
    for bill, of_bill in lines.items():
        # A package pays its own line; money and write-offs meet what is left of each.
        left = [line.amount - by_package.get(line.pk, ZERO) for line in of_bill]
        met += [
            (line, share + by_package.get(line.pk, ZERO), less)
            for line, share, less in zip(
                of_bill,
                _shares(paid.get(bill, ZERO), left),
                _shares(forgiven.get(bill, ZERO), left),
                strict=True,
            )
            if (line.pk, bill) in own
        ]
    return met


def _shares(amount: Money, left: list[Money]) -> list[Money]:
    weights = [each.cents for each in left]
    return amount.split(weights) if sum(weights) else [ZERO] * len(left)
