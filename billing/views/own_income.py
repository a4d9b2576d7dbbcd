"""A therapist's own income."""

from django.http import HttpResponse

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from billing.selectors import own_income
from billing.views.base import BillingView
from ledger.money import ZERO


class OwnIncome(BillingView):
    """What the hours of the person who asks brought; nobody chooses whose."""

    permission = Permission.SESSION_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        months = own_income.months(request.membership.pk, today=self.today, zone=self.zone)
        return self.page(
            "billing/own_income.html",
            months=months,
            held=sum(month.held for month in months),
            charged=sum((month.charged for month in months), ZERO),
            paid=sum((month.paid for month in months), ZERO),
            open=sum((month.open for month in months), ZERO),
            waiting=sum((month.waiting for month in months), ZERO),
        )
