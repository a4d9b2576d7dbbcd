"""Making and withdrawing links by which a client pays without an account."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import LetterKind, LinkWish, PayLink
from billing.models.pay_link import LINK_LIFE
from billing.selectors import pay_links
from billing.services import checkout, letters, link_making, numbers
from billing.services.letter_words import Page
from billing.services.link_making import Made, page_of
from clients.models import Client
from clients.selectors import families

__all__ = ["Made", "page_of"]


class NoMailbox(Exception):
    """There is no e-mail address that may be written to; the message says why."""


class KeyReused(Exception):
    """The form was sent before; what it made is shown once only."""


class NotWanted(Exception):
    """The client wants no links."""


@transaction.atomic
def make(
    *, client: Client, key: UUID, by_mail: bool, today: date, now: datetime, by: Membership
) -> Made:
    """Make a client's link, which lasts two weeks; the person's before it end, but for those that
    stand on paper. ``by_mail`` sends it in a letter, which says until when it works.

    Raises:
        NoMailbox: it cannot be sent so.
        NotWanted: the client wants no links.
        KeyReused: the form was sent before.
        checkout.CardsNotSetUp: the practice takes no cards.
    """
    # One after the other for each person: of two, the later one's link works.
    person = client.merged_into or client
    Client.objects.select_for_update(no_key=True).get(pk=person.pk)
    if PayLink.objects.filter(key=key).exists():
        raise KeyReused("This link was made already, and is shown once. Make another one.")
    checkout.credentials()
    if not pay_links.are_wanted(person):
        raise NotWanted("This client wants no links. Note first that they want them again.")
    new = link_making.drawn(now=now, lasts=LINK_LIFE)
    if by_mail:
        _send(client, new.page, today=today, now=now, by=by)
    theirs = PayLink.objects.filter(client__in=families.records_of(person), statement=None)
    for before in theirs.filter(withdrawn_at=None, expires_at__gt=now):
        withdraw(link=before, now=now, by=by)
    way = "by e-mail" if by_mail else "on the screen"
    return link_making.write_down(
        new, client=client, key=key, way=way, is_sent=by_mail, now=now, by=by
    )


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


@transaction.atomic
def note_wish(*, client: Client, wants_links: bool, now: datetime, by: Membership) -> bool:
    """Note whether a client wants links; with none wanted, those that stand are over.

    Returns whether that is news: saying it again changes nothing.
    """
    person = client.merged_into or client
    # Whatever makes a link holds one of these: none comes to be beside this.
    Client.objects.select_for_update(no_key=True).get(pk=person.pk)
    numbers.lock(numbers.LETTERS)
    numbers.lock(numbers.STATEMENTS)
    if pay_links.are_wanted(person) == wants_links:
        return False
    wish = LinkWish.objects.create(
        client=person, wants_links=wants_links, noted_at=now, noted_by=by
    )
    events.record(
        Action.LINKS_WANTED if wants_links else Action.LINKS_NOT_WANTED,
        target=wish,
        label=person.code,
        touched=[person.pk],
    )
    if not wants_links:
        theirs = PayLink.objects.filter(client__in=families.records_of(person))
        for link in theirs.filter(withdrawn_at=None, expires_at__gt=now):
            withdraw(link=link, now=now, by=by)
    return True
