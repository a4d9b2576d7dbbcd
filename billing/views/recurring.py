"""Bills that come again: set up, paused and ended."""

from http import HTTPStatus
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.recurring import RecurringForm
from billing.models import RecurringBill, Vendor
from billing.selectors import recurring
from billing.services import bills
from billing.services import recurring as services
from billing.views.base import BillingView
from billing.views.bills import OfVendorView

PREVIEWED = 6


class Recurring(BillingView):
    """Every bill that comes again, with its next days."""

    permission = Permission.BILL_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        rows = recurring.shown()
        events.record(Action.RECURRING_BILL_LISTED, count=len(rows))
        return self.page(
            "billing/recurring/list.html",
            rows=rows,
            may_change=self.may(Permission.BILL_CHANGE),
        )


class RecurringNew(OfVendorView):
    """Set one up; its next days are shown first."""

    permission = Permission.BILL_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        initial = {
            "key": uuid4(),
            "starts_on": self.today,
            "every_months": 1,
            "day": 1,
            "due_days": 0,
        }
        return self.show(RecurringForm(initial=initial, **self.form_arguments()))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = RecurringForm(request.POST, **self.form_arguments())
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        if "set_up" not in request.POST:
            return self.show(form, preview=next_days(typed))
        try:
            services.set_up(
                **{**typed, "vendor": Vendor.objects.get(pk=typed["vendor"].pk)},
                now=timezone.now(),
                by=request.membership,
            )
        except services.EndsBeforeItStarts as error:
            form.add_error("ends_on", str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except bills.KeyReused as error:
            form.add_error(None, str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "It is set up. Each bill is entered on its day.")
        return redirect("billing:recurring")

    def show(
        self, form: RecurringForm, *, preview: list[Any] | None = None, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        return self.page(
            "billing/recurring/new.html",
            status=status,
            form=form,
            vendors=self.offered,
            preview=preview,
        )


def next_days(typed: dict[str, Any]) -> list[Any]:
    """Return the first days on which a bill would come."""
    rhythm = {name: typed[name] for name in ("starts_on", "day", "every_months")}
    last = typed["ends_on"]
    days = islice(recurring.days_of(**rhythm), PREVIEWED)
    return [on for on in days if last is None or on <= last]


class OfRecurringView(BillingView):
    """Base of what is done with one of them."""

    permission = Permission.BILL_CHANGE

    def row(self, pk: UUID) -> RecurringBill:
        return get_object_or_404(RecurringBill, pk=pk)


class RecurringPause(OfRecurringView):
    """Make no more bills until it goes on."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        services.pause(row=self.row(pk), now=timezone.now(), by=request.membership)
        messages.success(request, "It rests. What falls into the pause is not entered.")
        return redirect("billing:recurring")


class RecurringGoOn(OfRecurringView):
    """Make bills again."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        services.go_on(row=self.row(pk), today=self.today, by=request.membership)
        messages.success(request, "It goes on from today.")
        return redirect("billing:recurring")


class RecurringEnd(OfRecurringView):
    """Make no bill any more."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        services.end(row=self.row(pk), now=timezone.now(), by=request.membership)
        messages.success(request, "It is ended. The bills that it made stay.")
        return redirect("billing:recurring")
