"""Taking something of a client's money back: what a reversing entry undoes is shown before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.corrections import BackForm
from billing.selectors import reversals
from billing.views.base import BillingView
from clients.selectors import clients
from ledger.services import journal


@dataclass(frozen=True, slots=True)
class Told:
    """What a page of taking back says: of whom, what comes of it, and where it leads back to."""

    title: str
    verb: str
    comes: str
    done: str
    shown: Model
    client: Any
    label: str
    url: str
    entries: Sequence[tuple[UUID, date]]
    """Journal entries that are reversed, with their days."""


class TakeBackView(BillingView):
    """Base of such a page: a reason of a list, a day, and the mirror of what is undone."""

    reasons: ClassVar[Sequence[tuple[str, str]]]
    viewed: ClassVar[Action]
    refusals: ClassVar[tuple[type[Exception], ...]]
    too_early: ClassVar[type[Exception]]

    def found(self, pk: UUID) -> Any:
        """Return the row that is taken back, of what this person may see, or answer 404."""
        raise NotImplementedError

    def told(self, row: Any) -> Told:
        raise NotImplementedError

    def take_back(self, row: Any, *, reason: str, taken_back_on: date) -> None:
        raise NotImplementedError

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        told = self.told(self.found(pk))
        events.record(self.viewed, target=told.shown, touched=[told.client.pk])
        return self.show(told, self.form(initial={"taken_back_on": self.today}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        row, form = self.found(pk), self.form(request.POST)
        told = self.told(row)
        if not form.is_valid():
            return self.show(told, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self.take_back(row, **form.cleaned_data)
        except self.refusals as error:
            form.add_error(None, str(error))
        except (self.too_early, journal.PeriodClosed) as error:
            form.add_error("taken_back_on", str(error))
        else:
            messages.success(request, told.done)
            return redirect(told.url)
        return self.show(told, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: Any, **kwargs: Any) -> BackForm:
        return BackForm(*args, reasons=self.reasons, today=self.today, **kwargs)

    def show(self, told: Told, form: BackForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/taking_back.html",
            status=status,
            form=form,
            told=told,
            client=clients.show(told.client, permissions=self.request.permissions),
            mirrors=reversals.mirrors(told.entries),
        )
