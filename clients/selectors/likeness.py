"""Who might be whom: possible duplicates, found without reading everybody's name."""

from datetime import date
from typing import Any

from accounts import keys
from accounts.sealed_columns import open_many
from clients.models import Client
from clients.names import fold

LIKENESS_BYTES = 1
"""256 values: with 512 to 65,536 clients a value is shared by 2 to √n of them, so that it tells
nobody apart, and a look-up opens few records."""


def of(given_names: str, family_name: str, birth_date: date) -> bytes:
    """Return the blind index of a person's family name, or only name, and birth date."""
    text = f"{_called(given_names, family_name)}|{birth_date.isoformat()}"
    return keys.fingerprint(text, purpose="clients.client.likeness")[:LIKENESS_BYTES]


def alike(given_names: str, family_name: str, birth_date: date) -> list[Client]:
    """Return the clients with this family name, or only name, and birth date, by code."""
    likeness = of(given_names, family_name, birth_date)
    called = _called(given_names, family_name)
    return [
        client
        for client in Client.objects.filter(likeness=likeness).order_by("code")
        if client.birth_date == birth_date
        and _called(client.given_names, client.family_name) == called
    ]


def key(given_names: str, family_name: str, birth_date: date) -> tuple[str, date]:
    """Return what is the same for two people who look alike."""
    return _called(given_names, family_name), birth_date


def everybody() -> dict[tuple[str, date], list[str]]:
    """Return the codes of all clients by what they share with whoever looks like them.

    For thousands of new ones at once: every record is opened, and each only once.
    """
    rows: list[Any] = list(
        Client.objects.order_by("code").values_list(
            "pk", "code", "given_names", "family_name", "birth_date"
        )
    )
    given, family, born = (
        dict(open_many(Client, column, ((row[0], row[place]) for row in rows)))
        for place, column in enumerate(("given_names", "family_name", "birth_date"), start=2)
    )
    found: dict[tuple[str, date], list[str]] = {}
    for pk, code, *_ in rows:
        found.setdefault(key(given[pk], family[pk], born[pk]), []).append(code)
    return found


def _called(given_names: str, family_name: str) -> str:
    return fold(family_name) or fold(given_names)
