"""Putting a payment right: the wrong one is reversed, and the right one recorded."""

from datetime import date
from functools import cached_property
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.corrections import CorrectionForm
from billing.models import Payment, PaymentApplication, UnapplyReason
from billing.selectors import payments, reversals, since, standing
from billing.services import applications
from billing.services import corrections as services
from billing.services import payments as payment_services
from billing.views.base import BillingView
from billing.views.taking_back import TakeBackView, Told
from clients.selectors import clients
from ledger.services import journal

WAITS = (
    "A second person was asked, because less money is left than you give back alone. Once somebody"
    " has agreed under Approvals, correct the payment the same way again."
)


class PaymentCorrect(BillingView):
    """Correct a payment in one step; both reversing lines are shown before it is saved."""

    permission = Permission.PAYMENT_CORRECT

    @cached_property
    def payment(self) -> Payment:
        return self.visible_payment(self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        if payments.taken_back(self.payment) is not None:
            return redirect("billing:payment", self.payment.pk)
        events.record(Action.PAYMENT_VIEWED, target=self.payment, touched=[self.payment.client_id])
        return self.show(self.form({"key": uuid4()}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form({}, request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            corrected = services.correct(
                payment=self.payment,
                right=typed["right"],
                reason=typed["reason"],
                key=typed["key"],
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except journal.PeriodClosed as error:
            form.add_error("received_on" if "received_on" in form.fields else None, str(error))
        except (
            services.AlreadyCorrected,
            services.AskedBySomebodyElse,
            services.AtTheBank,
            services.KeyReused,
            services.NothingDiffers,
            services.PartlyMoved,
            services.PartlyRefunded,
            services.TakenByCard,
            payment_services.KeyReused,
        ) as error:
            form.add_error(None, str(error))
        else:
            if isinstance(corrected, services.Waiting):
                messages.success(request, WAITS)
                return redirect("billing:payment", self.payment.pk)
            if corrected.replacement is None:
                messages.success(request, f"{self.payment.receipt} is taken back.")
                return redirect("billing:payment", self.payment.pk)
            said = f"{self.payment.receipt} is taken back, and {corrected.replacement} stands now."
            messages.success(request, said)
            return redirect("billing:payment", corrected.replacement.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    @cached_property
    def day(self) -> date:
        """The day on which the payment is taken back."""
        return reversals.day_for(since.of_payment(self.payment), today=self.today)

    def form(self, begun: dict[str, object], *args: object) -> CorrectionForm:
        payment = self.payment
        initial = {
            "code": payment.client.code,
            "amount": payment.amount,
            "method": payment.method,
            "reference": payment.reference,
            "received_on": self.day,
            **begun,
        }
        return CorrectionForm(
            *args,
            payment=payment,
            visible=self.visible_clients(),
            today=self.today,
            initial=initial,
        )

    def show(self, form: CorrectionForm, status: int = HTTPStatus.OK) -> HttpResponse:
        payment = self.payment
        applied = standing.applications().filter(payment=payment).order_by("id")
        entries = [*applied.values_list("entry_id", "applied_on")]
        return self.page(
            "billing/payments/correct.html",
            status=status,
            form=form,
            payment=payments.row(payment),
            client=clients.show(payment.client, permissions=self.request.permissions),
            mirrors=reversals.mirrors(
                [*entries, (payment.entry_id, since.of_payment(payment))], today=self.today
            ),
        )


class ApplicationTakeBack(TakeBackView):
    """Take money off an invoice, so that it is the client's credit again."""

    permission = Permission.PAYMENT_CORRECT
    reasons = [
        (reason.value, str(reason.label))
        for reason in (
            UnapplyReason.WRONG_INVOICE,
            UnapplyReason.AS_CREDIT,
            UnapplyReason.MISTAKE,
        )
    ]
    viewed = Action.PAYMENT_VIEWED
    refusals = (applications.AlreadyTakenBack,)
    too_early = applications.BeforeItWas

    def found(self, pk: UUID) -> PaymentApplication:
        return self.visible_application(pk)

    def told(self, row: PaymentApplication) -> Told:
        amount, number = row.amount.dollars, row.invoice.number
        return Told(
            title=f"Take {row.payment.receipt} off {number}",
            verb="Take it off",
            comes=f"{amount} is credit again, and {number} is open by as much.",
            done=f"{amount} is taken off {number} and is credit again.",
            shown=row.payment,
            client=row.payment.client,
            label=row.payment.receipt,
            url=reverse("billing:payment", args=[row.payment_id]),
            entries=[(row.entry_id, row.applied_on)],
        )

    def take_back(self, row: PaymentApplication, *, reason: str, taken_back_on: date) -> None:
        applications.take_back(
            application=row,
            reason=reason,
            taken_back_on=taken_back_on,
            now=timezone.now(),
            by=self.request.membership,
        )
