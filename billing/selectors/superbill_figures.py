"""What sessions were billed at and what became of it, session by session, as it stands now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Max

from billing.selectors import own_income, standing
from ledger.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Figures:
    """One session's money over all invoice lines that stand, in cents.

    ``taken_off`` are discounts and what was written off; ``paid_on`` is when the last of what pays
    it came, None if nothing did.
    """

    charged: Money
    taken_off: Money
    paid: Money
    paid_on: date | None

    @property
    def balance(self) -> Money:
        return self.charged - self.taken_off - self.paid


def of_sessions(session_ids: Collection[UUID]) -> dict[UUID, Figures]:
    """Return session → its figures, in seven queries; what no standing line bills is left out.

    What an invoice was paid is shared among its lines as the therapists' income is.
    """
    own = set(standing.lines().filter(session__in=session_ids).values_list("pk", "invoice_id"))
    bills, lines = {bill for _, bill in own}, {line for line, _ in own}
    by_money = dict(
        standing.applications()
        .filter(invoice__in=bills)
        .values_list("invoice_id")
        .annotate(last=Max("payment__received_on"))
        .order_by("invoice_id")
    )
    used = standing.redemptions().filter(line__in=lines)
    by_package = dict(used.values_list("line_id", "redeemed_on"))
    found: dict[UUID, Figures] = {}
    for line, paid, forgiven in own_income.met(own):
        if line.session_id is None:
            continue
        came = [by_money.get(line.invoice_id), by_package.get(line.pk)] if paid else []
        before = found.get(line.session_id)
        days = [each for each in (*came, before and before.paid_on) if each]
        found[line.session_id] = Figures(
            charged=line.amount + line.discount + (before.charged if before else ZERO),
            taken_off=line.discount + forgiven + (before.taken_off if before else ZERO),
            paid=paid + (before.paid if before else ZERO),
            paid_on=max(days, default=None),
        )
    return found
