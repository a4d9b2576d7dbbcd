"""Search by any part of a name, code, e-mail or phone number: opened and compared in memory,
so that the database never learns what was looked for, nor what it would match."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.fields import open_many
from accounts.permissions import Permission
from clients.models import Client, Contact
from clients.names import digits, fold
from clients.selectors import contacts
from clients.selectors.clients import Permissions, by_code

COLUMNS = ("given_names", "family_name", "preferred_name", "written_name")
FEWEST_DIGITS = 3
"""So many digits are taken for a part of a telephone number."""


def matching(visible: QuerySet[Client], text: str, *, permissions: Permissions) -> list[UUID]:
    """Return the ids of visible clients who match every word of a text, by code.

    Case and accents do not count. Who sees codes only searches codes only.
    """
    words = fold(text).split()
    if not words:
        return []
    rows = list(by_code(visible).values_list("pk", "code", *COLUMNS))
    texts = {row[0]: fold(row[1]) for row in rows}
    phones: dict[UUID, str] = {}
    if Permission.CLIENT_IDENTITY_VIEW in permissions:
        for place, column in enumerate(COLUMNS, start=2):
            for pk, value in open_many(Client, column, ((row[0], row[place]) for row in rows)):
                texts[pk] += f"\n{fold(value)}"
        for pk, kind, value in contacts.texts(visible.values("pk")):
            texts[pk] += f"\n{fold(value)}"
            if kind == Contact.Kind.PHONE:
                phones[pk] = f"{phones.get(pk, '')} {digits(value)}"
    return [
        pk
        for pk, found in texts.items()
        if all(_holds(found, phones.get(pk, ""), w) for w in words)
    ]


def exactly(*, code: str = "", name: str = "", birth_date: date | None = None) -> Client | None:
    """Return the one client of the practice with this code, or with this name and birth date.

    Whoever asks must know them: a part of a name finds nobody, and neither do two who are alike.
    """
    if code:
        return Client.objects.filter(code=code.strip().upper()).first()
    if not name or birth_date is None:
        return None
    born: list[Any] = list(Client.objects.values_list("pk", "birth_date"))
    same_day = [pk for pk, day in open_many(Client, "birth_date", born) if day == birth_date]
    words = set(fold(name).split())
    found = [client for client in Client.objects.filter(pk__in=same_day) if _is(client, words)]
    return found[0] if len(found) == 1 else None


def _is(client: Client, words: set[str]) -> bool:
    names = [client.full_name]
    if client.preferred_name:
        names.append(f"{client.preferred_name} {client.family_name}")
    return words in [set(fold(name).split()) for name in names]


def _holds(text: str, phone: str, word: str) -> bool:
    number = digits(word)
    return word in text or (len(number) >= FEWEST_DIGITS and number in phone)
