"""Pay links: how one is written, which one somebody holds, and what became of a client's."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet, Sum

from accounts.ids import NIL
from billing.models import AccountStatement, CardIntent, Letter, LetterKind, LinkWish, PayLink
from billing.models.pay_link import TRIES_MAX
from billing.selectors import letters
from clients.models import Address, Client
from clients.selectors import families
from ledger.money import ZERO, Money

SECRET_BYTES = 32
WRITTEN = re.compile(r"[A-Za-z0-9_-]{64}", re.ASCII)
ZIP = re.compile(r"\A\d{5}")

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of links on paper: none of them is taken for another one."""
PAPER_CHARS, GROUP_CHARS = 20, 5
ON_PAPER = re.compile(f"[{LETTERS}]{{{PAPER_CHARS}}}")
MISREAD = str.maketrans("OIL", "011", "- ")
"""What is typed for a letter that looks like it, and what is typed between them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A link as the desk sees it; ``paid`` is what came by it, in cents.

    ``way``: "mail", "screen" or "paper"; ``state``: as in ``_state``; ``may_withdraw`` while it
    could still be opened.
    """

    pk: UUID
    made_at: datetime
    made_by: str
    expires_at: datetime
    way: str
    opened_at: datetime | None
    paid: Money
    state: str
    may_withdraw: bool


def text_of(link_id: UUID, secret: bytes) -> str:
    """Return what stands in a link's address: its row's id, which finds it, and its secret."""
    return urlsafe_b64encode(link_id.bytes + secret).decode()


def held_text(typed: str) -> str:
    """Return what a link held, as it was drawn, or "" if it is written as none of ours. One that
    was typed off paper may be in small letters, with or without its hyphens.
    """
    if WRITTEN.fullmatch(typed):
        return typed
    short = typed.upper().translate(MISREAD)
    return short if ON_PAPER.fullmatch(short) else ""


def named(text: str) -> UUID | None:
    """Return which row a text names, or None if it is written as none of ours.

    A short one has no room for an id: its row's id is made of it, and tells nothing of it.
    """
    if ON_PAPER.fullmatch(text):
        return UUID(bytes=sha256(f"row of {text}".encode()).digest()[:16], version=5)
    if not WRITTEN.fullmatch(text):
        return None
    return UUID(bytes=urlsafe_b64decode(text)[:16])


def in_groups(text: str) -> str:
    """Return the text of a link on paper as one types it."""
    starts = range(0, len(text), GROUP_CHARS)
    return "-".join(text[start : start + GROUP_CHARS] for start in starts)


def digest(text: str) -> bytes:
    """Return what the database knows of a link's text, or of a visit's key."""
    return sha256(text.encode()).digest()


def held(text: str, *, now: datetime) -> PayLink | None:
    """Return the link that somebody holds in the open scope, or None if it opens nothing."""
    found = by_text(text)
    link = found.select_related("client__merged_into").first()
    return link if link is not None and not is_over(link, now=now) else None


def by_text(text: str) -> QuerySet[PayLink]:
    """Return the one row that a link's text names and whose secret it holds, or none."""
    return PayLink.objects.filter(pk=named(text) or NIL, digest=digest(text))


def is_over(link: PayLink, *, now: datetime) -> bool:
    """Say whether a link opens nothing any more, for whatever reason."""
    return link.withdrawn_at is not None or link.wrong_tries >= TRIES_MAX or now >= link.expires_at


def are_wanted(client: Client) -> bool:
    """Say whether a person wants links; who never said anything does."""
    said = LinkWish.objects.filter(client__in=families.records_of(client))
    newest = said.order_by("-noted_at", "-id").first()
    return newest is None or newest.wants_links


def on(statement: AccountStatement) -> PayLink | None:
    """Return the link that a statement carries, if it carries one."""
    return PayLink.objects.filter(statement=statement).first()


def of_client(client: Client, *, owes: bool, now: datetime) -> list[Shown]:
    """Return the links of a person, newest first, in three queries. ``owes``: whether they do."""
    records = families.records_of(client)
    found = PayLink.objects.filter(client__in=records)
    links = list(found.select_related("made_by").order_by("-made_at", "-pk"))
    intents = CardIntent.objects.filter(pay_link__in=links, state=CardIntent.State.PAID)
    sums = intents.values_list("pay_link").annotate(sum=Sum("amount")).order_by("pay_link")
    paid: dict[UUID, Money] = dict(sums)
    # A link and its letter are written in one moment.
    written = Letter.objects.filter(kind=LetterKind.PAY_LINK, client__in=records)
    went: dict[datetime, str] = dict(letters.with_state(written).values_list("written_at", "state"))
    return [
        Shown(
            pk=link.pk,
            made_at=link.made_at,
            made_by=link.made_by.display_name,
            expires_at=link.expires_at,
            way=_way(link),
            opened_at=link.opened_at,
            paid=(came := paid.get(link.pk, ZERO)),
            state=_state(link, went, has_paid=bool(came), owes=owes, now=now),
            may_withdraw=not is_over(link, now=now),
        )
        for link in links
    ]


def _way(link: PayLink) -> str:
    if link.statement_id is not None:
        return "paper"
    return "mail" if link.sent_at is not None else "screen"


def _state(
    link: PayLink, went: Mapping[datetime, str], *, has_paid: bool, owes: bool, now: datetime
) -> str:
    """Return what became of a link: what ended it, else what was paid, else how far it came, by
    what became of the letters that ``went`` at their moments.
    """
    if link.withdrawn_at is not None:
        return "withdrawn"
    if link.wrong_tries >= TRIES_MAX:
        return "dead"
    if has_paid:
        return "part_paid" if owes else "paid"
    if now >= link.expires_at:
        return "expired"
    if not owes:
        return "settled"
    if link.opened_at is not None:
        return "opened"
    if link.statement_id is not None:
        return "printed"
    if link.sent_at is None:
        return "unopened"
    return went.get(link.sent_at, letters.State.QUEUED)


def zips_of(records: Sequence[UUID], *, on: date) -> list[str]:
    """Return the ZIP codes of a person's addresses of a date, five digits each."""
    found = Address.objects.filter(client__in=records)
    lasting = [
        address for address in found if (address.starts_on or on) <= on <= (address.ends_on or on)
    ]
    matches = [ZIP.match(address.postal_code) for address in lasting]
    return [match[0] for match in matches if match]
