"""Who is responsible for a client's costs, and how these are divided; what is kept back."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.parties import PartyChangeForm, PartyForm, RestrictionForm, SplitForm
from clients.forms.record import EditForm
from clients.models import ResponsibleParty, Restriction, Split
from clients.selectors import parties
from clients.services import parties as services
from clients.services import restrictions
from clients.views.record import ActView, EditView, RecordView


class Parties(RecordView):
    """Those responsible for a client's costs, each one's part, and adding to them."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client, on = self.client, timezone.localdate()
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return self.page(
            "clients/record/parties.html",
            **self.told("clients:parties"),
            parties=parties.of(client, on=on),
            splits=parties.splits_of(client, on=on),
        )


class PartyNew(EditView):
    """Somebody else who is responsible."""

    title = "New responsible party"
    form_class = PartyForm
    back = "clients:parties"
    field_of = {
        services.NoName: "name",
        services.WrongRelation: "relation",
        services.AlreadyResponsible: "kind",
        services.EndsBeforeItStarts: "ends_on",
    }
    saved_words = "The party is added."

    def save(self, form: EditForm) -> None:
        services.add(
            client=self.client, **form.values(), now=timezone.now(), by=self.request.membership
        )


class PartyChange(PartyNew):
    """A party: its name, how to reach it, and its last day."""

    title = "Responsible party"
    form_class = PartyChangeForm
    saved_words = "Saved."

    def row(self) -> ResponsibleParty:
        found = parties.one(self.client, self.kwargs["party_id"])
        if found is None:
            raise Http404
        return found

    def save(self, form: EditForm) -> None:
        seen = form.cleaned_data["seen"] or 0
        services.change(party=self.row(), seen=seen, **form.values())


class SplitNew(EditView):
    """How the costs are divided from a day on."""

    title = "Division of costs"
    form_class = SplitForm
    template = "clients/record/split.html"
    back = "clients:parties"
    field_of = {services.DoesNotAddUp: None, services.NotAParty: "starts_on"}
    saved_words = "The costs are divided so from that day on."

    @cached_property
    def current(self) -> list[tuple[UUID, str]]:
        found = parties.of(self.client, on=timezone.localdate())
        return [(party.pk, party.name) for party in found if party.is_current]

    def initial(self) -> dict[str, Any]:
        return {"starts_on": timezone.localdate()}

    def form(self, *args: Any, **kwargs: Any) -> EditForm:
        return SplitForm(*args, parties=self.current, **kwargs)

    def save(self, form: EditForm) -> None:
        assert isinstance(form, SplitForm)  # noqa: S101  # this view makes no other
        services.decide(
            client=self.client,
            starts_on=form.first_day,
            shares=form.shares,
            now=timezone.now(),
            by=self.request.membership,
        )


class SplitTakeBack(ActView):
    """Take back how the costs are divided."""

    back = "clients:parties"
    done_words = "It is taken back: what was decided before holds again."

    def act(self) -> None:
        found = Split.objects.filter(client=self.client).select_related("client")
        split = get_object_or_404(found, pk=self.kwargs["split_id"])
        services.take_back(split=split, now=timezone.now(), by=self.request.membership)


class RestrictionNew(EditView):
    """Keep something back."""

    title = "Restrict what is told"
    form_class = RestrictionForm
    field_of = {
        restrictions.AlreadyRestricted: "kind",
        restrictions.EndsBeforeItStarts: "ends_on",
    }
    saved_words = "It is kept back from now on."

    def save(self, form: EditForm) -> None:
        restrictions.impose(
            client=self.client, **form.values(), now=timezone.now(), by=self.request.membership
        )


class RestrictionEnd(ActView):
    """End a restriction: what it kept back may be told from now on."""

    step_up = True
    refused = (restrictions.AlreadyEnded,)
    done_words = "The restriction has ended."

    def act(self) -> None:
        found = Restriction.objects.filter(client=self.client).select_related("client")
        restriction = get_object_or_404(found, pk=self.kwargs["restriction_id"])
        restrictions.end(restriction=restriction, now=timezone.now(), by=self.request.membership)
