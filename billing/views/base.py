"""What billing's pages share: the practice's calendar, and what this person may see."""

import re
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.views.base import PracticeView
from billing.models import Invoice, Payment, PaymentApplication
from billing.selectors import invoices, payments
from clients.selectors import clients

ON_A_PAGE = 50
PERIOD = re.compile(r"[A-Z_]{5,13}:[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""How a period of the billing is named in an address."""


class BillingView(PracticeView):
    """A page of billing, inside the practice's scope and time zone."""

    @cached_property
    def today(self) -> date:
        """The business date in the practice's time zone, which the middleware has set."""
        return timezone.localdate()

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.request.practice.time_zone)

    def visible_clients(self) -> QuerySet[Any]:
        return clients.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )

    def visible_invoices(self) -> QuerySet[Invoice]:
        return invoices.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )

    def visible_client(self, pk: UUID) -> Any:
        """Return a client whom this person may see, or answer 404."""
        return get_object_or_404(self.visible_clients(), pk=pk)

    def kept_client(self, pk: UUID) -> Any:
        """Return a client whom this person may see; of a merged record, the one who is kept."""
        client = self.visible_client(pk)
        return client.merged_into or client

    def visible_invoice(self, pk: UUID) -> Invoice:
        """Return an invoice that this person may see, or answer 404."""
        return get_object_or_404(self.visible_invoices().select_related("client"), pk=pk)

    def visible_payment(self, pk: UUID) -> Payment:
        """Return a payment that this person may see, or answer 404."""
        return get_object_or_404(self.visible_payments().select_related("client", "entry"), pk=pk)

    def visible_application(self, pk: UUID) -> PaymentApplication:
        """Return what a payment that this person may see gave to an invoice, or answer 404."""
        rows = PaymentApplication.objects.filter(payment__in=self.visible_payments())
        return get_object_or_404(rows.select_related("payment__client", "invoice", "entry"), pk=pk)

    def visible_payments(self) -> QuerySet[Payment]:
        return payments.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )

    def onward(self, to: str, *args: object) -> HttpResponse:
        """Go on to a page, or back to the billing that sent here to put something right."""
        period = self.request.GET.get("billing", "")
        if PERIOD.fullmatch(period):
            return redirect(f"{reverse('billing:cycles')}?{urlencode({'period': period})}")
        return redirect(to, *args)

    def paged(self, rows: Any) -> Any:
        """Return the page that is asked for; of a wrong number, the nearest that there is."""
        return Paginator(rows, ON_A_PAGE).get_page(self.request.GET.get("page"))


def wanted_id(text: str | None) -> UUID | None:
    """Return the id that an address or a form names, or None if it names none; else 404."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
