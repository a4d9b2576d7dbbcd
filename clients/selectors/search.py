"""Search by any part of a name, code, e-mail, telephone number or birth date: opened and compared
in memory, so that the database never learns what was looked for, nor what it would match."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.fields import open_many
from accounts.permissions import Permission
from clients.models import Client, SearchText
from clients.models.search_text import NUMBERS
from clients.names import fold
from clients.selectors import wanted
from clients.selectors.clients import Permissions

Texts = list[tuple[UUID, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """How many clients match, and the first of them by code."""

    count: int
    first: list[UUID]


NOBODY = Found(0, [])


def find(visible: QuerySet[Client], text: str, *, permissions: Permissions, limit: int) -> Found:
    """Return the visible clients who match everything in a text.

    Case and accents do not count. Who sees codes only searches codes only.
    """
    terms = wanted.terms(text)
    if not terms:
        return NOBODY
    if Permission.CLIENT_IDENTITY_VIEW not in permissions:
        codes = visible.values_list("pk", "code")
        return _first(_matching([(pk, fold(code)) for pk, code in codes], terms), limit)
    sealed: Any = SearchText.objects.filter(client__in=visible).values_list("pk", "text")
    found = _first(_matching(open_many(SearchText, "text", sealed), terms), limit)
    rows = SearchText.objects.filter(pk__in=found.first)
    client_of = dict(rows.values_list("pk", "client_id"))
    return Found(found.count, [client_of[pk] for pk in found.first])


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


def _matching(texts: Texts, terms: Iterable[wanted.Term]) -> Texts:
    for term in terms:
        if wanted.is_short_number(term):
            texts = [row for row in texts if _holds(row[1].partition(NUMBERS)[0], term)]
        elif len(term) == len(term[0]) == 1:
            word = term[0][0]
            texts = [row for row in texts if word in row[1]]
        else:
            texts = [row for row in texts if _holds(row[1], term)]
    return texts


def _holds(text: str, term: wanted.Term) -> bool:
    return any(all(part in text for part in parts) for parts in term)


def _first(texts: Texts, limit: int) -> Found:
    """Return the first by code, which is the first line: C-0009 before C-0010 and C-10000."""
    by_code = heapq.nsmallest(limit, texts, key=_code)
    return Found(len(texts), [pk for pk, _ in by_code])


def _code(row: tuple[UUID, str]) -> tuple[int, str]:
    code = row[1].partition("\n")[0]
    return len(code), code
