"""Credit that pays nothing yet: the list, applying one by hand, and many at once."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.corrections import ApplyForm
from billing.forms.unapplied import PickedForm, UnappliedFilterForm
from billing.forms.unapplied import picked as picked_of
from billing.models import Payment
from billing.selectors import invoices, payments, split_pages, unapplied
from billing.selectors.credit_list import CreditList
from billing.services import applications
from billing.services import unapplied as services
from billing.views.base import BillingView
from clients.selectors import clients
from ledger.money import ZERO
from ledger.services import journal


class CreditApply(BillingView):
    """Apply what is left of a payment: to what is due first, or by hand."""

    permission = Permission.PAYMENT_RECORD

    @cached_property
    def payment(self) -> Payment:
        return self.visible_payment(self.kwargs["pk"])

    @cached_property
    def opened(self) -> list[invoices.OpenInvoice]:
        return payments.open_before(self.payment.client_id, self.request.POST.get("key", ""))

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        events.record(Action.PAYMENT_VIEWED, target=self.payment, touched=[self.payment.client_id])
        return self.show(self.form(initial={"key": uuid4(), "applied_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            applied = applications.apply(
                payment=self.payment,
                shares=form.by_hand(),
                applied_on=form.cleaned_data["applied_on"],
                key=form.cleaned_data["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except (applications.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("applied_on", str(error))
        except (
            applications.AnotherClient,
            applications.ExceedsBalance,
            applications.ExceedsCredit,
            applications.NothingToApply,
            applications.KeyReused,
        ) as error:
            form.add_error(None, str(error))
        else:
            total = sum((each.amount for each in applied), ZERO)
            messages.success(request, f"{total.dollars} of {self.payment} is applied.")
            return redirect("billing:payment", self.payment.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: Any, **kwargs: Any) -> ApplyForm:
        opened = split_pages.named(self.opened, permissions=self.request.permissions)
        return ApplyForm(*args, opened=opened, today=self.today, **kwargs)

    def show(self, form: ApplyForm, status: int = HTTPStatus.OK) -> HttpResponse:
        client = self.payment.client
        return self.page(
            "billing/payments/apply.html",
            status=status,
            form=form,
            payment=payments.row(self.payment),
            client=clients.show(client, permissions=self.request.permissions),
            left=payments.credit_left(self.payment),
            owed=sum((item.balance for item in self.opened), ZERO),
        )


class Unapplied(BillingView):
    """Credit that pays nothing yet, oldest first, each with what it could pay."""

    permission = Permission.PAYMENT_RECORD

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = UnappliedFilterForm(request.GET)
        every = bool(form.is_valid() and form.cleaned_data["state"] == "all")
        found = CreditList(self.clients(), on=self.today, every=every)
        page = self.paged(found)
        people = clients.shown(
            {credit.client_id for credit in page.object_list}, permissions=request.permissions
        )
        events.record(Action.CREDIT_LISTED, touched=people, count=len(page.object_list))
        return self.page(
            "billing/payments/unapplied.html",
            page=page,
            rows=[(credit, people[credit.client_id]) for credit in page.object_list],
            form=form,
            query="state=all&" if every else "",
            useful_count=found.useful_count,
            useful_total=found.useful_total,
            left=found.left,
        )

    def clients(self) -> set[UUID] | None:
        """Return the clients whom this person may see; None where that is everybody."""
        if self.may(Permission.CLIENT_VIEW_ALL):
            return None
        return set(self.visible_clients().values_list("pk", flat=True))


class UnappliedApply(Unapplied):
    """What applying the picked credits would do; then it is done."""

    permission = Permission.PAYMENT_RECORD

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        picked = self.may_pick(picked_of(request.GET.getlist("picked")))
        if not picked:
            return self.preview(picked, "Pick at least one of the credits of the list.", UNFIT)
        return self.preview(picked)

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = PickedForm(request.POST)
        picked = self.may_pick(picked_of(request.POST.getlist("picked")))
        if not form.is_valid() or not picked:
            return self.preview(
                picked, "Look at what would be applied, and send it once more.", UNFIT
            )
        try:
            applied = services.apply_all(
                picked=picked,
                shown=form.cleaned_data["shown"],
                applied_on=self.today,
                key=form.cleaned_data["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except (services.Changed, services.KeyReused, journal.PeriodClosed) as error:
            return self.preview(picked, str(error), UNFIT)
        total = sum((each.amount for each in applied), ZERO)
        where = "1 invoice" if len(applied) == 1 else f"{len(applied)} invoices"
        messages.success(request, f"{total.dollars} is applied to {where}.")
        return redirect("billing:payment_unapplied")

    def may_pick(self, picked: set[UUID]) -> set[UUID]:
        """Return those of the picked payments whose clients this person may see."""
        return set(self.visible_payments().filter(pk__in=picked).values_list("pk", flat=True))

    def preview(
        self, picked: set[UUID], problem: str = "", status: int = HTTPStatus.OK
    ) -> HttpResponse:
        plan = unapplied.plan(picked, on=self.today)
        people = clients.shown(
            {credit.client_id for credit in plan.credits}, permissions=self.request.permissions
        )
        events.record(Action.CREDIT_LISTED, touched=people, count=len(plan.credits))
        return self.page(
            "billing/payments/unapplied_preview.html",
            status=status,
            plan=plan,
            rows=[(credit, people[credit.client_id]) for credit in plan.credits],
            key=uuid4(),
            problem=problem,
        )


UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
