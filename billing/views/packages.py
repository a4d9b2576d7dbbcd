"""Packages of clients: all of them, one of them, and selling another one."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.packages import SaleForm
from billing.models import Package, PackageOffer
from billing.selectors import invoices, package_ends, package_pages
from billing.services import packages as services
from billing.views.base import BillingView, wanted_id
from clients.selectors import clients, families
from ledger.services import journal


class OfPackages(BillingView):
    """Base of the pages about packages: those of the clients whom this person may see."""

    def visible_packages(self) -> QuerySet[Package]:
        seen = Package.objects.filter(client__in=self.visible_clients())
        return seen.select_related("client", "offer")

    def visible_package(self, pk: UUID) -> Package:
        """Return a package that this person may see, or answer 404."""
        return get_object_or_404(self.visible_packages(), pk=pk)

    def row(self, package: Package) -> package_pages.PackageRow:
        [row] = package_pages.rows([package], on=self.today, permissions=self.request.permissions)
        return row


class PackageList(OfPackages):
    """The packages of the clients whom this person may see, newest first; or of one of them."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        chosen, client_id = self.visible_packages(), wanted_id(request.GET.get("client"))
        if client_id is not None:
            chosen = chosen.filter(client__in=families.ids_of([client_id]))
        page = self.paged(package_pages.newest_first(chosen))
        page.object_list = package_pages.rows(
            page.object_list, on=self.today, permissions=request.permissions
        )
        events.record(
            Action.PACKAGE_LISTED,
            touched={row.client_id for row in page.object_list},
            count=len(page.object_list),
        )
        return self.page(
            "billing/packages/list.html",
            page=page,
            query=f"client={client_id}&" if client_id else "",
            may_end=self.may(Permission.PACKAGE_END),
            may_offer=self.may(Permission.SERVICE_CHANGE),
        )


class PackagePage(OfPackages):
    """One package: its terms, what it paid, what is left, and how it ended."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        package = self.visible_package(pk)
        sale = package_ends.sale(package)
        events.record(Action.PACKAGE_VIEWED, target=package, touched=[package.client_id])
        row = self.row(package)
        may_refund = self.may(Permission.REFUND_RECORD)
        return self.page(
            "billing/packages/detail.html",
            package=row,
            client=clients.show(package.client, permissions=request.permissions),
            offer=package_pages.offer(package.offer, on=self.today),
            used=package_pages.used(package),
            ends=package_pages.ends(package),
            sale=sale,
            owed=invoices.balance_due(sale),
            credits=package_pages.credits(package, sale) if may_refund else [],
            may_end=self.may(Permission.PACKAGE_END) and bool(row.left),
            may_take_back=self.may(Permission.PACKAGE_END),
            may_expire=row.state == "run_out" and package.offer.forfeits,
        )


class PackageSell(OfPackages):
    """Sell a package to a client, on an invoice of its own; its terms are said before."""

    permission = Permission.INVOICE_ISSUE

    @cached_property
    def client(self) -> Any:
        return self.kept_client(self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
        return self.show(self.form(initial={"key": uuid4(), "sold_on": self.today}))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            typed = form.cleaned_data
            try:
                package = services.sell(
                    client=self.client,
                    offer=PackageOffer.objects.get(pk=typed["offer"]),
                    sold_on=typed["sold_on"],
                    key=typed["key"],
                    now=timezone.now(),
                    by=request.membership,
                )
            except services.NotOffered as error:
                form.add_error("offer", str(error))
            except services.KeyReused as error:
                form.add_error(None, str(error))
            except journal.PeriodClosed as error:
                form.add_error("sold_on", str(error))
            else:
                sale = package_ends.sale(package)
                messages.success(
                    request,
                    f"{package} is sold: {sale} over {sale.total.dollars} is issued and waits to"
                    " be paid.",
                )
                return redirect("billing:package", package.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: Any, **kwargs: Any) -> SaleForm:
        offers = package_pages.offered(on=self.today)
        return SaleForm(*args, offers=offers, today=self.today, **kwargs)

    def show(self, form: SaleForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/packages/sell.html",
            status,
            form=form,
            client=clients.show(self.client, permissions=self.request.permissions),
            offers=package_pages.offered(on=self.today),
            may_offer=self.may(Permission.SERVICE_CHANGE),
        )
