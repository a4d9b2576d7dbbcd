"""Making and withdrawing links by which a client pays without an account."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import LetterKind, PayLink
from billing.models.pay_link import LINK_LIFE
from billing.selectors import days, pay_links
from billing.services import checkout, letters, pay_addresses
from billing.services.letter_words import Page
from clients.models import Client
from clients.selectors import families


class NoMailbox(Exception):
    """There is no e-mail address that may be written to; the message says why."""


class KeyReused(Exception):
    """The form was sent before; what it made is shown once only."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new link and what stands in its address, which nobody can read again."""

    link: PayLink
    text: str = field(repr=False)


@transaction.atomic
def make(
    *, client: Client, key: UUID, by_mail: bool, today: date, now: datetime, by: Membership
) -> Made:
    """Make a client's link, which lasts two weeks; the person's before it end. ``by_mail`` sends it
    in a letter, which says until when it works.

    Raises:
        NoMailbox: it cannot be sent so.
        KeyReused: the form was sent before.
        checkout.CardsNotSetUp: the practice takes no cards.
    """
    # One after the other for each person: of two, the later one's link works.
    person = client.merged_into or client
    Client.objects.select_for_update(no_key=True).get(pk=person.pk)
    if PayLink.objects.filter(key=key).exists():
        raise KeyReused("This link was made already, and is shown once. Make another one.")
    checkout.credentials()
    link_id, expires_at = uuid7(), now + LINK_LIFE
    text = pay_links.text_of(link_id, secrets.token_bytes(pay_links.SECRET_BYTES))
    if by_mail:
        page = page_of(pay_addresses.of(text), expires_at=expires_at)
        _send(client, page, today=today, now=now, by=by)
    theirs = PayLink.objects.filter(client__in=families.records_of(person))
    for before in theirs.filter(withdrawn_at=None, expires_at__gt=now):
        withdraw(link=before, now=now, by=by)
    link = PayLink.objects.create(
        id=link_id,
        client=client,
        digest=pay_links.digest(text),
        key=key,
        made_at=now,
        made_by=by,
        expires_at=expires_at,
        sent_at=now if by_mail else None,
    )
    way = "by e-mail" if by_mail else "on the screen"
    events.record(
        Action.PAY_LINK_MADE, target=link, label=client.code, touched=[client.pk], way=way
    )
    return Made(link, text)


def page_of(address: str, *, expires_at: datetime) -> Page:
    """Return the page of a link as its letter tells of it, by the practice's calendar."""
    return Page(address, days.day_of(expires_at, days.zone()))


def _send(client: Client, page: Page, *, today: date, now: datetime, by: Membership) -> None:
    try:
        letters.write(
            client=client, kind=LetterKind.PAY_LINK, page=page, today=today, now=now, by=by
        )
    except letters.NotReachable as refused:
        raise NoMailbox(f"{refused} Or show the link here.") from None


@transaction.atomic
def withdraw(*, link: PayLink, now: datetime, by: Membership) -> bool:
    """Let a link open nothing any more, and say whether it could still have opened something."""
    held = PayLink.objects.select_for_update(of=("self",), no_key=True)
    link = held.select_related("client").get(pk=link.pk)
    if pay_links.is_over(link, now=now):
        return False
    link.withdrawn_at, link.withdrawn_by = now, by
    link.save(update_fields=["withdrawn_at", "withdrawn_by"])
    events.record(
        Action.PAY_LINK_WITHDRAWN, target=link, label=link.client.code, touched=[link.client_id]
    )
    return True
