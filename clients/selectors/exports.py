"""The list of clients as a table: only those whom a reader may see, and of them only what."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.csv_export import Cell
from accounts.fields import open_many
from accounts.permissions import Permission
from clients.models import Client, Contact
from clients.selectors import assignments, contacts
from clients.selectors.clients import Permissions, by_code

IDENTITY = {
    "given_names": "Given names",
    "family_name": "Family name",
    "preferred_name": "Called",
    "birth_date": "Birth date",
}
"""Sealed column → its heading, for readers who may know who a client is."""

REACHED = ("E-mail", "Phone", "Postal address")

WISH = "May be reached"


def columns(permissions: Permissions) -> list[str]:
    """Return the headings of the table that a reader with these permissions gets."""
    if Permission.CLIENT_IDENTITY_VIEW not in permissions:
        return ["Code", "Therapist", "Since"]
    return ["Code", *IDENTITY.values(), *REACHED, WISH, "Therapist", "Since"]


def rows(
    visible: QuerySet[Client], *, on: date, permissions: Permissions
) -> Iterator[tuple[UUID, list[Cell]]]:
    """Yield (client, row) of visible clients by code, with their therapists on a business date.

    Member numbers of insurances are left out: each of them is shown on its own, and logged.
    """
    knows = Permission.CLIENT_IDENTITY_VIEW in permissions
    sealed = list(IDENTITY) if knows else []
    found: list[Any] = list(
        by_code(visible).values_list("pk", "code", "contact_wish", "created_at", *sealed)
    )
    opened = [
        dict(open_many(Client, column, ((row[0], row[place]) for row in found)))
        for place, column in enumerate(sealed, start=4)
    ]
    reached = _reached(visible, on) if knows else ()
    therapists = assignments.therapists_of(visible, on=on)
    for pk, code, wish, created_at, *_ in found:
        row: list[Cell] = [code, *(column[pk] for column in opened)]
        if knows:
            row += [column.get(pk, "") for column in reached]
            row.append(Client.ContactWish(wish).label)
        yield pk, [*row, ", ".join(therapists.get(pk, [])), timezone.localtime(created_at).date()]


def _reached(visible: QuerySet[Client], on: date) -> tuple[dict[UUID, str], ...]:
    ids = visible.values("pk")
    return (
        contacts.first_ones(ids, Contact.Kind.EMAIL),
        contacts.first_ones(ids, Contact.Kind.PHONE),
        contacts.addresses(ids, on=on),
    )
