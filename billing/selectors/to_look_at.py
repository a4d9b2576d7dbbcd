"""What keeps hours off the next run of the billing, as a page lists it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.models import Appointment, CycleRunClient, Session
from billing.selectors import days
from clients.selectors import clients

Why = CycleRunClient.Outcome

MENDED_BY = {
    Why.UNMARKED: "Say what became of it.",
    Why.NO_FEE: "Enter a fee when you say that it took place.",
    Why.CODE: "Leave it unbilled, and record it under a code of that day.",
    Why.MINUTES: "Issue it by hand if it is right, or leave it unbilled.",
    Why.FREE: "Leave it unbilled, because it costs nothing.",
}
"""Why → how a person mends it."""


@dataclass(frozen=True, slots=True)
class LookRow:
    """An hour that somebody has to look at; ``name`` is "" for those who see codes only."""

    pk: UUID
    is_planned: bool
    why: str
    mended_by: str
    client_id: UUID
    code: str
    name: str
    therapist: str
    on: date
    what: str
    minutes: int


def rows(
    keys: Iterable[tuple[Any, ...]], *, zone: ZoneInfo, permissions: clients.Permissions
) -> list[LookRow]:
    """Return what some keys of ``Due.held_up`` stand for, in their order, in four queries."""
    wanted = list(keys)
    related = ("service_code", "therapist")
    planned = {key[0] for key in wanted if key[1]}
    held = Session.objects.filter(pk__in=[key[0] for key in wanted if not key[1]])
    hours: dict[UUID, Session | Appointment] = {
        row.pk: row for row in held.select_related(*related)
    }
    for row in Appointment.objects.filter(pk__in=planned).select_related(*related):
        hours[row.pk] = row
    people = clients.shown({row.client_id for row in hours.values()}, permissions=permissions)
    made = []
    for pk, is_planned, reason, at in (key[:4] for key in wanted):
        hour, why = hours[pk], Why(reason)
        made.append(
            LookRow(
                pk=pk,
                is_planned=is_planned,
                why=str(why.label),
                mended_by=MENDED_BY.get(why, ""),
                client_id=hour.client_id,
                code=people[hour.client_id].code,
                name=people[hour.client_id].name,
                therapist=hour.therapist.display_name,
                on=days.day_of(at, zone),
                what=f"{hour.service_code.label} ({hour.service_code.code})",
                minutes=hour.minutes,
            )
        )
    return made
