"""What the pages of one client's record stand on."""

from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.views.asking import route_name
from accounts.views.base import PracticeView
from audit.actions import Action
from audit.services import events
from clients.models import Client
from clients.selectors import clients, tabs


class RecordView(PracticeView):
    """A part of the record of a client whom this person may see; looking at it is on the log."""

    viewed: ClassVar[Action]
    home: ClassVar[str] = ""
    """The route of the list to which one comes back from a change."""

    @cached_property
    def client(self) -> Client:
        visible = clients.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    @property
    def today(self) -> date:
        return timezone.localdate()

    def record_page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Answer with a page of the record, and tell the log who looked at whose."""
        events.record(self.viewed, target=self.client, touched=[self.client.pk])
        return self.page(
            template,
            status=status,
            client=clients.show(self.client, permissions=self.request.permissions),
            tabs=tabs.of(
                self.client.pk,
                current=route_name(self.request),
                permissions=self.request.permissions,
            ),
            **context,
        )

    def to_list(self, said: str = "") -> HttpResponse:
        """Go back to the list, and say what was done."""
        if said:
            messages.success(self.request, said)
        return redirect(self.home, self.client.pk)
