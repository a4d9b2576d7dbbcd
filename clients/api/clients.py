"""Clients, as far as a token and its maker may know of them."""

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
from clients.api import disclosures
from clients.models import Client
from clients.selectors import clients, restrictions
from clients.selectors.restrictions import Purpose


class ClientLine(serializers.Serializer[Any]):
    """A client in a list. ``name`` is null for a token that sees codes only."""

    id = fields.Id()
    code = serializers.CharField(help_text="Such as C-0412.")
    name = serializers.CharField(allow_null=True)
    added_at = fields.Moment()


class ClientPage(ListOf):
    """A part of the list."""

    data = ClientLine(many=True)  # type: ignore[assignment]  # a field of that name


class Person(serializers.Serializer[Any]):
    """Who a client is and how to reach them."""

    preferred_name = serializers.CharField(allow_blank=True)
    birth_date = serializers.DateField()
    email = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    postal_address = serializers.CharField(allow_blank=True)
    is_discreet = serializers.BooleanField(
        help_text="Nothing may be left that tells of the practice."
    )


class ClientRecord(ClientLine):
    """One client. ``identity`` is null for a token that sees codes only."""

    identity = Person(allow_null=True)


def visible(view: ApiView) -> QuerySet[Client]:
    """Return the clients whom a token may see today."""
    caller = view.caller
    return clients.visible_to(
        caller.membership, on=timezone.localdate(), permissions=caller.permissions
    )


def found(view: ApiView, client_id: UUID) -> Client:
    """Return a client whom a token may see, or answer 404."""
    return get_object_or_404(visible(view), pk=client_id)


class Clients(ApiView):
    """The clients whom the token may see."""

    permission = Permission.CLIENT_VIEW
    query = PageQuery

    @extend_schema(
        operation_id="clients_list",
        parameters=[PageQuery],
        responses={200: ClientPage, **documented(400, 401, 403, 406, 429)},
    )
    def get(self, request: Request) -> Response:
        """List clients, in the order in which they were added."""
        kept_back = restrictions.keeps_back(Purpose.EXCHANGE, client="")
        page = Page(visible(self), self.asked, kept_back=kept_back)
        events.record(
            Action.CLIENT_LISTED,
            touched=[row.pk for row in page.rows],
            count=len(page.rows),
            **page.facts,
        )
        return page.answer([line(self, client) for client in page.rows])


class OneClient(ApiView):
    """One client."""

    permission = Permission.CLIENT_VIEW

    @extend_schema(
        operation_id="clients_read",
        responses={200: ClientRecord, **documented(400, 401, 403, 404, 406, 429)},
    )
    def get(self, request: Request, client_id: UUID) -> Response:
        """Read one client."""
        client = found(self, client_id)
        disclosures.require_open(self, client, purpose=Purpose.EXCHANGE)
        identity = clients.identity(client, permissions=self.caller.permissions)
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return Response({**line(self, client), "identity": identity and person(identity)})


def line(view: ApiView, client: Client) -> dict[str, Any]:
    shown = clients.show(client, permissions=view.caller.permissions)
    return {
        "id": str(client.pk),
        "code": shown.code,
        "name": shown.name or None,
        "added_at": fields.written(client.created_at),
    }


def person(identity: clients.Identity) -> dict[str, Any]:
    return {
        "preferred_name": identity.preferred_name,
        "birth_date": identity.birth_date.isoformat(),
        "email": identity.email,
        "phone": identity.phone,
        "postal_address": identity.postal_address,
        "is_discreet": identity.is_discreet,
    }
