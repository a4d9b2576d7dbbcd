"""The log, read as sentences. Reading it is an event too."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from accounts.forms.log import EXPORT, LogFilterForm
from accounts.permissions import Permission
from accounts.selectors import log, members
from accounts.selectors.log import AREAS, Line
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.selectors.log import Wanted
from audit.services import events

NUMBER = re.compile(r"[0-9]{1,18}")


class Log(PracticeView):
    """Every look and every change, newest first, page by page."""

    permission = Permission.LOG_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        form, asked = filtered(request)
        lines: list[Line] = []
        if asked is not None:
            lines = log.lines(asked, before_seq=before_of(request))
        events.record(Action.LOG_VIEWED, count=len(lines))
        return self.page(
            "accounts/log/list.html",
            days=log.by_day(lines),
            chain=log.chain_state(),
            form=form,
            shown=shown(lines),
            older_url=older_url(form, [line.number for line in lines]),
            kept=kept(form),
        )


def shown(lines: list[Line]) -> str:
    """Say which part of the log stands on the page."""
    return f"Events {lines[-1].number:,} to {lines[0].number:,}" if lines else "No events"


def filtered(request: StaffRequest) -> tuple[LogFilterForm, Wanted | None]:
    """Return the form of filters, and what it asks for: None where something in it is wrong."""
    people = {str(member.pk): member for member in members.people()}
    form = LogFilterForm(
        request.GET,
        people=[("", "Anyone"), *((pk, member.display_name) for pk, member in people.items())],
        areas=list(AREAS.items()),
    )
    if not form.is_valid():
        return form, None
    chosen = people.get(form.cleaned_data["who"])
    return form, _wanted(form, chosen.person_id if chosen else None)


def kept(form: LogFilterForm) -> str:
    """Return the filters as a part of an address that goes on: nothing, or up to an ampersand."""
    given = {name: str(value) for name, value in form.cleaned_data.items() if value}
    return f"{urlencode(given)}&" if given else ""


def older_url(form: LogFilterForm, numbers: Sequence[int]) -> str:
    """Return the address of the next page, with the same filters, or ""."""
    if len(numbers) < log.PAGE:
        return ""
    return f"?{kept(form)}before={numbers[-1]}"


def _wanted(form: LogFilterForm, person_id: UUID | None) -> Wanted:
    """Return what a valid form asks for; its days are those of the practice's own clock."""
    given = form.cleaned_data
    until = given["until"]
    return log.wanted(
        given["did"],
        person_id=person_id,
        only_refusals=given["outcome"] == "refused",
        address=given["address"],
        export=given["number"] if EXPORT.fullmatch(given["number"]) else "",
        label="" if EXPORT.fullmatch(given["number"]) else given["number"],
        since=_beginning(given["since"]),
        until=_beginning(until + timedelta(days=1)) if until else None,
    )


def _beginning(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def before_of(request: StaffRequest) -> int | None:
    """Return before which event the page ends that was asked for, if before any."""
    text = request.GET.get("before", "")
    return int(text) if NUMBER.fullmatch(text) else None


def lines_by(person_id: UUID | None) -> list[Line]:
    """Return the last few lines of one person; reading them is an event as well."""
    found = log.lines(Wanted(person_id=person_id), limit=8)
    if found:
        events.record(Action.LOG_VIEWED, count=len(found))
    return found
