"""Invoices as they were issued, and what is open of them, in cents."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import fields
from accounts.api.problems import documented
from accounts.api.views import ApiView, ListOf, Page, PageQuery
from accounts.permissions import Permission
from audit.actions import Action
from audit.services import events
from billing.models import Invoice
from billing.selectors import disclosures as kept
from billing.selectors import invoices
from clients.api import disclosures
from clients.selectors.restrictions import Purpose


class OfClientQuery(PageQuery):
    """Which part of a list, of one client or of all."""

    client = fields.Id(required=False, help_text="Only this client's.")


class InvoiceLine(serializers.Serializer[Any]):
    """An invoice. ``name`` is null for a token that sees codes only."""

    id = fields.Id()
    number = serializers.CharField(help_text="Such as INV-2026-0412.")
    client = fields.Id()
    code = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField()
    due_on = serializers.DateField()
    total_cents = serializers.IntegerField()
    open_cents = serializers.IntegerField()
    days_late = serializers.IntegerField()
    is_void = serializers.BooleanField(help_text="A void invoice is not owed; it keeps its number.")


class InvoicePage(ListOf):
    """A part of the list."""

    data = InvoiceLine(many=True)  # type: ignore[assignment]  # a field of that name


class Position(serializers.Serializer[Any]):
    """A line as it was printed."""

    served_on = serializers.DateField()
    description = serializers.CharField()
    minutes = serializers.IntegerField(help_text="0 for an hour that was missed.")
    list_fee_cents = serializers.IntegerField()
    discount_cents = serializers.IntegerField()
    amount_cents = serializers.IntegerField(help_text="The list fee less the discount.")


class InvoiceRecord(InvoiceLine):
    """One invoice with its lines."""

    lines = Position(many=True)


def visible(view: ApiView) -> QuerySet[Invoice]:
    """Return the invoices that a token may see today."""
    caller = view.caller
    return invoices.visible_to(
        caller.membership, on=timezone.localdate(), permissions=caller.permissions
    )


class Invoices(ApiView):
    """The invoices of the clients whom the token may see."""

    permission = Permission.INVOICE_VIEW
    query = OfClientQuery

    @extend_schema(
        operation_id="invoices_list",
        parameters=[OfClientQuery],
        responses={200: InvoicePage, **documented(400, 401, 403, 406, 429)},
    )
    def get(self, request: Request) -> Response:
        """List invoices, in the order in which they were issued."""
        chosen = visible(self)
        if "client" in self.asked:
            chosen = chosen.filter(client_id=self.asked["client"])
        page = Page(chosen, self.asked, kept_back=kept.OF_INVOICE)
        rows = invoices.rows(
            page.rows, on=timezone.localdate(), permissions=self.caller.permissions
        )
        events.record(
            Action.INVOICE_LISTED,
            touched={row.client_id for row in rows},
            count=len(rows),
            **page.facts,
        )
        return page.answer([line(row) for row in rows])


class OneInvoice(ApiView):
    """One invoice."""

    permission = Permission.INVOICE_VIEW

    @extend_schema(
        operation_id="invoices_read",
        responses={200: InvoiceRecord, **documented(400, 401, 403, 404, 406, 429)},
    )
    def get(self, request: Request, invoice_id: UUID) -> Response:
        """Read one invoice with its lines."""
        invoice = get_object_or_404(visible(self).select_related("client"), pk=invoice_id)
        disclosures.refuse(self, invoice.client, kept.of_invoice(invoice), purpose=Purpose.PROGRAM)
        [row] = invoices.rows(
            [invoice], on=timezone.localdate(), permissions=self.caller.permissions
        )
        events.record(Action.INVOICE_VIEWED, target=invoice, touched=[invoice.client_id])
        printed = [position(each) for each in invoices.lines(invoice)]
        return Response({**line(row), "lines": printed})


def line(row: invoices.InvoiceRow) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "number": row.number,
        "client": str(row.client_id),
        "code": row.code,
        "name": row.name or None,
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "total_cents": row.total.cents,
        "open_cents": row.open.cents,
        "days_late": row.days_late,
        "is_void": row.is_void,
    }


def position(line: invoices.Line) -> dict[str, Any]:
    return {
        "served_on": line.served_on.isoformat(),
        "description": line.description,
        "minutes": line.minutes,
        "list_fee_cents": line.listed.cents,
        "discount_cents": line.discount.cents,
        "amount_cents": line.amount.cents,
    }
