"""Recording that the bank sent a check back."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.returned_checks import AT_BANK, IN_DRAWER, ReturnedCheckForm
from billing.models import BankLine, Payment
from billing.selectors import drawer, payments, returned_checks
from billing.services import returned_checks as services
from billing.views.base import BillingView
from clients.selectors import clients
from ledger.services import journal

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
WAITS = (
    "A second person was asked, because no bank line proves this and it is above what you give"
    " back alone. Once somebody has agreed under Approvals, record it the same way again."
)


class CheckReturned(BillingView):
    """Say that the bank sent a check back: the client owes again."""

    permission = Permission.PAYMENT_CORRECT

    @cached_property
    def payment(self) -> Payment:
        return self.visible_payment(self.kwargs["pk"])

    @cached_property
    def lines(self) -> list[BankLine]:
        """The bank lines that could be it, for who matches bank lines."""
        return returned_checks.lines_for(self.payment) if self.may(Permission.BANK_MATCH) else []

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        payment = self.payment
        if payments.taken_back(payment) is not None:
            return redirect("billing:payment", payment.pk)
        events.record(Action.PAYMENT_VIEWED, target=payment, touched=[payment.client_id])
        line = self.lines[0] if self.lines else None
        in_drawer = drawer.drawer().checks >= payment.amount > drawer.checks_at_bank()
        initial = {
            "key": uuid4(),
            "where": IN_DRAWER if in_drawer else AT_BANK,
            "line": str(line.pk) if line else "",
            "returned_on": line.booked_on if line else self.today,
        }
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, UNFIT)
        try:
            answer = services.record(
                payment=self.payment,
                details=form.cleaned_data["details"],
                key=form.cleaned_data["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except services.NotThere as error:
            form.add_error("where", str(error))
        except services.OtherLine as error:
            form.add_error("line" if "line" in form.fields else None, str(error))
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("returned_on", str(error))
        except (
            services.AlreadyTakenBack,
            services.AskedBySomebodyElse,
            services.KeyReused,
            services.NoCheck,
            services.PartlyMoved,
            services.PartlyRefunded,
        ) as error:
            form.add_error(None, str(error))
        else:
            said = f"{self.payment.receipt} is sent back by the bank, and the client owes again."
            messages.success(request, WAITS if isinstance(answer, services.Waiting) else said)
            return redirect("billing:payment", self.payment.pk)
        return self.show(form, UNFIT)

    def form(self, *args: Any, **kwargs: Any) -> ReturnedCheckForm:
        return ReturnedCheckForm(*args, lines=self.lines, today=self.today, **kwargs)

    def show(self, form: ReturnedCheckForm, status: int = HTTPStatus.OK) -> HttpResponse:
        payment = self.payment
        return self.page(
            "billing/payments/returned.html",
            status=status,
            form=form,
            payment=payments.row(payment),
            client=clients.show(payment.client, permissions=self.request.permissions),
            is_check=payment.method == Payment.Method.CHECK,
            applied=payments.parts_of(payment),
            proves="line" in form.fields,
        )
