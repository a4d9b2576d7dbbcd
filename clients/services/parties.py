"""Who is responsible for a client's costs, and how these are divided from a day on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients import splits
from clients.models import Client, ResponsibleParty, Split, SplitShare
from clients.services import edits
from clients.splits import Share

Kind = ResponsibleParty.Kind


class NoName(Exception):
    """A party that is not the client needs a name."""

    def __init__(self) -> None:
        super().__init__("Enter the name of the person or organisation.")


class AlreadyResponsible(Exception):
    """The client stands among those responsible already."""

    def __init__(self) -> None:
        super().__init__("The client stands on this list already.")


class WrongRelation(Exception):
    """Only the client is the client."""

    def __init__(self) -> None:
        super().__init__("Choose what this party is to the client.")


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""

    def __init__(self) -> None:
        super().__init__("The last day lies before the first.")


class DoesNotAddUp(Exception):
    """The shares do not make a whole."""


class NotAParty(Exception):
    """A share is somebody's who is not responsible for this client on that day."""

    def __init__(self) -> None:
        super().__init__("Choose among those who are responsible for this client on that day.")


@transaction.atomic
def add(
    *,
    client: Client,
    kind: str,
    relation: str,
    name: str = "",
    phone: str = "",
    email: str = "",
    postal_address: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    now: datetime,
    by: Membership,
) -> ResponsibleParty:
    """Add somebody who is responsible for a client's costs; the client themself needs no name.

    Raises:
        NoName, WrongRelation, AlreadyResponsible, EndsBeforeItStarts
    """
    _require_fit(kind, relation, name, starts_on, ends_on)
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
    if kind == Kind.CLIENT and ResponsibleParty.objects.filter(client=client, kind=kind).exists():
        raise AlreadyResponsible
    party = ResponsibleParty.objects.create(
        client=client,
        kind=kind,
        relation=relation,
        name=name,
        phone=phone,
        email=email,
        postal_address=postal_address,
        starts_on=starts_on,
        ends_on=ends_on,
        added_at=now,
        added_by=by,
    )
    events.record(Action.PARTY_ADDED, target=client, touched=[client.pk], kind=kind.lower())
    return party


def change(*, party: ResponsibleParty, seen: int, **wanted: Any) -> ResponsibleParty:
    """Change a party, or give it its last day.

    Raises:
        NoName, WrongRelation, EndsBeforeItStarts
        edits.ChangedMeanwhile: somebody else saved since it was shown.
    """
    _require_fit(
        party.kind, wanted["relation"], wanted["name"], wanted["starts_on"], wanted["ends_on"]
    )
    return edits.change(
        party,
        seen=seen,
        wanted=wanted,
        action=Action.PARTY_CHANGED,
        client_id=party.client_id,
        target=party.client,
    )


@transaction.atomic
def decide(
    *, client: Client, starts_on: date, shares: Sequence[Share], now: datetime, by: Membership
) -> Split:
    """Decide how a client's costs are divided from a day of service on.

    What was decided for the same day is taken back; earlier splits hold until the day before.

    Raises:
        DoesNotAddUp: the shares do not make a whole.
        NotAParty: one is of somebody who is not responsible for this client on that day.
    """
    if wrong := splits.fault(shares):
        raise DoesNotAddUp(wrong)
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
    parties = {party.pk: party for party in ResponsibleParty.objects.filter(client=client)}
    if not all(_lasts(parties.get(share.party_id), starts_on) for share in shares):
        raise NotAParty
    running = Split.objects.filter(client=client, starts_on=starts_on, revoked_at=None)
    running.update(revoked_at=now, revoked_by=by)
    split = Split.objects.create(
        client=client,
        starts_on=starts_on,
        share_count=len(shares),
        decided_at=now,
        decided_by=by,
    )
    SplitShare.objects.bulk_create(
        SplitShare(
            split=split,
            party_id=share.party_id,
            kind=_kind_of(share),
            basis_points=share.basis_points,
            fixed_cents=share.fixed_cents,
            place=place,
        )
        for place, share in enumerate(shares)
    )
    events.record(
        Action.SPLIT_DECIDED,
        target=client,
        touched=[client.pk],
        starts_on=starts_on.isoformat(),
        parties=len(shares),
    )
    return split


@transaction.atomic
def take_back(*, split: Split, now: datetime, by: Membership) -> None:
    """Take a split back: what was decided before holds again. Taken back twice changes nothing."""
    if Split.objects.filter(pk=split.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        events.record(
            Action.SPLIT_TAKEN_BACK,
            target=split.client,
            touched=[split.client_id],
            starts_on=split.starts_on.isoformat(),
        )


def _kind_of(share: Share) -> str:
    if share.is_rest:
        return SplitShare.Kind.REST
    return SplitShare.Kind.FIXED if share.basis_points is None else SplitShare.Kind.PERCENT


def _lasts(party: ResponsibleParty | None, on: date) -> bool:
    return party is not None and (party.starts_on or on) <= on <= (party.ends_on or on)


def _require_fit(
    kind: str, relation: str, name: str, starts_on: date | None, ends_on: date | None
) -> None:
    if (kind == Kind.CLIENT) != (relation == ResponsibleParty.Relation.SELF):
        raise WrongRelation
    if kind != Kind.CLIENT and not name:
        raise NoName
    if starts_on and ends_on and ends_on < starts_on:
        raise EndsBeforeItStarts
