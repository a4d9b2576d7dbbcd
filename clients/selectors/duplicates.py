"""Clients who may be the person who is about to be added.

One pass over the sealed search texts, as a search makes it, and no index. A row may tell eight
bits of itself in all (likeness.py), or its values would be told apart by a thief with a copy of
the database: with 20,000 clients even two bits more for each of e-mail, telephone number and
birth date would leave one or two rows alike. Parting the eight among four indexes would save
half of the pass at best.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from uuid import UUID

from django.db.models import QuerySet

from clients.models import Client, SearchText
from clients.models.search_text import NUMBERS
from clients.names import digits, fold, full_name
from clients.selectors import search_texts

NATIONAL_DIGITS = 10
"""So many digits at the end are compared: a country's code is often left out."""
FEWEST_DIGITS = 7
SIMILAR = 0.8
"""Two names of which this share of letters agrees are taken for one that was misheard."""

SAME_FAMILY = "family name and birth date"
SIMILAR_NAME = "birth date and a similar name"
SAME_EMAIL, SAME_PHONE = "e-mail", "phone"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is known of somebody who is about to be added."""

    given_names: str
    family_name: str
    birth_date: date
    emails: Collection[str] = ()
    phones: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """A client who looks like the newcomer, and what is the same of both."""

    pk: UUID
    code: str
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        *first, last = self.reasons
        same = f"{', '.join(first)} and the same {last}" if first else last
        return f"{self.code} has the same {same}."


def of(newcomer: Newcomer, visible: QuerySet[Client]) -> list[Alike]:
    """Return the visible clients with the same e-mail or telephone number, or with the same birth
    date and a similar name, by code; of a merged record, the client who is kept.
    """
    marks = _Marks(newcomer)
    likely = {
        pk
        for texts in search_texts.opened(visible)
        for pk, text in texts
        if any(mark in text for mark in marks.any)
    }
    rows = SearchText.objects.filter(pk__in=likely).select_related("client__merged_into")
    found: dict[Client, tuple[str, ...]] = {}
    for row in rows:
        if reasons := marks.same(row.client, row.text):
            kept = row.client.merged_into or row.client
            found[kept] = tuple(dict.fromkeys([*found.get(kept, ()), *reasons]))
    by_code = sorted(found, key=lambda client: (len(client.code), client.code))
    return [Alike(client.pk, client.code, found[client]) for client in by_code]


class _Marks:
    """What of a newcomer is compared, as search texts hold it."""

    def __init__(self, newcomer: Newcomer) -> None:
        self.newcomer = newcomer
        self.born = newcomer.birth_date.isoformat()
        self.emails = {fold(email) for email in newcomer.emails if email}
        self.phones = {_national(phone) for phone in newcomer.phones} - {""}
        self.any = (self.born, *self.emails, *self.phones)

    def same(self, client: Client, text: str) -> list[str]:
        """Return what a client, of whom this is the search text, shares with the newcomer."""
        words, _, numbers = text.partition(NUMBERS)
        lines = numbers.split("\n")
        reasons = []
        if self.emails & set(words.split("\n")):
            reasons.append(SAME_EMAIL)
        if self.phones & {_national(line) for line in lines}:
            reasons.append(SAME_PHONE)
        if self.born in lines and (name := self._name(client)):
            reasons.append(name)
        return reasons

    def _name(self, client: Client) -> str:
        family = fold(self.newcomer.family_name) or fold(self.newcomer.given_names)
        if family == (fold(client.family_name) or fold(client.given_names)):
            return SAME_FAMILY
        name = fold(full_name(self.newcomer.given_names, self.newcomer.family_name))
        others = (fold(client.full_name), fold(client.preferred_name))
        return SIMILAR_NAME if any(_is_similar(name, other) for other in others) else ""


def _is_similar(one: str, other: str) -> bool:
    shared = set(one.split()) & set(other.split())
    return bool(shared) or SequenceMatcher(None, one, other).ratio() >= SIMILAR


def _national(phone: str) -> str:
    """Return the end of a telephone number, or nothing of what is too short for one."""
    number = digits(phone)
    return number[-NATIONAL_DIGITS:] if len(number) >= FEWEST_DIGITS else ""
