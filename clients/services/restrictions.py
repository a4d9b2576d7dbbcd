"""Restrictions on what is told about a client: set, ended, and held to."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, Restriction
from clients.selectors import restrictions
from clients.selectors.restrictions import WORDS, Purpose


class Restricted(Exception):
    """Something about a client may not be told; the message names the rule, never the client."""

    def __init__(self, kinds: list[str]) -> None:
        said = " and ".join(WORDS[Restriction.Kind(kind)] for kind in kinds)
        super().__init__(f"Nothing was sent: this {said}.")
        self.kinds = tuple(kinds)


class AlreadyRestricted(Exception):
    """The same restriction runs already."""

    def __init__(self) -> None:
        super().__init__("This restriction is set already.")


class AlreadyEnded(Exception):
    """Somebody ended it."""

    def __init__(self) -> None:
        super().__init__("This restriction has ended already.")


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""

    def __init__(self) -> None:
        super().__init__("The last day lies before the first.")


@transaction.atomic
def impose(
    *,
    client: Client,
    kind: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    now: datetime,
    by: Membership,
) -> Restriction:
    """Restrict what is told about a client, for the services of some days or for all.

    Raises:
        AlreadyRestricted: the same runs for the same days.
        EndsBeforeItStarts
    """
    if starts_on and ends_on and ends_on < starts_on:
        raise EndsBeforeItStarts
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
    same = Restriction.objects.filter(
        client=client, kind=kind, starts_on=starts_on, ends_on=ends_on, ended_at=None
    )
    if same.exists():
        raise AlreadyRestricted
    restriction = Restriction.objects.create(
        client=client, kind=kind, starts_on=starts_on, ends_on=ends_on, set_at=now, set_by=by
    )
    events.record(Action.RESTRICTION_SET, target=client, touched=[client.pk], kind=_said(kind))
    return restriction


@transaction.atomic
def end(*, restriction: Restriction, now: datetime, by: Membership) -> None:
    """Let a restriction block nothing from now on; it stays on record.

    Raises:
        AlreadyEnded
    """
    running = Restriction.objects.filter(pk=restriction.pk, ended_at=None)
    if not running.update(ended_at=now, ended_by=by):
        raise AlreadyEnded
    events.record(
        Action.RESTRICTION_ENDED,
        target=restriction.client,
        touched=[restriction.client_id],
        kind=_said(restriction.kind),
    )


def require_open(
    client: Client, *, purpose: Purpose, on: date | None = None, is_consented: bool = False
) -> None:
    """Stop before something about a client leaves the practice that may not; the log tells of it.

    Called by whatever discloses: outside a block of its own, so that the event outlives the
    refusal.

    Raises:
        Restricted: a restriction keeps it back.
    """
    found = restrictions.blocks(client, purpose=purpose, on=on, is_consented=is_consented)
    if found:
        kinds = kinds_of(found)
        note_refusal(client, kinds=kinds, purpose=purpose)
        raise Restricted(kinds)


def note_refusal(client: Client, *, kinds: list[str], purpose: Purpose) -> None:
    """Tell the log that something was kept back."""
    events.record(
        Action.DISCLOSURE_BLOCKED,
        target=client,
        touched=[client.pk],
        purpose=purpose.lower(),
        kind=", ".join(map(_said, kinds)),
    )


def _said(kind: str) -> str:
    """Return a kind as a sentence of the log says it."""
    return kind.lower().replace("_", " ")


def kinds_of(found: list[Restriction]) -> list[str]:
    return sorted({restriction.kind for restriction in found})
