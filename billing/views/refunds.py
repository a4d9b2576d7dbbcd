"""Giving money back, and taking that back. Both ask for a second factor of the last minutes."""

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
from billing.forms.refunds import RefundForm
from billing.models import Payment, Refund, RefundBackReason
from billing.selectors import payments, refunds, standing
from billing.services import refunds as services
from billing.views.base import BillingView
from billing.views.taking_back import TakeBackView, Told
from clients.selectors import clients
from ledger.services import journal

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
WAITS = (
    "A second person was asked, because this is above what you refund alone. Once somebody has"
    " agreed under Approvals, record the same refund again."
)


class RefundNew(BillingView):
    """Give a payment back, or a part of it."""

    permission = Permission.REFUND_RECORD
    step_up = True

    @cached_property
    def payment(self) -> Payment:
        return self.visible_payment(self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        events.record(Action.PAYMENT_VIEWED, target=self.payment, touched=[self.payment.client_id])
        initial = {
            "key": uuid4(),
            "amount": payments.credit_left(self.payment) or refunds.refundable(self.payment),
            "method": "CASH" if self.payment.method == "CASH" else "CHECK",
            "refunded_on": self.today,
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
        except (services.ExceedsRefundable, services.NotInDrawer) as error:
            form.add_error("amount", str(error))
        except (services.StillApplied, services.PackageGoesOn) as error:
            form.add_error("charge", str(error))
        except (services.NotByCard, services.NotInCash) as error:
            form.add_error("method", str(error))
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("refunded_on", str(error))
        except (services.KeyReused, services.AskedBySomebodyElse) as error:
            form.add_error(None, str(error))
        else:
            said = WAITS
            if isinstance(answer, Refund):
                said = f"{answer.reference} is recorded: {answer.amount.dollars} goes back."
            messages.success(request, said)
            return redirect("billing:payment", self.payment.pk)
        return self.show(form, UNFIT)

    def form(self, *args: Any, **kwargs: Any) -> RefundForm:
        left = payments.credit_left(self.payment)
        is_applied = refunds.refundable(self.payment) > left
        return RefundForm(
            *args, payment=self.payment, is_applied=is_applied, today=self.today, **kwargs
        )

    def show(self, form: RefundForm, status: int = HTTPStatus.OK) -> HttpResponse:
        payment = self.payment
        return self.page(
            "billing/payments/refund.html",
            status=status,
            form=form,
            payment=payments.row(payment),
            client=clients.show(payment.client, permissions=self.request.permissions),
            applied=payments.parts_of(payment),
            credit=payments.credit_left(payment),
            refundable=refunds.refundable(payment),
        )


class RefundTakeBack(TakeBackView):
    """Take a refund back, so that the money is credit again."""

    permission = Permission.REFUND_RECORD
    step_up = True
    reasons = RefundBackReason.choices
    viewed = Action.PAYMENT_VIEWED
    refusals = (services.AlreadyTakenBack, services.Confirmed)
    too_early = services.BeforeItWas

    def found(self, pk: UUID) -> Refund:
        rows = Refund.objects.filter(payment__in=self.visible_payments())
        return get_object_or_404(rows.select_related("payment__client", "entry"), pk=pk)

    def told(self, row: Refund) -> Told:
        amount = row.amount.dollars
        credited = [*row.credited.filter(standing.WRITTEN_OFF).select_related("invoice")]
        numbers = ", ".join(each.invoice.number for each in credited)
        owed = f", and what it credited is owed again on {numbers}" if credited else ""
        return Told(
            title=f"Take {row.reference} back",
            verb="Take it back",
            comes=f"{amount} is credit again, as if it had never gone back{owed}.",
            done=f"{row.reference} is taken back: {amount} is credit again.",
            shown=row.payment,
            client=row.payment.client,
            label=row.payment.receipt,
            url=reverse("billing:payment", args=[row.payment_id]),
            entries=[
                *((each.entry_id, each.written_off_on) for each in credited),
                *((paid.entry_id, paid.paid_on) for paid in row.paid.all()),
                (row.entry_id, row.refunded_on),
            ],
        )

    def take_back(self, row: Refund, *, reason: str, taken_back_on: date) -> None:
        services.take_back(
            refund=row,
            reason=reason,
            taken_back_on=taken_back_on,
            now=timezone.now(),
            by=self.request.membership,
        )
