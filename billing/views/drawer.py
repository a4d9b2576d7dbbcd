"""The drawer at a day's end: what should be in it, the count, and the bag for the bank."""

from http import HTTPStatus
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
from billing.forms.corrections import BackForm
from billing.forms.drawer import CountForm, DepositForm
from billing.models import Deposit, DepositReason
from billing.selectors import drawer, reversals
from billing.services import drawer as services
from billing.views.base import BillingView
from ledger.services import journal

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
WAITS = (
    "A second person was asked, because more cash is missing than you give back alone. Once"
    " somebody has agreed under Approvals, count the drawer and save it again."
)


class Drawer(BillingView):
    """What should lie in the drawer, what was taken today, and a count of it."""

    permission = Permission.DRAWER_COUNT

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        events.record(Action.DRAWER_VIEWED)
        return self.show(CountForm(initial={"key": uuid4()}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = CountForm(request.POST)
        if not form.is_valid():
            return self.show(form, UNFIT)
        try:
            counted = services.count(
                **form.cleaned_data,
                counted_on=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.ChecksDiffer as error:
            form.add_error("checks", str(error))
        except services.NoReason as error:
            form.add_error("reason", str(error))
        except (
            services.AskedBySomebodyElse,
            services.KeyReused,
            journal.PeriodClosed,
        ) as error:
            form.add_error(None, str(error))
        else:
            if isinstance(counted, services.Waiting):
                messages.success(request, WAITS)
                return redirect("billing:drawer")
            difference = counted.cash - counted.expected_cash
            said = "The drawer is counted: everything is there."
            if difference:
                which = "over" if difference.cents > 0 else "short"
                said = f"The drawer is counted: cash is {abs(difference).dollars} {which}."
            messages.success(request, said)
            return redirect("billing:drawer")
        return self.show(form, UNFIT)

    def show(self, form: CountForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/drawer/page.html",
            status=status,
            form=form,
            there=drawer.drawer(),
            ways=drawer.taken_on(self.today),
            counts=drawer.counts(),
            deposits=drawer.deposits(),
        )


class DepositNew(BillingView):
    """Record that a bag went to the bank; all that lies in the drawer, if nothing else is typed."""

    permission = Permission.DRAWER_COUNT

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        there = drawer.drawer()
        events.record(Action.DRAWER_VIEWED)
        initial = {
            "key": uuid4(),
            "cash": there.cash,
            "checks": there.checks,
            "deposited_on": self.today,
        }
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, UNFIT)
        try:
            made = services.deposit(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except services.NotThere as error:
            form.add_error("cash", str(error))
        except journal.PeriodClosed as error:
            form.add_error("deposited_on", str(error))
        except services.KeyReused as error:
            form.add_error(None, str(error))
        else:
            total = (made.cash + made.checks).dollars
            messages.success(request, f"{made.reference} is recorded: {total} went to the bank.")
            return redirect("billing:drawer")
        return self.show(form, UNFIT)

    def form(self, *args: Any, **kwargs: Any) -> DepositForm:
        return DepositForm(*args, today=self.today, **kwargs)

    def show(self, form: DepositForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/drawer/deposit.html", status=status, form=form, there=drawer.drawer()
        )


class DepositTakeBack(BillingView):
    """Take a deposit back by a reversing entry: it is about no client."""

    permission = Permission.DRAWER_COUNT

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        events.record(Action.DRAWER_VIEWED)
        return self.show(self.deposit(pk), self.form(initial={"taken_back_on": self.today}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        made, form = self.deposit(pk), self.form(request.POST)
        if not form.is_valid():
            return self.show(made, form, UNFIT)
        try:
            services.take_back(
                made=made, **form.cleaned_data, now=timezone.now(), by=request.membership
            )
        except (services.AlreadyTakenBack, services.Confirmed, services.SentBack) as error:
            form.add_error(None, str(error))
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("taken_back_on", str(error))
        else:
            messages.success(request, f"{made.reference} is taken back: it lies in the drawer.")
            return redirect("billing:drawer")
        return self.show(made, form, UNFIT)

    def deposit(self, pk: UUID) -> Deposit:
        return get_object_or_404(Deposit.objects.select_related("entry"), pk=pk)

    def form(self, *args: Any, **kwargs: Any) -> BackForm:
        return BackForm(*args, reasons=DepositReason.choices, today=self.today, **kwargs)

    def show(self, made: Deposit, form: BackForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/drawer/take_back.html",
            status=status,
            form=form,
            deposit=made,
            total=made.cash + made.checks,
            mirrors=reversals.mirrors([(made.entry_id, made.deposited_on)]),
        )
