"""Links as they are drawn and written down, whatever they are made for."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import AccountStatement, PayLink
from billing.selectors import days, pay_links
from billing.services import pay_addresses
from billing.services.letter_words import Page
from clients.models import Client


@dataclass(frozen=True, slots=True)
class Made:
    """A new link and what stands in its address, which nobody can read again."""

    link: PayLink
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A link that stands nowhere yet: what its address holds, and how long it will last."""

    link_id: UUID
    text: str = field(repr=False)
    expires_at: datetime

    @property
    def page(self) -> Page:
        return page_of(pay_addresses.of(self.text), expires_at=self.expires_at)


def drawn(*, now: datetime, lasts: timedelta) -> Drawn:
    """Draw a link that is pressed or scanned: its text names its row."""
    link_id = uuid7()
    text = pay_links.text_of(link_id, secrets.token_bytes(pay_links.SECRET_BYTES))
    return Drawn(link_id, text, now + lasts)


def drawn_short(*, now: datetime, lasts: timedelta) -> Drawn:
    """Draw a link that is typed off paper: a hundred random bits, in letters that are not mistaken
    for one another.
    """
    text = "".join(secrets.choice(pay_links.LETTERS) for _ in range(pay_links.PAPER_CHARS))
    return Drawn(pay_links.named(text) or uuid7(), text, now + lasts)


def write_down(
    new: Drawn,
    *,
    client: Client,
    key: UUID,
    way: str,
    now: datetime,
    by: Membership,
    is_sent: bool = False,
    statement: AccountStatement | None = None,
) -> Made:
    """Write a link down; its text is kept, sealed, only where it stands on a ``statement``."""
    link = PayLink.objects.create(
        id=new.link_id,
        client=client,
        digest=pay_links.digest(new.text),
        key=key,
        made_at=now,
        made_by=by,
        expires_at=new.expires_at,
        sent_at=now if is_sent else None,
        statement=statement,
        text=new.text if statement else None,
    )
    events.record(
        Action.PAY_LINK_MADE, target=link, label=client.code, touched=[client.pk], way=way
    )
    return Made(link, new.text)


def page_of(address: str, *, expires_at: datetime) -> Page:
    """Return the page of a link as its letter tells of it, by the practice's calendar."""
    return Page(address, days.day_of(expires_at, days.zone()))
