"""Where the day of whoever keeps the books begins: what waits, pile by pile."""

from django.http import HttpResponse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from billing.selectors import work
from billing.views.base import BillingView


class Work(BillingView):
    """Numbers and sums of what waits for this person, each beside its list."""

    permission = Permission.PERIOD_POST

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        reader = work.Reader(
            member=request.membership,
            permissions=request.permissions,
            today=self.today,
            now=timezone.now(),
            zone=self.zone,
        )
        return self.page("billing/work.html", on=self.today, piles=work.piles(reader))
