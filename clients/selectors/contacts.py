"""How a client is reached now, and was before."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from accounts.sealed_columns import open_many
from clients.models import Address, Client, Contact

Ids = Any
"""Ids of clients, or a query for them."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A contact as pages show it; ``note`` says what may be done there."""

    pk: UUID
    kind: str
    text: str = field(repr=False)
    label: str = field(repr=False)
    may_leave_message: bool
    is_discreet: bool
    is_first: bool
    is_ended: bool

    @property
    def is_phone(self) -> bool:
        return self.kind == Contact.Kind.PHONE

    @property
    def kind_name(self) -> str:
        return str(Contact.Kind(self.kind).label)

    @property
    def note(self) -> str:
        """What may be done there, in words."""
        discreet = ["discreet only"] if self.is_discreet else []
        if not self.is_phone:
            return "".join(discreet)
        said = "messages may be left" if self.may_leave_message else "leave no message"
        return ", ".join([said, *discreet])


@dataclass(frozen=True, slots=True)
class Located:
    """A postal address as pages show it, line by line."""

    pk: UUID
    purpose: str
    text: str = field(repr=False)
    starts_on: date | None
    ends_on: date | None
    is_current: bool


def of(client: Client) -> list[Reached]:
    """Return a client's contacts: those in use, the first of each kind on top; then the ended."""
    found = Contact.objects.filter(client=client).order_by("-kind", "place", "id")
    running = [contact for contact in found if contact.ended_at is None]
    first = {contact.kind: contact.pk for contact in reversed(running)}
    ended = [contact for contact in found if contact.ended_at is not None]
    return [
        Reached(
            pk=contact.pk,
            kind=contact.kind,
            text=contact.number_or_address,
            label=contact.label,
            may_leave_message=contact.may_leave_message,
            is_discreet=contact.is_discreet,
            is_first=first.get(contact.kind) == contact.pk,
            is_ended=contact.ended_at is not None,
        )
        for contact in (*running, *ended)
    ]


def addresses_of(client: Client, *, on: date | None = None) -> list[Located]:
    """Return a client's addresses, those of a date first, that for letters before the rest.

    Without a date, an address that has a last day counts as over.
    """
    found = sorted(
        Address.objects.filter(client=client),
        key=lambda address: (not _lasts(address, on), address.purpose != "MAIL", address.pk),
    )
    return [
        Located(
            pk=address.pk,
            purpose=address.get_purpose_display(),
            text=address.text,
            starts_on=address.starts_on,
            ends_on=address.ends_on,
            is_current=_lasts(address, on),
        )
        for address in found
    ]


def _lasts(address: Address, on: date | None) -> bool:
    if on is None:
        return address.ends_on is None
    return (address.starts_on or on) <= on <= (address.ends_on or on)


def texts(clients: Ids) -> list[tuple[UUID, str, str]]:
    """Return (client, kind, number or address) of the contacts that are in use, the first first."""
    in_use = Contact.objects.filter(ended_at=None, client__in=clients).order_by("place", "id")
    rows: list[Any] = list(in_use.values_list("pk", "client_id", "kind", "number_or_address"))
    whose = {pk: (client_id, kind) for pk, client_id, kind, _ in rows}
    opened = open_many(Contact, "number_or_address", ((row[0], row[3]) for row in rows))
    return [(*whose[pk], text) for pk, text in opened]


def first_ones(clients: Ids, kind: str) -> dict[UUID, str]:
    """Return client → the contact of a kind that is used, of clients who have one."""
    found: dict[UUID, str] = {}
    for client_id, its_kind, text in texts(clients):
        if its_kind == kind:
            found.setdefault(client_id, text)
    return found


def addresses(clients: Ids, *, on: date) -> dict[UUID, str]:
    """Return client → the address of a date, that for letters before another, line by line."""
    found = Address.objects.filter(client__in=clients)
    lasting = [address for address in found if _lasts(address, on)]
    lasting.sort(key=lambda address: (address.purpose == "MAIL", address.pk), reverse=True)
    return {address.client_id: address.text for address in reversed(lasting)}
