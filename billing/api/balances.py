"""What clients owe, in cents."""

from datetime import date
from typing import Any
from uuid import UUID

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
from billing.selectors import balances
from clients.api import disclosures
from clients.api.clients import found, visible
from clients.selectors import restrictions
from clients.selectors.restrictions import Purpose


class BalanceLine(serializers.Serializer[Any]):
    """One client's money on a business date, in cents."""

    client = fields.Id()
    code = serializers.CharField()
    owes_cents = serializers.IntegerField(help_text="Open on all invoices.")
    late_cents = serializers.IntegerField(help_text="The part of it that is past its due date.")
    credit_cents = serializers.IntegerField(help_text="Kept as credit, applied to no invoice.")
    open_invoices = serializers.IntegerField()
    oldest_due_on = serializers.DateField(allow_null=True)


class BalancePage(ListOf):
    """A part of the list."""

    data = BalanceLine(many=True)  # type: ignore[assignment]  # a field of that name


class Balances(ApiView):
    """What each client owes whom the token may see."""

    permission = Permission.CLIENT_VIEW
    query = PageQuery

    @extend_schema(
        operation_id="balances_list",
        parameters=[PageQuery],
        responses={200: BalancePage, **documented(400, 401, 403, 406, 429)},
    )
    def get(self, request: Request) -> Response:
        """List balances, a line for each client, in the order in which clients were added."""
        kept_back = restrictions.keeps_back(Purpose.PROGRAM, client="")
        page = Page(visible(self), self.asked, kept_back=kept_back)
        owed = balances.balances_of([client.pk for client in page.rows], on=timezone.localdate())
        events.record(
            Action.CLIENT_LISTED,
            touched=[row.pk for row in page.rows],
            count=len(page.rows),
            **page.facts,
        )
        return page.answer(
            [line(row.pk, row.code, owed.get(row.pk, balances.NOTHING)) for row in page.rows]
        )


class OneBalance(ApiView):
    """What one client owes."""

    permission = Permission.CLIENT_VIEW

    @extend_schema(
        operation_id="balances_read",
        responses={200: BalanceLine, **documented(400, 401, 403, 404, 406, 429)},
    )
    def get(self, request: Request, client_id: UUID) -> Response:
        """Read one client's balance."""
        client = found(self, client_id)
        disclosures.require_open(self, client, purpose=Purpose.PROGRAM)
        owed = balances.balances_of([client.pk], on=timezone.localdate())
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return Response(line(client.pk, client.code, owed.get(client.pk, balances.NOTHING)))


def line(client_id: UUID, code: str, balance: balances.Balance) -> dict[str, Any]:
    return {
        "client": str(client_id),
        "code": code,
        "owes_cents": balance.owes.cents,
        "late_cents": balance.late.cents,
        "credit_cents": balance.credit.cents,
        "open_invoices": balance.open_count,
        "oldest_due_on": _day(balance.oldest_due_on),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
