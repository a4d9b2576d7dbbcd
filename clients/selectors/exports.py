"""The list of clients as a table: only those whom a reader may see, and of them only what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.csv_export import Cell
from accounts.permissions import Permission
from accounts.sealed_columns import open_many
from clients.models import Client, Contact
from clients.selectors import assignments, contacts, restrictions
from clients.selectors.clients import Permissions, by_code
from clients.selectors.restrictions import Purpose

IDENTITY = {
    "given_names": "Given names",
    "family_name": "Family name",
    "preferred_name": "Called",
    "birth_date": "Birth date",
}
"""Sealed column → its heading, for readers who may know who a client is."""

REACHED = ("E-mail", "Phone", "Postal address")

WISH = "May be reached"

KEPT_BACK = restrictions.keeps_back(Purpose.EXPORT, client="")
"""True of a client whom a running restriction keeps out of every file."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A client who is not in the file, and by which rules; those who see codes only read none."""

    pk: UUID
    code: str
    rules: str


def columns(permissions: Permissions) -> list[str]:
    """Return the headings of the table that a reader with these permissions gets."""
    if Permission.CLIENT_IDENTITY_VIEW not in permissions:
        return ["Code", "Therapist", "Since"]
    return ["Code", *IDENTITY.values(), *REACHED, WISH, "Therapist", "Since"]


def rows(
    visible: QuerySet[Client], *, on: date, permissions: Permissions
) -> Iterator[tuple[UUID, list[Cell]]]:
    """Yield (client, row) of visible clients by code, with their therapists on a business date,
    without those who are kept back.

    Member numbers of insurances are left out: each of them is shown on its own, and logged.
    """
    knows = Permission.CLIENT_IDENTITY_VIEW in permissions
    visible = visible.filter(~KEPT_BACK)
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


def left_out(visible: QuerySet[Client], *, permissions: Permissions) -> list[LeftOut]:
    """Return those of visible clients whom a restriction keeps out of the file, by code."""
    found = list(by_code(visible.filter(KEPT_BACK)).only("pk", "code"))
    knows = Permission.CLIENT_IDENTITY_VIEW in permissions
    rules = restrictions.labels([each.pk for each in found], purpose=Purpose.EXPORT)
    return [
        LeftOut(each.pk, each.code, ", ".join(rules[each.pk]) if knows else "") for each in found
    ]


def _reached(visible: QuerySet[Client], on: date) -> tuple[dict[UUID, str], ...]:
    ids = visible.values("pk")
    return (
        contacts.first_ones(ids, Contact.Kind.EMAIL),
        contacts.first_ones(ids, Contact.Kind.PHONE),
        contacts.addresses(ids, on=on),
    )
