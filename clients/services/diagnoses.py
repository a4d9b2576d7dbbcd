"""Which diagnoses a client has: entered, ended, or taken back as an error."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, Diagnosis
from clients.selectors import diagnoses, diagnosis_codes

CLAIM_MAX = 12
"""Diagnoses on a claim (CMS-1500 box 21, A to L)."""


class NotBillable(Exception):
    """What was typed is no code that can be billed on that day; the message names some that are."""


class AlreadyHas(Exception):
    """The client has this diagnosis on one of these days."""


class RankTaken(Exception):
    """Another diagnosis has this place on one of these days, or all twelve are taken."""


class NotStanding(Exception):
    """The diagnosis was taken back."""


class AlreadyEnded(Exception):
    """The diagnosis ends no later than that already."""


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""


@transaction.atomic
def add(
    *,
    client: Client,
    code: str,
    starts_on: date,
    rank: int | None = None,
    now: datetime,
    by: Membership,
) -> Diagnosis:
    """Enter a diagnosis of a client from a business date on.

    Without a rank it takes the first free place.

    Raises:
        NotBillable: ``code``, with or without its dot, cannot be billed on that day.
        AlreadyHas: the client has it on that day or later.
        RankTaken: another one has this place then, or twelve are there.
    """
    bare = diagnosis_codes.bare(code)
    refused = diagnosis_codes.refusal(bare, starts_on) if bare else _no_code(code, starts_on)
    if refused:
        raise NotBillable(refused)
    _lock(client)
    reaching = list(diagnoses.reaching(client, starts_on))
    if any(other.code == bare for other in reaching):
        raise AlreadyHas("The client has this diagnosis already.")
    taken = {other.rank for other in reaching}
    free = [place for place in range(1, CLAIM_MAX + 1) if place not in taken]
    if rank is None and not free:
        raise RankTaken("A claim takes twelve diagnoses. End one first.")
    if rank in taken:
        raise RankTaken("Another diagnosis has this place. End it first, or choose another place.")
    diagnosis = Diagnosis.objects.create(
        client=client,
        code=bare,
        rank=free[0] if rank is None else rank,
        starts_on=starts_on,
        added_at=now,
        added_by=by,
    )
    events.record(Action.DIAGNOSIS_ADDED, target=client, touched=[client.pk])
    return diagnosis


@transaction.atomic
def end(*, diagnosis: Diagnosis, ends_on: date, now: datetime, by: Membership) -> None:
    """End a diagnosis after its last day.

    Raises:
        NotStanding: it was taken back.
        AlreadyEnded: it ends on that day or before already.
        EndsBeforeItStarts: ``ends_on`` lies before its first day.
    """
    _hold(diagnosis)
    if diagnosis.ends_on is not None and diagnosis.ends_on <= ends_on:
        raise AlreadyEnded("This ends by that day already.")
    if ends_on < diagnosis.starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    diagnosis.ends_on, diagnosis.ended_at, diagnosis.ended_by = ends_on, now, by
    diagnosis.save(update_fields=["ends_on", "ended_at", "ended_by"])
    events.record(
        Action.DIAGNOSIS_ENDED,
        target=diagnosis.client,
        touched=[diagnosis.client_id],
        ends_on=str(ends_on),
    )


@transaction.atomic
def withdraw(*, diagnosis: Diagnosis, now: datetime, by: Membership) -> None:
    """Take back a diagnosis that was entered in error; it stays on record.

    Raises:
        NotStanding: it was taken back before.
    """
    _hold(diagnosis)
    diagnosis.withdrawn_at, diagnosis.withdrawn_by = now, by
    diagnosis.save(update_fields=["withdrawn_at", "withdrawn_by"])
    events.record(
        Action.DIAGNOSIS_WITHDRAWN, target=diagnosis.client, touched=[diagnosis.client_id]
    )


def _no_code(typed: str, day: date) -> str:
    found = diagnosis_codes.called(typed, day)
    if not found:
        return "This is not an ICD-10-CM code. Codes look like F41.1."
    return "Choose a code: " + "; ".join(f"{code} {title}" for code, title in found)


def _hold(diagnosis: Diagnosis) -> None:
    _lock(diagnosis.client)
    diagnosis.refresh_from_db()
    if diagnosis.withdrawn_at is not None:
        raise NotStanding("This was taken back meanwhile.")


def _lock(client: Client) -> None:
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
