"""Taking the list of clients away as a file."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.models import Client
from clients.selectors import clients, exports
from clients.services import exports as services


class ClientExport(PracticeView):
    """What the file will hold, and the file. It is asked for, never linked to."""

    permission = Permission.CLIENT_EXPORT
    step_up = True

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.page(
            "clients/export.html",
            count=self.visible().filter(~exports.KEPT_BACK).count(),
            left_out=self.left_out(),
            columns=exports.columns(request.permissions),
        )

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        exported = services.export(
            visible=self.visible(), on=timezone.localdate(), permissions=request.permissions
        )
        return HttpResponse(
            exported.content,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{exported.file_name}"'},
        )

    def left_out(self) -> list[exports.LeftOut]:
        found = exports.left_out(self.visible(), permissions=self.request.permissions)
        if found:
            touched = [each.pk for each in found]
            events.record(Action.CLIENT_LISTED, touched=touched, count=len(found))
        return found

    def visible(self) -> QuerySet[Client]:
        return clients.visible_to(
            self.request.membership,
            on=timezone.localdate(),
            permissions=self.request.permissions,
        )
