"""The log, read as sentences. Reading it is an event too."""

import re
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from accounts.forms.log import LogFilterForm
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
        people = {str(member.pk): member for member in members.people()}
        form = LogFilterForm(
            request.GET,
            people=[("", "Anyone"), *((pk, member.display_name) for pk, member in people.items())],
            areas=list(AREAS.items()),
        )
        lines: list[Line] = []
        if form.is_valid():
            chosen = people.get(form.cleaned_data["who"])
            before = _number(request.GET.get("before", ""))
            asked = wanted_of(form, chosen.person_id if chosen else None)
            lines = log.lines(asked, before_seq=before)
        events.record(Action.LOG_VIEWED, count=len(lines))
        return self.page(
            "accounts/log/list.html",
            days=log.by_day(lines),
            chain=log.chain_state(),
            form=form,
            shown=shown(lines),
            older_url=older_url(form, lines),
        )


def shown(lines: list[Line]) -> str:
    """Say which part of the log stands on the page."""
    return f"Events {lines[-1].number:,} to {lines[0].number:,}" if lines else "No events"


def older_url(form: LogFilterForm, lines: list[Line]) -> str:
    """Return the address of the next page, with the same filters, or ""."""
    if len(lines) < log.PAGE:
        return ""
    kept = {name: str(value) for name, value in form.cleaned_data.items() if value}
    return "?" + urlencode(kept | {"before": lines[-1].number})


def wanted_of(form: LogFilterForm, person_id: UUID | None) -> Wanted:
    """Return what a valid form asks for; its days are those of the practice's own clock."""
    given = form.cleaned_data
    until = given["until"]
    return log.wanted(
        given["did"],
        person_id=person_id,
        only_refusals=given["outcome"] == "refused",
        address=given["address"],
        since=_beginning(given["since"]),
        until=_beginning(until + timedelta(days=1)) if until else None,
    )


def _beginning(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def _number(text: str) -> int | None:
    return int(text) if NUMBER.fullmatch(text) else None


def lines_by(person_id: UUID | None) -> list[Line]:
    """Return the last few lines of one person; reading them is an event as well."""
    found = log.lines(Wanted(person_id=person_id), limit=8)
    if found:
        events.record(Action.LOG_VIEWED, count=len(found))
    return found
