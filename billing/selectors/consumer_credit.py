"""Whether payment plans make a practice a creditor that owes disclosures: Regulation Z.

An agreement without any charge is consumer credit if it is in writing and payable in more than four
installments (12 CFR 1026.2(a)(17)(i)). Who agreed more than 25 of them in the year before, or else
in this one, is a creditor: from the 26th on, and for all of the next year (1026.2(a)(17)(v)).
"""

from dataclasses import dataclass

from billing.models import PaymentPlan

FEW_INSTALLMENTS = 4
CREDITOR_ABOVE = 25


@dataclass(frozen=True, slots=True)
class Agreed:
    """How many such plans were agreed, in this year and in the one before."""

    this_year: int
    year_before: int

    @property
    def number(self) -> int:
        """Which of this year's the next one would be."""
        return self.this_year + 1

    @property
    def is_creditor(self) -> bool:
        """Whether disclosures are owed for the next one."""
        return self.year_before > CREDITOR_ABOVE or self.number > CREDITOR_ABOVE


def is_credit(installments: int) -> bool:
    return installments > FEW_INSTALLMENTS


def agreed(year: int) -> Agreed:
    """Return how many plans in more than four installments were agreed by now. One that was taken
    back was agreed as well.
    """
    rows = PaymentPlan.objects.filter(installment_count__gt=FEW_INSTALLMENTS)
    this, before = (rows.filter(agreed_on__year=each).count() for each in (year, year - 1))
    return Agreed(this, before)
