"""Sessions: read, and recorded by the same rules as on the page."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import fields, writes
from accounts.api.problems import Fault, documented
from accounts.api.views import ApiView, ListOf, Nothing, Page
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.api.invoices import OfClientQuery
from billing.models import ServiceCode, Session
from billing.models.session import LONGEST_MINUTES
from billing.selectors import days, prices, service_codes, sessions
from billing.selectors import disclosures as kept
from billing.services import sessions as services
from clients.api import disclosures
from clients.api.clients import visible as visible_clients
from clients.selectors import restrictions
from clients.selectors.restrictions import Purpose
from ledger.money import LARGEST_TYPED_CENTS, Money


class SessionLine(serializers.Serializer[Any]):
    """An hour that took place. ``name`` is null for a token that sees codes only."""

    id = fields.Id()
    client = fields.Id()
    code = serializers.CharField(help_text="The client's.")
    name = serializers.CharField(allow_null=True)
    therapist = fields.Id()
    therapist_name = serializers.CharField()
    service = serializers.CharField(help_text="The service's code, such as 90834.")
    started_at = fields.Moment()
    minutes = serializers.IntegerField()
    fee_cents = serializers.IntegerField()
    list_fee_cents = serializers.IntegerField(help_text="The fee before what was taken off it.")
    is_billed = serializers.BooleanField(help_text="Whether it stands on an invoice.")


class SessionPage(ListOf):
    """A part of the list."""

    data = SessionLine(many=True)  # type: ignore[assignment]  # a field of that name


class NewSession(fields.Strict):
    """An hour that took place, to be recorded."""

    client = fields.Id()
    therapist = fields.Id()
    service = fields.Text(max_length=12, help_text="A code that has a list fee on that day.")
    started_at = fields.Moment()
    minutes = fields.Whole(min_value=1, max_value=LONGEST_MINUTES)
    fee_cents = fields.Whole(
        min_value=0,
        max_value=LARGEST_TYPED_CENTS,
        required=False,
        help_text="What is agreed with the client, else the list fee of that day, if left out.",
    )


class Therapist(serializers.Serializer[Any]):
    """Whose sessions the token can record."""

    id = fields.Id()
    name = serializers.CharField()


class Service(serializers.Serializer[Any]):
    """What is charged today, by its code."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    fee_cents = serializers.IntegerField()


class Choices(serializers.Serializer[Any]):
    """What a new session can name."""

    therapists = Therapist(many=True)
    services = Service(many=True)


def visible(view: ApiView) -> QuerySet[Session]:
    """Return the sessions that a token may see today, with what their lines need."""
    caller = view.caller
    found = sessions.visible_to(
        caller.membership, on=timezone.localdate(), permissions=caller.permissions
    )
    return found.annotate(is_billed=sessions.BILLED).select_related("service_code", "therapist")


def therapists(view: ApiView) -> QuerySet[Membership]:
    """Return whose sessions a token can record: its maker's own, or everybody's."""
    found = members.therapists()
    if view.may(Permission.CLIENT_VIEW_ALL):
        return found
    return found.filter(pk=view.caller.membership.pk)


class Sessions(ApiView):
    """The sessions of the clients whom the token may see."""

    permission = Permission.SESSION_VIEW
    change_permission = Permission.SESSION_RECORD

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.query = OfClientQuery if request.method != "POST" else Nothing  # type: ignore[misc]  # by method
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="sessions_list",
        parameters=[OfClientQuery],
        responses={200: SessionPage, **documented(400, 401, 403, 406, 429)},
    )
    def get(self, request: Request) -> Response:
        """List sessions, in the order in which they were recorded."""
        chosen = visible(self)
        if "client" in self.asked:
            chosen = chosen.filter(client_id=self.asked["client"])
        chosen = kept.with_days(chosen, zone=timezone.get_current_timezone())
        page = Page(chosen, self.asked, kept_back=kept.OF_SESSION)
        touched = {row.client_id for row in page.rows}
        events.record(Action.SESSION_LISTED, touched=touched, count=len(page.rows), **page.facts)
        return page.answer(lines(self, page.rows))

    @extend_schema(
        operation_id="sessions_record",
        parameters=[writes.PARAMETER, writes.REPLAYED],
        request=NewSession,
        responses={201: SessionLine, **documented(400, 401, 403, 406, 413, 415, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        """Record a session, on its day at the earliest."""
        sent = NewSession(data=request.data)
        sent.is_valid(raise_exception=True)
        typed = sent.validated_data
        return writes.once(request, lambda: self.record(typed))

    def record(self, typed: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        client = visible_clients(self).filter(pk=typed["client"]).first()
        therapist = therapists(self).filter(pk=typed["therapist"]).first()
        service = self.service(typed["service"], typed["started_at"])
        wrong = [
            (name, words)
            for name, found, words in (
                ("client", client, "There is no such client."),
                ("therapist", therapist, "There is no such therapist."),
                ("service", service, "This code has no list fee on that day."),
            )
            if found is None
        ]
        if client is None or therapist is None or service is None:
            raise Fault(422, "What was sent cannot be used.", errors=wrong)
        usual = fee = prices.agreed(client, service.fee, on=self.day_of(typed["started_at"]))
        if "fee_cents" in typed:
            fee = prices.typed(Money(typed["fee_cents"]), usual)
        try:
            services.require_may_charge(
                fee, usual, may_waive=self.may(Permission.FEE_WAIVE), by=self.caller.membership
            )
            session = services.record(
                client=client,
                therapist=therapist,
                service_code=ServiceCode.objects.get(pk=service.id),
                started_at=typed["started_at"],
                minutes=typed["minutes"],
                fee=fee,
                now=timezone.now(),
                by=self.caller.membership,
            )
        except services.NotYetHeld as error:
            raise Fault(422, str(error), errors=[("started_at", str(error))]) from None
        except services.LessThanAgreed as error:
            raise Fault(422, str(error), errors=[("fee_cents", str(error))]) from None
        except services.CodeNotValid as error:
            raise Fault(422, str(error), errors=[("service", str(error))]) from None
        [line] = lines(self, [visible(self).get(pk=session.pk)])
        if restrictions.blocks(client, purpose=Purpose.EXCHANGE):
            line["name"] = None  # what it sent it knows; who the client is it may not learn
        return 201, line

    def service(self, code: str, started_at: datetime) -> service_codes.Service | None:
        offered = service_codes.offered(on=self.day_of(started_at))
        return next((each for each in offered if each.code == code), None)

    def day_of(self, moment: datetime) -> date:
        return days.day_of(moment, ZoneInfo(self.caller.practice.time_zone))


class OneSession(ApiView):
    """One session."""

    permission = Permission.SESSION_VIEW

    @extend_schema(
        operation_id="sessions_read",
        responses={200: SessionLine, **documented(400, 401, 403, 404, 406, 429)},
    )
    def get(self, request: Request, session_id: UUID) -> Response:
        """Read one session."""
        session = get_object_or_404(visible(self).select_related("client"), pk=session_id)
        found = kept.on_days(session.client, [timezone.localdate(session.started_at)])
        disclosures.refuse(self, session.client, found, purpose=Purpose.PROGRAM)
        [line] = lines(self, [session])
        events.record(
            Action.SESSION_VIEWED,
            target=session,
            label=line["code"],
            touched=[session.client_id],
        )
        return Response(line)


class SessionChoices(ApiView):
    """What a new session can name."""

    permission = Permission.SESSION_RECORD

    @extend_schema(
        operation_id="sessions_choices",
        responses={200: Choices, **documented(400, 401, 403, 406, 429)},
    )
    def get(self, request: Request) -> Response:
        """List therapists and services that a new session can name, with today's list fees."""
        offered = service_codes.offered(on=timezone.localdate())
        return Response(
            {
                "therapists": [
                    {"id": str(each.pk), "name": each.display_name} for each in therapists(self)
                ],
                "services": [
                    {"code": each.code, "label": each.label, "fee_cents": each.fee.cents}
                    for each in offered
                ],
            }
        )


def lines(view: ApiView, found: list[Session]) -> list[dict[str, Any]]:
    zone = ZoneInfo(view.caller.practice.time_zone)
    rows = sessions.rows(found, zone=zone, permissions=view.caller.permissions)
    return [
        {
            "id": str(session.pk),
            "client": str(session.client_id),
            "code": row.code,
            "name": row.name or None,
            "therapist": str(session.therapist_id),
            "therapist_name": row.therapist,
            "service": session.service_code.code,
            "started_at": fields.written(session.started_at),
            "minutes": session.minutes,
            "fee_cents": session.fee.cents,
            "list_fee_cents": session.list_fee.cents,
            "is_billed": bool(getattr(session, "is_billed", False)),
        }
        for session, row in zip(found, rows, strict=True)
    ]
