"""How a client is reached: added, changed, ended, and brought back. Nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Min

from accounts import bulk
from accounts.edits import sealed
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Address, Client, Contact
from clients.services import edits, search_texts


class NotThereAnyMore(Exception):
    """The contact was ended by somebody."""

    def __init__(self) -> None:
        super().__init__("Somebody ended this meanwhile.")


class StillThere(Exception):
    """The contact was not ended, or somebody brought it back."""

    def __init__(self) -> None:
        super().__init__("This is in use already.")


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""

    def __init__(self) -> None:
        super().__init__("The last day lies before the first.")


@dataclass(frozen=True, slots=True, repr=False)
class Newly:
    """How a client who was just added is reached; what is not known is empty."""

    client: Client
    phone: str
    email: str
    postal_address: str


@transaction.atomic
def add(*, client: Client, **given: Any) -> Contact:
    """Add a telephone number or an e-mail address; it comes after the others of its kind."""
    contact = add_unsearched(client=client, **given)
    search_texts.renew(client)
    return contact


@transaction.atomic
def add_unsearched(
    *,
    client: Client,
    kind: str,
    number_or_address: str,
    label: str = "",
    may_leave_message: bool = False,
    is_discreet: bool = False,
    now: datetime,
    by: Membership,
) -> Contact:
    """Do the same for a caller who lets the search know of the client afterwards."""
    contact = Contact.objects.create(
        client=client,
        kind=kind,
        number_or_address=number_or_address,
        label=label,
        may_leave_message=may_leave_message,
        is_discreet=is_discreet,
        place=Contact.objects.filter(client=client, kind=kind).count(),
        added_at=now,
        added_by=by,
    )
    events.record(Action.CONTACT_ADDED, target=client, touched=[client.pk], kind=kind.lower())
    return contact


@transaction.atomic
def add_many(people: Sequence[Newly], *, now: datetime, by: Membership) -> None:
    """Add the first contacts and addresses of clients who were just added.

    The event of the clients' adding stands for them.
    """
    kinds = ((Contact.Kind.PHONE, "phone"), (Contact.Kind.EMAIL, "email"))
    for kind, name in kinds:
        reached = [each for each in people if getattr(each, name)]
        bulk.insert(
            Contact,
            each={
                "client_id": [each.client.pk for each in reached],
                "number_or_address": [getattr(each, name) for each in reached],
            },
            kind=kind.value,
            label="",
            added_at=now,
            added_by_id=by.pk,
        )
    located = [each for each in people if each.postal_address]
    bulk.insert(
        Address,
        each={
            "client_id": [each.client.pk for each in located],
            "street": [each.postal_address for each in located],
        },
        **dict.fromkeys(("city", "region", "postal_code", "country"), ""),
        added_at=now,
        added_by_id=by.pk,
    )


@transaction.atomic
def change(*, contact: Contact, seen: int, **wanted: Any) -> Contact:
    """Change a contact that is in use.

    Raises:
        NotThereAnyMore: it was ended.
        edits.ChangedMeanwhile: somebody else saved since it was shown.
    """
    if contact.ended_at is not None:
        raise NotThereAnyMore
    changed: Contact = edits.change(
        contact,
        seen=seen,
        wanted=wanted,
        action=Action.CONTACT_CHANGED,
        client_id=contact.client_id,
        target=contact.client,
    )
    search_texts.renew(contact.client)
    return changed


@transaction.atomic
def end(*, contact: Contact, now: datetime, by: Membership) -> None:
    """Stop using a contact; it stays on record and can be brought back.

    Raises:
        NotThereAnyMore: it was ended before.
    """
    running = Contact.objects.filter(pk=contact.pk, ended_at=None)
    if not running.update(ended_at=now, ended_by=by):
        raise NotThereAnyMore
    search_texts.renew(contact.client)
    _tell(Action.CONTACT_ENDED, contact)


@transaction.atomic
def bring_back(*, contact: Contact) -> None:
    """Use an ended contact again.

    Raises:
        StillThere: it is in use.
    """
    ended = Contact.objects.filter(pk=contact.pk).exclude(ended_at=None)
    if not ended.update(ended_at=None, ended_by=None):
        raise StillThere
    search_texts.renew(contact.client)
    _tell(Action.CONTACT_BROUGHT_BACK, contact)


@transaction.atomic
def put_first(*, contact: Contact) -> None:
    """Let a contact be the one of its kind that is used.

    Raises:
        NotThereAnyMore: it was ended.
    """
    if contact.ended_at is not None:
        raise NotThereAnyMore
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=contact.client_id)
    others = Contact.objects.filter(client=contact.client_id, kind=contact.kind)
    lowest = others.aggregate(lowest=Min("place"))["lowest"] or 0
    Contact.objects.filter(pk=contact.pk).update(place=lowest - 1)
    _tell(Action.CONTACT_CHANGED, contact)


@transaction.atomic
def add_address(
    *,
    client: Client,
    purpose: str = Address.Purpose.HOME,
    street: str,
    city: str = "",
    region: str = "",
    postal_code: str = "",
    country: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    now: datetime,
    by: Membership,
) -> Address:
    """Add a postal address, in parts or with all of it under ``street``.

    Raises:
        EndsBeforeItStarts
    """
    _require_order(starts_on, ends_on)
    address = Address.objects.create(
        client=client,
        purpose=purpose,
        street=street,
        city=city,
        region=region,
        postal_code=postal_code,
        country=country,
        starts_on=starts_on,
        ends_on=ends_on,
        added_at=now,
        added_by=by,
    )
    events.record(Action.ADDRESS_ADDED, target=client, touched=[client.pk])
    return address


def change_address(*, address: Address, seen: int, **wanted: Any) -> Address:
    """Change an address, or give it a last day.

    Raises:
        EndsBeforeItStarts
        edits.ChangedMeanwhile: somebody else saved since it was shown.
    """
    _require_order(wanted["starts_on"], wanted["ends_on"])
    return edits.change(
        address,
        seen=seen,
        wanted=wanted,
        action=Action.ADDRESS_CHANGED,
        client_id=address.client_id,
        target=address.client,
    )


def _require_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise EndsBeforeItStarts


def _tell(action: Action, contact: Contact) -> None:
    events.record(
        action,
        target=contact.client,
        touched=[contact.client_id],
        kind=contact.kind.lower(),
        values=sealed(before={}, after={"number_or_address": contact.number_or_address}),
    )
