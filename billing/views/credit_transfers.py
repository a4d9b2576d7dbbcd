"""Giving credit to another client, and taking that back. Only for who sees both."""

from datetime import date
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.credit_transfers import BackDayForm, CreditTransferForm
from billing.models import CreditTransfer, Payment
from billing.selectors import payments
from billing.services import credit_transfers as services
from billing.views.base import BillingView
from billing.views.taking_back import TakeBackView, Told
from clients.selectors import clients
from ledger.services import journal

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
WAITS = (
    "A second person was asked, because this is above what you give away alone. Once somebody has"
    " agreed under Approvals, move the same credit again."
)


class CreditTransferNew(BillingView):
    """Give what is left of a payment, or a part of it, to another client."""

    permission = Permission.CREDIT_TRANSFER
    step_up = True

    @cached_property
    def payment(self) -> Payment:
        return self.visible_payment(self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        payment = self.payment
        events.record(Action.PAYMENT_VIEWED, target=payment, touched=[payment.client_id])
        initial = {
            "key": uuid4(),
            "amount": payments.credit_left(payment),
            "agreed_on": self.today,
            "moved_on": self.today,
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
        except services.ExceedsCredit as error:
            form.add_error("amount", str(error))
        except services.SamePerson as error:
            form.add_error("code", str(error))
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("moved_on", str(error))
        except (services.AskedBySomebodyElse, services.KeyReused) as error:
            form.add_error(None, str(error))
        else:
            said = WAITS
            if isinstance(answer, CreditTransfer):
                arrived = answer.arrived
                said = f"{arrived.amount.dollars} went to the other account, as {arrived.receipt}."
            messages.success(request, said)
            return redirect("billing:payment", self.payment.pk)
        return self.show(form, UNFIT)

    def form(self, *args: Any, **kwargs: Any) -> CreditTransferForm:
        return CreditTransferForm(*args, visible=self.visible_clients(), today=self.today, **kwargs)

    def show(self, form: CreditTransferForm, status: int = HTTPStatus.OK) -> HttpResponse:
        payment = self.payment
        return self.page(
            "billing/payments/move.html",
            status=status,
            form=form,
            payment=payments.row(payment),
            client=clients.show(payment.client, permissions=self.request.permissions),
            credit=payments.credit_left(payment),
        )


class CreditTransferTakeBack(TakeBackView):
    """Take credit back from the client who got it."""

    permission = Permission.CREDIT_TRANSFER
    step_up = True
    viewed = Action.PAYMENT_VIEWED
    refusals = (services.AlreadyTakenBack, services.StillUsed)
    too_early = services.BeforeItWas

    def found(self, pk: UUID) -> CreditTransfer:
        seen = self.visible_payments()
        rows = CreditTransfer.objects.filter(payment__in=seen, arrived__in=seen)
        return get_object_or_404(
            rows.select_related("payment__client", "arrived__client", "arrived__entry"), pk=pk
        )

    def told(self, row: CreditTransfer) -> Told:
        amount, payment = row.arrived.amount.dollars, row.payment
        return Told(
            title=f"Take {amount} back to {payment.receipt}",
            verb="Take it back",
            comes=f"{amount} is their credit again, and {row.arrived.receipt} counts no more.",
            done=f"{amount} is credit of {payment.receipt} again.",
            shown=payment,
            client=payment.client,
            label=payment.receipt,
            url=reverse("billing:payment", args=[payment.pk]),
            entries=[(row.arrived.entry_id, row.arrived.received_on)],
        )

    def form(self, *args: Any, **kwargs: Any) -> BackDayForm:
        return BackDayForm(*args, today=self.today, **kwargs)

    def take_back(self, row: CreditTransfer, *, reason: str = "", taken_back_on: date) -> None:
        services.take_back(
            moved=row, taken_back_on=taken_back_on, now=timezone.now(), by=self.request.membership
        )
