"""Making and withdrawing links by which a client pays without an account."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.selectors import members
from accounts.services import mail
from audit.actions import Action
from audit.services import events
from billing.models import PayLink
from billing.models.pay_link import LINK_LIFE
from billing.selectors import pay_links
from billing.services import checkout
from clients.models import Client

TEMPLATE = "pay_link"


class NoMailbox(Exception):
    """The client has no e-mail address, or does not wish to be e-mailed."""


class KeyReused(Exception):
    """The form was sent before; what it made is shown once only."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new link and what stands in its address, which nobody can read again."""

    link: PayLink
    text: str = field(repr=False)


@transaction.atomic
def make(*, client: Client, key: UUID, by_mail: bool, now: datetime, by: Membership) -> Made:
    """Make a client's link, which lasts two weeks; those before it end. ``by_mail`` sends it to
    the client's first e-mail address, in the words that the client wishes.

    Raises:
        NoMailbox: it cannot be sent so.
        KeyReused: the form was sent before.
        checkout.CardsNotSetUp: the practice takes no cards.
    """
    # One after the other for each client: of two, the later one's link works.
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if PayLink.objects.filter(key=key).exists():
        raise KeyReused("This link was made already, and is shown once. Make another one.")
    checkout.credentials()
    mailbox = pay_links.mailbox_of(client) if by_mail else None
    if by_mail and mailbox is None:
        raise NoMailbox("There is no e-mail address that may be written to. Show the link instead.")
    for before in PayLink.objects.filter(client=client, withdrawn_at=None, expires_at__gt=now):
        withdraw(link=before, now=now, by=by)
    link_id = uuid7()
    text = pay_links.text_of(link_id, secrets.token_bytes(pay_links.SECRET_BYTES))
    link = PayLink.objects.create(
        id=link_id,
        client=client,
        digest=pay_links.digest(text),
        key=key,
        made_at=now,
        made_by=by,
        expires_at=now + LINK_LIFE,
        sent_at=now if mailbox else None,
    )
    if mailbox:
        mail.queue(
            to=mailbox.address,
            template=TEMPLATE,
            now=now,
            context=words(is_discreet=mailbox.is_discreet, expires_at=link.expires_at, text=text),
        )
    way = "by e-mail" if mailbox else "on the screen"
    events.record(
        Action.PAY_LINK_MADE, target=link, label=client.code, touched=[client.pk], way=way
    )
    return Made(link, text)


def words(*, is_discreet: bool, expires_at: datetime, text: str) -> dict[str, object]:
    """Return what the letter tells: nothing of the client, and no name where none is wished."""
    name = "" if is_discreet else members.practice().discreet_name
    return {"name": name, "expires_at": expires_at, "token": text}


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
