"""Keeping what a search reads of a client true to the record.

Whatever changes something by which clients are found calls ``renew`` in the same transaction.
"""

from collections.abc import Iterable

from django.db import transaction

from accounts import bulk
from clients.models import Client, Contact, SearchText
from clients.models.search_text import LONGEST, NUMBERS
from clients.names import digits, fold, full_name
from clients.selectors import likeness

LONGEST_LINE = 400


def _text(client: Client, emails: Iterable[str], phones: Iterable[str]) -> str:
    """Return what a search reads of a client: words, then numbers.

    Telephone numbers give their digits only, and dates are ISO ones.
    """
    plain = full_name(client.given_names, client.family_name)
    words = (client.code, client.full_name, client.preferred_name, plain, *emails)
    numbers = (*map(digits, phones), client.birth_date.isoformat())
    return f"{_lines(words)}{NUMBERS}{_lines(numbers)}"


def _reached_by(client: Client, kind: str) -> list[str]:
    in_use = Contact.objects.filter(client=client, kind=kind, ended_at=None)
    return [contact.number_or_address for contact in in_use]


@transaction.atomic
def renew(client: Client) -> None:
    """Write anew what a search reads of a client, and by what imports look for likely duplicates,
    as the record stands in this transaction.

    The client is locked first: of two who change one record at once, the second sees both changes.
    """
    client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    emails, phones = (
        _reached_by(client, kind) for kind in (Contact.Kind.EMAIL, Contact.Kind.PHONE)
    )
    text = _text(client, emails, phones)
    alike = likeness.of(client.given_names, client.family_name, client.birth_date)
    Client.objects.filter(pk=client.pk).exclude(likeness=alike).update(likeness=alike)
    row = SearchText.objects.filter(client=client).first()
    if row is None:
        SearchText.objects.create(client=client, text=text)
    else:
        row.text = text
        row.save(update_fields=["text"])


def add_many(people: Iterable[tuple[Client, Iterable[str], Iterable[str]]]) -> None:
    """Let new clients be found, of whom (client, e-mail addresses, telephone numbers) are given."""
    told = [(client.pk, _text(client, *reached)) for client, *reached in people]
    bulk.insert(
        SearchText, each={"client_id": [pk for pk, _ in told], "text": [text for _, text in told]}
    )


def renew_all() -> int:
    """Renew every client of the practice; return how many there are."""
    clients = list(Client.objects.order_by("pk"))
    for client in clients:
        renew(client)
    return len(clients)


def _lines(texts: Iterable[str]) -> str:
    folded = dict.fromkeys(fold(text)[:LONGEST_LINE] for text in texts)
    return "\n".join(line for line in folded if line)[: LONGEST // 2 - len(NUMBERS)]
