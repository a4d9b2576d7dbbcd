"""A client's record: who they are and how to reach them, and changing it.

Whoever saves names the version that they saw. If somebody saved meanwhile, nothing is overwritten:
what differs is shown (409), and saving again is a decision.
"""

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.record import EditForm
from clients.models import Client
from clients.selectors import clients, contacts, restrictions, tabs
from clients.services.edits import ChangedMeanwhile


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which what stands is not what was typed."""

    label: str
    stands: str
    typed: str


class RecordView(PracticeView):
    """A page about one client, for those who may know who they are."""

    permission = Permission.CLIENT_IDENTITY_VIEW

    @cached_property
    def client(self) -> Client:
        visible = clients.visible_to(
            self.request.membership,
            on=timezone.localdate(),
            permissions=self.request.permissions,
        )
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    def told(self, current: str) -> dict[str, Any]:
        """Return what every page of the record shows of the client."""
        permissions = self.request.permissions
        return {
            "client": clients.show(self.client, permissions=permissions),
            "tabs": tabs.of(self.client.pk, current=current, permissions=permissions),
            "may_change": self.may(Permission.CLIENT_CHANGE),
        }


class Record(RecordView):
    """Who a client is, how to reach them, and what they wish."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client, on = self.client, timezone.localdate()
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        reached = contacts.of(client)
        return self.page(
            "clients/record/page.html",
            **self.told("clients:record"),
            person=client,
            identity=clients.identity(client, permissions=request.permissions, on=on),
            contacts=[each for each in reached if not each.is_ended],
            ended=[each for each in reached if each.is_ended],
            addresses=contacts.addresses_of(client, on=on),
            restrictions=restrictions.of(client),
        )


class ChangeView(RecordView):
    """Something that changes the record: whoever does it may see it and may change it."""

    change_permission = Permission.CLIENT_CHANGE
    back: ClassVar[str] = "clients:record"

    @property
    def needed(self) -> frozenset[Permission]:
        return frozenset({Permission.CLIENT_IDENTITY_VIEW, Permission.CLIENT_CHANGE})

    @property
    def back_url(self) -> str:
        return reverse(self.back, kwargs={"pk": self.client.pk})


class ActView(ChangeView):
    """One act on a record that a button does."""

    refused: ClassVar[tuple[type[Exception], ...]] = ()
    done_words: ClassVar[str] = ""

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        try:
            self.act()
        except self.refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, self.done_words)
        return redirect(self.back_url)


class EditView(ChangeView):
    """A form that adds to a record or changes what stands in it."""

    title: ClassVar[str]
    form_class: ClassVar[type[EditForm]]
    template: ClassVar[str] = "clients/record/edit.html"
    field_of: ClassVar[dict[type[Exception], str | None]] = {}
    saved_words: ClassVar[str] = "Saved."

    def row(self) -> Any:
        """Return the versioned row that is changed, or None for something new."""
        return None

    def initial(self) -> dict[str, Any]:
        """Return field → what stands now."""
        row = self.row()
        if row is None:
            return {}
        names = [name for name in self.form_class.base_fields if name != "seen"]
        stands = {name: getattr(row, name, None) for name in names}
        return {"seen": row.version, **{n: "" if v is None else v for n, v in stands.items()}}

    def save(self, form: EditForm) -> None:
        raise NotImplementedError

    def form(self, *args: Any, **kwargs: Any) -> EditForm:
        return self.form_class(*args, **kwargs)

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
        return self.show(self.form(initial=self.initial()))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.initial()  # who asks for what is not there is told so, whatever was typed
        form = self.form(request.POST)
        if not self.client or not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self.save(form)
        except ChangedMeanwhile:
            return self.show_differences()
        except tuple(self.field_of) as refused:
            form.add_error(self.field_of[type(refused)], str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, self.saved_words)
        return redirect(self.back_url)

    def show_differences(self) -> HttpResponse:
        """Show what somebody saved meanwhile beside what was typed; saving again goes over it."""
        events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
        stands = self.initial()
        typed = self.request.POST.copy()
        typed["seen"] = str(stands["seen"])
        form = self.form(typed)
        form.is_valid()
        found = [
            Difference(
                str(field.label), said(field, stands[name]), said(field, form.cleaned_data[name])
            )
            for name, field in form.fields.items()
            if name in stands
            and name != "seen"
            and (form.cleaned_data[name] or "") != (stands[name] or "")
        ]
        return self.show(form, HTTPStatus.CONFLICT, differences=found)

    def show(
        self,
        form: EditForm,
        status: int = HTTPStatus.OK,
        *,
        differences: list[Difference] | None = None,
    ) -> HttpResponse:
        return self.page(
            self.template,
            status=status,
            **self.told(self.back),
            title=self.title,
            form=form,
            back_url=self.back_url,
            differences=differences or [],
        )


def said(field: forms.Field, value: Any) -> str:
    """Return a field's value as its form words it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    words = dict(getattr(field, "choices", []))
    if isinstance(value, list):
        return ", ".join(str(words.get(each, each)) for each in value) or "None"
    return str(words.get(value, value) or "Nothing")
