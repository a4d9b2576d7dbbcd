"""Paying bills, spending at once, and taking a payment back."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.bills import BillPaymentForm, ExpenseForm, OfVendorForm, TakingBackForm
from billing.models import Bill, BillPayment
from billing.selectors import bills
from billing.services import bill_payments as services
from billing.services import expenses
from billing.services import vendors as vendor_services
from billing.views.base import BillingView
from billing.views.bills import OfVendorView
from ledger.selectors import categories
from ledger.services import journal

WAITS = (
    "A second person was asked, because this is above what you pay alone. Once somebody has"
    " agreed under Approvals, record the same payment again."
)


class BillPay(BillingView):
    """Record that a bill was paid, or a part of it."""

    permission = Permission.BILL_PAY

    @cached_property
    def bill(self) -> Bill:
        rows = Bill.objects.select_related("vendor")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        row = bills.one(self.bill.pk, today=self.today)
        initial = {"key": uuid4(), "amount": row.open, "paid_on": self.today}
        events.record(Action.BILL_VIEWED, target=self.bill)
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        details = services.Details(
            typed["amount"], typed["paid_from"], typed["paid_on"], typed["check_number"]
        )
        try:
            answer = services.pay(
                bill=self.bill,
                details=details,
                key=typed["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except services.ExceedsOwed as error:
            form.add_error("amount", str(error))
        except (services.PaidTooEarly, journal.PeriodClosed) as error:
            form.add_error("paid_on", str(error))
        except (
            services.BillGone,
            services.KeyReused,
            services.NotPaidFrom,
            services.AskedBySomebodyElse,
        ) as error:
            form.add_error(None, str(error))
        else:
            said = WAITS
            if isinstance(answer, BillPayment):
                said = f"{answer.reference} is recorded: {answer.amount.dollars} was paid."
            messages.success(request, said)
            return redirect("billing:bill", self.bill.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: object, **kwargs: object) -> BillPaymentForm:
        return BillPaymentForm(*args, accounts=categories.paid_from(), today=self.today, **kwargs)

    def show(self, form: BillPaymentForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/bills/pay.html",
            status=status,
            form=form,
            bill=bills.one(self.bill.pk, today=self.today),
        )


class ExpenseNew(OfVendorView):
    """Something that was bought and paid at once: a bill and its payment in one step."""

    permission = Permission.BILL_CHANGE
    change_permission = Permission.BILL_PAY

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial={"key": uuid4(), "paid_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            with transaction.atomic():  # A new vendor comes with the expense, or not at all.
                spent = expenses.spend(
                    vendor=self.vendor_of(typed),
                    parts=typed["parts"],
                    paid_from=typed["paid_from"],
                    paid_on=typed["paid_on"],
                    check_number=typed["check_number"],
                    key=typed["key"],
                    now=timezone.now(),
                    by=request.membership,
                )
        except expenses.REFUSALS as error:
            form.add_error(None, str(error))
        except vendor_services.NameTaken as error:
            form.add_error("vendor", str(error))
        except journal.PeriodClosed as error:
            form.add_error("paid_on", str(error))
        else:
            said = f"{spent.bill.reference} is recorded: {spent.bill.total.dollars} was spent."
            messages.success(request, WAITS if spent.payment is None else said)
            return redirect("billing:bill", spent.bill.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: object, **kwargs: object) -> ExpenseForm:
        return ExpenseForm(
            *args, accounts=categories.paid_from(), **self.form_arguments(), **kwargs
        )

    def show(self, form: OfVendorForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/bills/expense.html", status=status, form=form, vendors=self.offered
        )


class BillPaymentTakeBack(BillingView):
    """Take a payment of a bill back by a reversing entry."""

    permission = Permission.BILL_PAY

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = TakingBackForm(initial={"taken_back_on": self.today}, today=self.today)
        return self.show(self.payment(pk), form)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        payment, form = self.payment(pk), TakingBackForm(request.POST, today=self.today)
        if not form.is_valid():
            return self.show(payment, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.take_back(
                payment=payment, **form.cleaned_data, now=timezone.now(), by=request.membership
            )
        except (services.AlreadyTakenBack, services.Confirmed) as error:
            form.add_error(None, str(error))
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("taken_back_on", str(error))
        else:
            messages.success(request, f"{payment.reference} is taken back: the bill is open again.")
            return redirect("billing:bill", payment.bill_id)
        return self.show(payment, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def payment(self, pk: UUID) -> BillPayment:
        return get_object_or_404(BillPayment.objects.select_related("entry"), pk=pk)

    def show(
        self, payment: BillPayment, form: TakingBackForm, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        return self.page(
            "billing/bills/take_back.html",
            status=status,
            form=form,
            title=f"Take {payment.reference} back",
            amount=payment.amount,
            bill_id=payment.bill_id,
            is_bill=False,
        )
