from django.http import HttpResponse

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.selectors import today
from billing.views.base import BillingView


class Today(BillingView):
    """The desk's day: who came, what they owe, what was taken."""

    permission = Permission.SESSION_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        day = today.today(
            request.membership, on=self.today, zone=self.zone, permissions=request.permissions
        )
        events.record(Action.SESSION_LISTED, touched=sorted(day.client_ids), count=len(day.rows))
        return self.page(
            "billing/today.html",
            on=day.on,
            rows=day.rows,
            owed=day.owed,
            unbilled_count=day.unbilled_count,
            question_count=day.question_count,
            late_plan_count=day.late_plan_count,
            receipts=day.receipts,
            taken=day.taken,
            may_add=self.may(Permission.CLIENT_CREATE),
            may_record=self.may(Permission.SESSION_RECORD),
            may_take=self.may(Permission.PAYMENT_RECORD),
            may_count=self.may(Permission.DRAWER_COUNT),
        )
