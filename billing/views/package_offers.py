"""Which packages a practice sells, and on which terms."""

from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.packages import OfferEndForm, OfferForm
from billing.models import PackageOffer
from billing.selectors import package_pages, service_codes
from billing.services import package_offers as services
from billing.views.base import BillingView

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY


class PackageOffers(BillingView):
    """Every offer with its terms; another one is added here."""

    permission = Permission.SERVICE_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        begun = {"key": uuid4(), "offered_from": self.today, "used_counts": "UNIT"}
        return self.show(self.form(initial=begun))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                offer = services.add(
                    terms=form.terms(),
                    key=form.cleaned_data["key"],
                    now=timezone.now(),
                    by=request.membership,
                )
            except services.PriceTooLow as error:
                form.add_error("price", str(error))
            except services.KeyReused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"{offer.name} is offered at {offer.price.dollars}.")
                return redirect("billing:package_offers")
        return self.show(form, UNFIT)

    def form(self, *args: object, **kwargs: object) -> OfferForm:
        return OfferForm(*args, services=service_codes.all_codes(), **kwargs)

    def show(self, form: OfferForm, status: int = HTTPStatus.OK) -> HttpResponse:
        rows = package_pages.offers(on=self.today)
        events.record(Action.PACKAGE_OFFER_LISTED, count=len(rows))
        return self.page("billing/packages/offers.html", status, rows=rows, form=form)


class PackageOfferEnd(BillingView):
    """Sell an offer no more, from a day on."""

    permission = Permission.SERVICE_CHANGE

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.offer(pk), OfferEndForm(initial={"ended_on": self.today}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        offer, form = self.offer(pk), OfferEndForm(request.POST)
        if form.is_valid():
            try:
                services.end(
                    offer=offer,
                    ended_on=form.cleaned_data["ended_on"],
                    today=self.today,
                    now=timezone.now(),
                    by=request.membership,
                )
            except services.EndsInThePast as error:
                form.add_error("ended_on", str(error))
            except services.AlreadyEnded as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"{offer.name} is not sold from that day on.")
                return redirect("billing:package_offers")
        return self.show(offer, form, UNFIT)

    def offer(self, pk: UUID) -> PackageOffer:
        return get_object_or_404(PackageOffer, pk=pk)

    def show(
        self, offer: PackageOffer, form: OfferEndForm, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        row = package_pages.offer(offer, on=self.today)
        return self.page("billing/packages/offer_end.html", status, form=form, offer=row)
