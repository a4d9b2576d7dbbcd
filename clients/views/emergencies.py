"""Opening a record in an emergency, and the list on which each one stays until it is reviewed."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.emergencies import EmergencyForm, FindingForm
from clients.models import EmergencyAccess
from clients.selectors import emergencies, search
from clients.services import emergencies as services

NOBODY_FOUND = "Nobody is known by exactly this. Check the code, or the name and the birth date."
REFUSED = (services.OneselfReviewed, services.StillOpen, services.AlreadyReviewed)


class EmergencyOpen(PracticeView):
    """Open the record of a client to whom one is not assigned: loud, for an hour, and reviewed."""

    permission = Permission.EMERGENCY_OPEN
    step_up = True

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(EmergencyForm())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = EmergencyForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        wanted = form.cleaned_data
        client = search.exactly(
            code=wanted["code"], name=wanted["name"], birth_date=wanted["birth_date"]
        )
        if client is None:
            events.record(Action.CLIENT_SEARCHED, count=0)
            form.add_error(None, NOBODY_FOUND)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        services.open_record(
            client=client,
            reason=EmergencyAccess.Reason(wanted["reason"]),
            now=timezone.now(),
            by=request.membership,
        )
        return redirect("billing:client", client.pk)

    def show(self, form: EmergencyForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "clients/emergency/open.html",
            status=status,
            form=form,
            has_reviewer=emergencies.has_reviewer(self.request.membership),
        )


class Emergencies(PracticeView):
    """Records that were opened in an emergency: those that wait for a review, and those before."""

    permission = Permission.EMERGENCY_REVIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        now = timezone.now()
        return self.page(
            "clients/emergency/list.html",
            waiting=emergencies.waiting(request.membership, now=now),
            reviewed=emergencies.reviewed(request.membership, now=now),
        )


class EmergencyReview(PracticeView):
    """Say whether an emergency access was right."""

    permission = Permission.EMERGENCY_REVIEW
    step_up = True

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        opened = get_object_or_404(EmergencyAccess.objects.select_related("client"), pk=pk)
        form = FindingForm(request.POST)
        if form.is_valid():
            try:
                services.review(
                    opened=opened,
                    finding=EmergencyAccess.Finding(form.cleaned_data["finding"]),
                    now=timezone.now(),
                    by=request.membership,
                )
            except REFUSED as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, "Your review is noted.")
        else:
            messages.error(request, "Say whether it was right.")
        return redirect("clients:emergencies")
