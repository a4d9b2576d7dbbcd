"""Who cares for a client: assigning a therapist, and ending that."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.assignments import AssignmentForm
from clients.models import Assignment, Client
from clients.selectors import assignments, clients, families
from clients.services import assignments as services

FIELD_OF: dict[type[Exception], str] = {
    services.AlreadyAssigned: "therapist",
    services.NotATherapist: "therapist",
    services.EndsBeforeItStarts: "ends_on",
    services.NobodyToCover: "covers_for",
}
REFUSED = tuple(FIELD_OF)


class Assignments(PracticeView):
    """The therapists of a client, and the form to assign another."""

    permission = Permission.ASSIGNMENT_CHANGE

    @cached_property
    def client(self) -> Client:
        visible = clients.visible_to(
            self.request.membership,
            on=timezone.localdate(),
            permissions=self.request.permissions,
        )
        return get_object_or_404(families.kept(visible), pk=self.kwargs["pk"])

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
        return self.show(self.blank_form())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = AssignmentForm(request.POST, carers=self.carers)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.assign(
                client=self.client,
                now=timezone.now(),
                by=request.membership,
                **form.cleaned_data,
            )
        except REFUSED as error:
            form.add_error(FIELD_OF[type(error)], str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.changed()

    @property
    def carers(self) -> list[tuple[UUID, str]]:
        return assignments.carers(assignments.of(self.client, on=timezone.localdate()))

    def blank_form(self) -> AssignmentForm:
        return AssignmentForm(initial={"starts_on": timezone.localdate()}, carers=self.carers)

    def changed(self) -> HttpResponse:
        """Answer what was changed: the client's page, or the part of it that shows therapists."""
        url = reverse("billing:client", args=[self.client.pk])
        return self.done("clients/_assign.html", to=url, **self.shown(self.blank_form()))

    def show(self, form: AssignmentForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.fragment(
            "clients/_assign.html", status, page="clients/assign.html", **self.shown(form)
        )

    def shown(self, form: AssignmentForm) -> dict[str, object]:
        return {
            "client": clients.show(self.client, permissions=self.request.permissions),
            "assignments": assignments.of(self.client, on=timezone.localdate()),
            "form": form,
        }


class AssignmentEnd(Assignments):
    """End an assignment today: the record is shut to the therapist at once."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.http_method_not_allowed(request)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        of_client = Assignment.objects.filter(client__in=families.records_of(self.client))
        assignment = get_object_or_404(of_client, pk=kwargs["assignment_id"])
        try:
            services.end(
                assignment=assignment,
                ends_on=timezone.localdate(),
                now=timezone.now(),
                by=request.membership,
            )
        except (services.AlreadyEnded, services.EndsBeforeItStarts):
            return self.show(self.blank_form(), HTTPStatus.CONFLICT)
        return self.changed()
