"""Whom the practice buys from."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.bills import VendorForm
from billing.models import Vendor
from billing.selectors import vendors
from billing.services import vendors as services
from billing.views.base import BillingView


class VendorView(BillingView):
    """Base of the pages about vendors."""

    permission = Permission.BILL_VIEW
    change_permission = Permission.BILL_CHANGE

    def vendor(self, pk: UUID) -> Vendor:
        return get_object_or_404(Vendor, pk=pk)


class Vendors(VendorView):
    """The list, with the form to add one."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(VendorForm())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = VendorForm(request.POST)
        if form.is_valid():
            try:
                added = services.add(**form.cleaned_data, now=timezone.now(), by=request.membership)
            except services.NameTaken as error:
                form.add_error("name", str(error))
            else:
                messages.success(request, f"The vendor is added as {added.code}.")
                return redirect("billing:vendors")
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: VendorForm, status: int = HTTPStatus.OK) -> HttpResponse:
        rows = vendors.all_named()
        events.record(Action.VENDOR_LISTED, count=len(rows))
        return self.page(
            "billing/bills/vendors.html",
            status=status,
            vendors=rows,
            form=form,
            may_change=self.may(Permission.BILL_CHANGE),
        )


class VendorRename(VendorView):
    """Give a vendor another name."""

    permission = Permission.BILL_CHANGE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        vendor = self.vendor(pk)
        events.record(Action.VENDOR_LISTED, count=1)
        return self.show(vendor, VendorForm(initial={"name": vendor.name}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        vendor, form = self.vendor(pk), VendorForm(request.POST)
        if form.is_valid():
            try:
                services.rename(vendor=vendor, **form.cleaned_data, by=request.membership)
            except services.NameTaken as error:
                form.add_error("name", str(error))
            else:
                messages.success(request, f"{vendor.code} has its new name.")
                return redirect("billing:vendors")
        return self.show(vendor, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, vendor: Vendor, form: VendorForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/bills/vendor.html", status=status, code=vendor.code, form=form)


class VendorRetire(VendorView):
    """Offer a vendor no more."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        vendor = self.vendor(pk)
        services.retire(vendor=vendor, now=timezone.now(), by=request.membership)
        messages.success(request, f"{vendor.code} is offered no more. Its bills stay.")
        return redirect("billing:vendors")


class VendorBringBack(VendorView):
    """Offer a vendor again."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        vendor = self.vendor(pk)
        services.bring_back(vendor=vendor, today=self.today, by=request.membership)
        messages.success(request, f"{vendor.code} is offered again.")
        return redirect("billing:vendors")
