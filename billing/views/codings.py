"""Saying anew where a session took place, and which modifiers its code carries."""

from datetime import date
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.codings import CodingForm
from billing.models import Session
from billing.selectors import days, hour_codes, known_details, sessions
from billing.selectors.sessions import SessionRow
from billing.services import codings as services
from billing.views.base import BillingView

FIELD_OF: dict[type[Exception], str | None] = {
    services.PlaceNotUsed: "place",
    services.ModifierNotUsed: "modifiers",
    services.SaidMeanwhile: None,
}
"""Refusal → the field that it is about; None: the whole form."""


class OneSessionView(BillingView):
    """Base of pages about one session that somebody says something of."""

    permission = Permission.SESSION_RECORD

    @cached_property
    def session(self) -> Session:
        """The session that the address names, if its client may be seen; else 404.

        A therapist may know of another one's session, and not say anything of it.
        """
        visible = sessions.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        related = ("client__merged_into", "therapist", "service_code")
        found = get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])
        is_own = found.therapist_id == self.request.membership.pk
        if not is_own and not self.may(Permission.CLIENT_VIEW_ALL):
            raise PermissionDenied
        return found

    @property
    def held_on(self) -> date:
        """The business date of the session."""
        return days.day_of(self.session.started_at, self.zone)

    def row(self) -> SessionRow:
        """Return what the page shows of the session, and say that it was looked at."""
        session = self.session
        [row] = sessions.rows([session], zone=self.zone, permissions=self.request.permissions)
        events.record(
            Action.SESSION_VIEWED, target=session, label=row.code, touched=[session.client_id]
        )
        return row


class SessionCodes(OneSessionView):
    """Where a session took place and with which modifiers: as it stands, and said anew."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        codings = hour_codes.history(self.session.pk)
        initial: dict[str, Any] = {"after": 0, "place": known_details.OFFICE}
        if codings:
            last = codings[0]
            initial = {"after": last.version, "place": last.place_of_service}
            initial["modifiers"] = last.modifiers
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid() or form.coding is None:
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.say(
                session=self.session,
                coding=form.coding,
                after=form.cleaned_data["after"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "It is said. What was made before keeps what it says.")
        return redirect("billing:session_codes", pk)

    def form(self, *args: Any, **kwargs: Any) -> CodingForm:
        insured = self.session.client if self.may(Permission.COVERAGE_VIEW) else None
        return CodingForm(*args, on=self.held_on, insured=insured, **kwargs)

    def show(self, form: CodingForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/sessions/codes.html",
            status,
            form=form,
            row=self.row(),
            said=[
                {
                    "place": known_details.label_of_place(coding.place_of_service),
                    "modifiers": coding.modifiers,
                    "at": coding.coded_at,
                    "by": coding.coded_by.display_name,
                }
                for coding in hour_codes.history(self.session.pk)
            ],
        )
