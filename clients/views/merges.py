"""Merging two records of one person: asking, answering by a second person, and undoing."""

from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.merges import MergeForm
from clients.models import Client, Merge
from clients.selectors import clients, families, merges
from clients.services import merges as services

ANSWERS = {
    "approve": (services.approve, "The two records are shown as one."),
    "refuse": (services.refuse, "The two records stay apart."),
    "withdraw": (services.withdraw, "Your request is taken back."),
}
REFUSED = (
    services.AlreadyAsked,
    services.NotInForce,
    services.NotPossible,
    services.NotWaiting,
    services.NotYours,
)


class OfMerges(PracticeView):
    """A page about merges of clients whom this person may see."""

    permission = Permission.CLIENT_MERGE

    @cached_property
    def visible(self) -> QuerySet[Client]:
        return clients.visible_to(
            self.request.membership,
            on=timezone.localdate(),
            permissions=self.request.permissions,
        )

    def merge(self, pk: UUID) -> Merge:
        """Return a merge of which this person may see both clients, or answer 404."""
        return get_object_or_404(merges.visible(self.visible), pk=pk)

    def row(self, merge: Merge) -> merges.MergeRow:
        return merges.row(
            merge, reader=self.request.membership, permissions=self.request.permissions
        )


class Merges(OfMerges):
    """The requests that wait for a second person, and under them what was answered."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        found = merges.visible(self.visible)
        waiting = [self.row(merge) for merge in merges.waiting(found)]
        answered = [self.row(merge) for merge in merges.answered(found)]
        shown = {pk for row in waiting + answered for pk in (row.kept.pk, row.merged.pk)}
        events.record(Action.CLIENT_LISTED, touched=shown, count=len(shown))
        return self.page("clients/merges/list.html", waiting=waiting, answered=answered)


class MergeAsk(OfMerges):
    """Ask that another record be merged into a client's."""

    @cached_property
    def client(self) -> Client:
        return get_object_or_404(families.kept(self.visible), pk=self.kwargs["pk"])

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
        likely = {"code": request.GET.get("with", "")[:20]}
        return self.show(MergeForm(initial=likely, visible=self.visible))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = MergeForm(request.POST, visible=self.visible)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            merge = services.ask(
                kept=self.client,
                merged=form.cleaned_data["code"],
                now=timezone.now(),
                by=request.membership,
            )
        except (services.NotPossible, services.AlreadyAsked) as error:
            form.add_error("code", str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "A second person is asked to agree.")
        return redirect("clients:merge", merge.pk)

    def show(self, form: MergeForm, status: int = HTTPStatus.OK) -> HttpResponse:
        shown = clients.show(self.client, permissions=self.request.permissions)
        return self.page("clients/merges/ask.html", status=status, client=shown, form=form)


class MergeOne(OfMerges):
    """A request beside what both records say, with the answers that this person may give."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        merge = self.merge(pk)
        for client in (merge.kept, merge.merged):
            events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return self.page(
            "clients/merges/one.html",
            merge=self.row(merge),
            compared=merges.compared(merge, permissions=request.permissions),
            may_identify=self.may(Permission.CLIENT_IDENTITY_VIEW),
        )


class MergeAct(OfMerges):
    """Something that is done about a merge; what stands against it is said in words."""

    step_up: ClassVar[bool] = True

    def done_with(self, merge: Merge, act: Any, said: str) -> HttpResponse:
        try:
            act(merge=merge, now=timezone.now(), by=self.request.membership)
        except REFUSED as refused:
            messages.warning(self.request, str(refused))
        else:
            messages.success(self.request, said)
        return redirect("clients:merge", merge.pk)


class MergeAnswer(MergeAct):
    """Agrees to a colleague's request or refuses it, or takes back one's own."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        merge = self.merge(pk)
        if (answer := ANSWERS.get(request.POST.get("answer", ""))) is None:
            raise Http404
        return self.done_with(merge, *answer)


class MergeUndo(MergeAct):
    """Makes two records of one again."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.done_with(self.merge(pk), services.undo, "These are two records again.")
