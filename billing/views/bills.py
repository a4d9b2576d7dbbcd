"""Bills of vendors: what the practice owes, entered, opened, and taken back."""

from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
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
from billing.forms.bills import BillFilterForm, BillForm, OfVendorForm, TakingBackForm
from billing.models import Bill, Vendor
from billing.selectors import bills, vendors
from billing.services import bills as services
from billing.services import vendors as vendor_services
from billing.views.base import BillingView, wanted_id
from billing.views.ties import Tie
from ledger.selectors import categories
from ledger.services import journal

DUE_AFTER = timedelta(days=30)


class BillList(BillingView):
    """What the practice owes, beside accounts payable in the books; or every bill."""

    permission = Permission.BILL_VIEW

    @cached_property
    def form(self) -> BillFilterForm:
        asked = self.request.GET
        chosen: Any = asked if {"state", "vendor"} & asked.keys() else {"state": "open"}
        return BillFilterForm(chosen)

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        asked: dict[str, Any] = self.form.cleaned_data if self.form.is_valid() else {}
        state = asked.get("state", "open")
        found = bills.listed(state=state, vendor=asked.get("vendor"), today=self.today)
        page = self.paged(found)
        page.object_list = bills.shown(page.object_list, today=self.today)
        owed = bills.owed(today=self.today)
        events.record(Action.BILL_LISTED, count=len(page.object_list))
        given = {name: value for name, value in self.request.GET.items() if name != "page"}
        return self.page(
            "billing/bills/list.html",
            page=page,
            form=self.form,
            query=f"{urlencode(given)}&" if given else "",
            owed=owed,
            tie=tie_of(owed),
            may_change=self.may(Permission.BILL_CHANGE),
            may_pay=self.may(Permission.BILL_PAY),
        )


def tie_of(owed: bills.Owed) -> Tie:
    """Say whether what is owed equals accounts payable, in words."""
    text = f"Ledger: accounts payable {owed.control}. Open bills: {owed.bills}."
    return Tie(not owed.difference, "Does not tie out." if owed.difference else "Ties out.", text)


class OfVendorView(BillingView):
    """Base of the pages on which something of a vendor is typed in."""

    def vendor_of(self, typed: dict[str, Any]) -> Vendor:
        """Return the vendor whom a form names, added if it says so."""
        if typed["known"] is not None:
            return Vendor.objects.get(pk=typed["known"].pk)
        return vendor_services.add(
            name=typed["vendor"], now=timezone.now(), by=self.request.membership
        )

    @cached_property
    def offered(self) -> list[vendors.Named]:
        found = vendors.offered()
        events.record(Action.VENDOR_LISTED, count=len(found))
        return found

    def form_arguments(self) -> dict[str, Any]:
        return {
            "offered": self.offered,
            "categories": categories.expenses(),
            "today": self.today,
        }

    def pattern(self) -> dict[str, Any]:
        """Return what a form begins with where it is made after a bill that was taken back."""
        wanted = wanted_id(self.request.GET.get("like"))
        if wanted is None:
            return {}
        bill = get_object_or_404(Bill.objects.select_related("vendor"), pk=wanted)
        begun: dict[str, Any] = {
            "vendor": bill.vendor.name,
            "number": bill.number,
            "billed_on": bill.billed_on,
            "due_on": bill.due_on,
        }
        for place, part in enumerate(bills.parts_of(bill), start=1):
            begun |= {f"category_{place}": str(part.category_id), f"amount_{place}": part.amount}
        events.record(Action.BILL_VIEWED, target=bill)
        return begun


class BillNew(OfVendorView):
    """Enter a bill."""

    permission = Permission.BILL_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        initial = {
            "key": uuid4(),
            "billed_on": self.today,
            "due_on": self.today + DUE_AFTER,
            **self.pattern(),
        }
        return self.show(BillForm(initial=initial, **self.form_arguments()))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = BillForm(request.POST, **self.form_arguments())
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            with transaction.atomic():  # A new vendor comes with the bill, or not at all.
                bill = services.enter(
                    vendor=self.vendor_of(typed),
                    number=typed["number"],
                    billed_on=typed["billed_on"],
                    due_on=typed["due_on"],
                    parts=typed["parts"],
                    key=typed["key"],
                    now=timezone.now(),
                    by=request.membership,
                )
        except (
            services.NumberTaken,
            services.DueTooEarly,
            services.VendorRetired,
            services.NothingOwed,
            services.KeyReused,
            vendor_services.NameTaken,
            journal.PeriodClosed,
        ) as error:
            form.add_error(FIELD_OF.get(type(error)), str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"{bill.reference} is entered: {bill.total.dollars} is owed.")
        return redirect("billing:bill", bill.pk)

    def show(self, form: OfVendorForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/bills/new.html", status=status, form=form, vendors=self.offered)


FIELD_OF: dict[type[Exception], str] = {
    services.NumberTaken: "number",
    services.DueTooEarly: "due_on",
    services.VendorRetired: "vendor",
    vendor_services.NameTaken: "vendor",
    journal.PeriodClosed: "billed_on",
}
"""Refusal → the field that it is about; the others are about the whole form."""


class BillDetail(BillingView):
    """One bill: what it was for, and what was paid."""

    permission = Permission.BILL_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        bill = get_object_or_404(Bill.objects.select_related("vendor", "entered_by"), pk=pk)
        row = bills.one(bill.pk, today=self.today)
        events.record(Action.BILL_VIEWED, target=bill)
        payments = bills.payments_of(bill)
        stands = row.state != "reversed"
        return self.page(
            "billing/bills/detail.html",
            bill=row,
            vendor_id=bill.vendor_id,
            entered_by=bill.entered_by.display_name,
            entry_id=bill.entry_id if self.may(Permission.REPORT_VIEW) else None,
            parts=bills.parts_of(bill),
            payments=payments,
            papers=bills.papers_of(bill),
            taken_back=bills.taken_back(bill),
            may_pay=self.may(Permission.BILL_PAY) and bool(row.open.cents),
            may_take_payments_back=self.may(Permission.BILL_PAY),
            may_take_back=self.may(Permission.BILL_CHANGE)
            and stands
            and all(payment.taken_back for payment in payments),
            may_enter=self.may(Permission.BILL_CHANGE),
        )


class BillTakeBack(BillingView):
    """Take a bill back by a reversing entry."""

    permission = Permission.BILL_CHANGE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = TakingBackForm(initial={"taken_back_on": self.today}, today=self.today)
        return self.show(self.bill(pk), form)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        bill, form = self.bill(pk), TakingBackForm(request.POST, today=self.today)
        if not form.is_valid():
            return self.show(bill, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.take_back(
                bill=bill, **form.cleaned_data, now=timezone.now(), by=request.membership
            )
        except (services.StillPaid, services.AlreadyTakenBack) as error:
            form.add_error(None, str(error))
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("taken_back_on", str(error))
        else:
            messages.success(request, f"{bill.reference} is taken back: nothing of it is owed.")
            return redirect("billing:bill", bill.pk)
        return self.show(bill, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def bill(self, pk: UUID) -> Bill:
        return get_object_or_404(Bill.objects.select_related("entry"), pk=pk)

    def show(self, bill: Bill, form: TakingBackForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/bills/take_back.html",
            status=status,
            form=form,
            title=f"Take {bill.reference} back",
            amount=bill.total,
            bill_id=bill.pk,
            is_bill=True,
        )
