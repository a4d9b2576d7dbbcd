"""Keeping what a search reads of a client true to the record.

Whatever changes something by which clients are found calls ``renew`` in the same transaction.
"""

from collections.abc import Callable, Iterable

from django.db import transaction

from clients.models import Client, Contact, SearchText
from clients.models.search_text import LONGEST, NUMBERS
from clients.names import digits, fold, full_name
from clients.selectors import likeness

LONGEST_LINE = 400

Part = Callable[[Client], Iterable[str]]


def _codes(client: Client) -> Iterable[str]:
    yield client.code


def _names(client: Client) -> Iterable[str]:
    yield client.full_name
    yield client.preferred_name
    yield full_name(client.given_names, client.family_name)


def _addresses(client: Client) -> Iterable[str]:
    yield from _reached_by(client, Contact.Kind.EMAIL)


def _telephones(client: Client) -> Iterable[str]:
    yield from map(digits, _reached_by(client, Contact.Kind.PHONE))


def _reached_by(client: Client, kind: str) -> Iterable[str]:
    in_use = Contact.objects.filter(client=client, kind=kind, ended_at=None)
    return [contact.number_or_address for contact in in_use]


def _dates(client: Client) -> Iterable[str]:
    yield client.birth_date.isoformat()


WORDS: tuple[Part, ...] = (_codes, _names, _addresses)
NUMBERED: tuple[Part, ...] = (_telephones, _dates)
"""Telephone numbers give their digits only, and dates are ISO ones."""


@transaction.atomic
def renew(client: Client) -> None:
    """Write anew what a search reads of a client, and by what imports look for likely duplicates,
    as the record stands in this transaction.

    The client is locked first: of two who change one record at once, the second sees both changes.
    """
    client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    text = f"{_lines(WORDS, client)}{NUMBERS}{_lines(NUMBERED, client)}"
    alike = likeness.of(client.given_names, client.family_name, client.birth_date)
    Client.objects.filter(pk=client.pk).exclude(likeness=alike).update(likeness=alike)
    row = SearchText.objects.filter(client=client).first()
    if row is None:
        SearchText.objects.create(client=client, text=text)
    else:
        row.text = text
        row.save(update_fields=["text"])


def renew_all() -> int:
    """Renew every client of the practice; return how many there are."""
    clients = list(Client.objects.order_by("pk"))
    for client in clients:
        renew(client)
    return len(clients)


def _lines(parts: Iterable[Part], client: Client) -> str:
    found = (fold(text)[:LONGEST_LINE] for part in parts for text in part(client))
    return "\n".join(line for line in found if line)[: LONGEST // 2 - len(NUMBERS)]
