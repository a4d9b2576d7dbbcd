"""Search by any part of a name, code, e-mail, telephone number or birth date: opened and compared
in memory, so that the database never learns what was looked for, nor what it would match."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.permissions import Permission
from accounts.sealed_columns import open_many
from clients.models import Client, SearchText
from clients.models.search_text import NUMBERS
from clients.names import fold
from clients.selectors import families, search_texts, wanted
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
    into = families.merged()
    if Permission.CLIENT_IDENTITY_VIEW not in permissions:
        codes = [(pk, fold(code)) for pk, code in visible.values_list("pk", "code")]
        return _first(_matching(_as_people(codes, into), terms), limit)
    # A text is opened by its own id; whose it is matters for those who are shown, and for merges.
    of_texts = _of_texts(into)
    together = {*of_texts, *of_texts.values()}
    matches: Texts = []
    set_aside: Texts = []
    words = [word for term in terms if (word := wanted.plain_word(term))]
    for texts in search_texts.opened(visible, words=words, also=together):
        if together:
            set_aside += [row for row in texts if row[0] in together]
            texts = [row for row in texts if row[0] not in together]
        matches += _matching(texts, terms)
    matches += _matching(_as_people(set_aside, of_texts), terms)
    found = _first(matches, limit)
    rows = SearchText.objects.filter(pk__in=found.first)
    client_of = dict(rows.values_list("pk", "client_id"))
    return Found(found.count, [client_of[pk] for pk in found.first])


def exactly(*, code: str = "", name: str = "", birth_date: date | None = None) -> Client | None:
    """Return the one client of the practice with this code, or with this name and birth date.

    Whoever asks must know them: a part of a name finds nobody, and neither do two who are alike.
    """
    if code:
        return families.found_by_code(Client.objects.all(), code)
    if not name or birth_date is None:
        return None
    born: list[Any] = list(Client.objects.values_list("pk", "birth_date"))
    same_day = [pk for pk, day in open_many(Client, "birth_date", born) if day == birth_date]
    words = set(fold(name).split())
    likely = Client.objects.filter(pk__in=same_day).select_related("merged_into")
    found = {client.merged_into or client for client in likely if _is(client, words)}
    return found.pop() if len(found) == 1 else None


def _is(client: Client, words: set[str]) -> bool:
    names = [client.full_name]
    if client.preferred_name:
        names.append(f"{client.preferred_name} {client.family_name}")
    return words in [set(fold(name).split()) for name in names]


def _of_texts(into: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Return which texts are of which kept client's text, of merged clients."""
    if not into:
        return {}
    rows = SearchText.objects.filter(client__in={*into, *into.values()})
    text_of = dict(rows.values_list("client_id", "pk"))
    return {text_of[pk]: text_of[kept] for pk, kept in into.items()}


def _as_people(texts: Texts, into: Mapping[UUID, UUID]) -> Texts:
    """Put the texts of one person's records together, the kept one's first."""
    if not into:
        return texts
    of_records = dict(texts)
    for pk, kept in into.items():
        other = of_records.pop(pk, "")
        if kept in of_records:
            words, _, numbers = of_records[kept].partition(NUMBERS)
            more_words, _, more_numbers = other.partition(NUMBERS)
            of_records[kept] = f"{words}\n{more_words}{NUMBERS}{numbers}\n{more_numbers}"
    return list(of_records.items())


def _matching(texts: Texts, terms: Iterable[wanted.Term]) -> Texts:
    for term in terms:
        if wanted.is_short_number(term):
            texts = [row for row in texts if _holds(row[1].partition(NUMBERS)[0], term)]
        elif word := wanted.plain_word(term):
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
