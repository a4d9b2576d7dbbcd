"""Saying where a session took place, and which modifiers its code carries."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Session, SessionCoding
from billing.models.coding import MODIFIERS_MAX
from billing.selectors import days, hour_codes, known_details
from billing.services import numbers


class PlaceNotUsed(Exception):
    """The place of service is not on the list on the session's day."""


class ModifierNotUsed(Exception):
    """A modifier cannot stand: not on that day, twice, or as a fifth."""


class SaidMeanwhile(Exception):
    """Somebody else said it anew since the form was opened."""


@dataclass(frozen=True, slots=True)
class Coding:
    """A place of service, such as "11", and modifiers in their order."""

    place: str
    modifiers: tuple[str, ...] = ()


@transaction.atomic
def say(
    *,
    session: Session,
    coding: Coding,
    after: int | None = None,
    now: datetime,
    by: Membership,
) -> SessionCoding:
    """Say where a session took place and which modifiers its code carries; the latest counts.

    It may be said anew at any time: no money hangs on it, and what was made of an earlier version
    keeps that. The same again changes nothing. ``after`` is the version that the person had before
    their eyes, 0 for none.

    Raises:
        PlaceNotUsed, ModifierNotUsed: the codes cannot be used on the session's day.
        SaidMeanwhile: another version stands than the one of ``after``.
    """
    numbers.lock(numbers.HOURS)
    require_usable(coding, on=days.day_of(session.started_at, days.zone()))
    last = hour_codes.standing([session.pk]).get(session.pk)
    said = " ".join(coding.modifiers)
    if last is not None and (last.place_of_service, last.modifiers) == (coding.place, said):
        return last
    version = last.version if last is not None else 0
    if after is not None and after != version:
        raise SaidMeanwhile("Somebody else changed it meanwhile. Look at it again.")
    row = SessionCoding.objects.create(
        session=session,
        version=version + 1,
        place_of_service=coding.place,
        modifiers=said,
        coded_at=now,
        coded_by=by,
    )
    if last is not None or after is not None:  # The first is part of recording the session.
        events.record(
            Action.SESSION_CODED,
            target=session,
            label=str(session.client),
            touched=[session.client_id],
        )
    return row


def require_usable(coding: Coding, *, on: date) -> None:
    """Raise ``PlaceNotUsed`` or ``ModifierNotUsed`` where the codes cannot be used on a day.

    The place "" is of no day.
    """
    if coding.place and (refused := known_details.refusal_of_place(coding.place, on)):
        raise PlaceNotUsed(refused)
    if len(coding.modifiers) > MODIFIERS_MAX:
        raise ModifierNotUsed(f"A code carries at most {MODIFIERS_MAX} modifiers.")
    twice = [code for code in coding.modifiers if coding.modifiers.count(code) > 1]
    if twice:
        raise ModifierNotUsed(f"{twice[0]} stands twice. Once is enough.")
    if refused := known_details.refusal_of_modifiers(coding.modifiers, on):
        raise ModifierNotUsed(refused)
