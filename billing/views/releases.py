"""A copy of everything held about a client: for them, or for others as far as they allow it."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.releases import ReleaseForm
from billing.selectors import handed_out
from billing.services import releases as services
from billing.views.base import BillingView
from clients.models import Client
from clients.selectors import restrictions, tabs
from clients.services.restrictions import Restricted


class Release(BillingView):
    """What was handed out, and handing it out. Making the file asks for the second step."""

    permission = Permission.RECORD_RELEASE
    step_up = True

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.kept_client(pk)
        events.record(Action.RECORD_RELEASE_VIEWED, target=client, touched=[client.pk])
        return self.show(client, ReleaseForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client, form = self.kept_client(pk), ReleaseForm(request.POST)
        if form.is_valid():
            try:
                handed = services.hand_out(
                    client=client, **form.cleaned_data, now=timezone.now(), by=request.membership
                )
            except Restricted as restricted:
                form.add_error("recipient_kind", str(restricted))
            else:
                return HttpResponse(
                    handed.content,
                    content_type=handed.content_type,
                    headers={"Content-Disposition": f'attachment; filename="{handed.file_name}"'},
                )
        events.record(Action.RECORD_RELEASE_VIEWED, target=client, touched=[client.pk])
        return self.show(client, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, client: Client, form: ReleaseForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/releases/page.html",
            status=status,
            client=client,
            tabs=tabs.of(
                client.pk, current="billing:release", permissions=self.request.permissions
            ),
            form=form,
            kept_back=[each for each in restrictions.of(client) if each.ended_at is None],
            released=handed_out.of(client),
        )
