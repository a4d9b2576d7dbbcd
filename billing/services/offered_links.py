"""Links that go along by themselves: on a statement, and in a letter that tells of money owed.

None goes where the practice takes no cards, and to nobody who wants none or owes less than a card
pays.
"""

from datetime import datetime

from accounts.ids import uuid7
from accounts.models import Membership
from billing.models import AccountStatement, PayLink, StripeAccount
from billing.models.pay_link import LINK_LIFE, PAPER_LIFE
from billing.selectors import pay_links, payers
from billing.services import checkout, link_making
from billing.services.letter_words import Page
from clients.models import Client
from clients.selectors import families


def on_statement(*, statement: AccountStatement, now: datetime, by: Membership) -> PayLink | None:
    """Write down the link that a statement carries, for whoever makes the statement; None if it
    carries none. The caller holds the lock of statements.
    """
    client = statement.client
    if statement.closing < checkout.LEAST or not _may_go(client):
        return None
    return link_making.write_down(
        link_making.drawn_short(now=now, lasts=PAPER_LIFE),
        client=client,
        key=statement.pk,
        way="on a statement",
        statement=statement,
        now=now,
        by=by,
    ).link


def in_letter(*, client: Client, now: datetime, by: Membership) -> Page | None:
    """Make the link of a letter, and return its page; None if it carries none. The caller holds
    the lock of letters.
    """
    if not goes_along(client):
        return None
    person = client.merged_into or client
    new = link_making.drawn(now=now, lasts=LINK_LIFE)
    link_making.write_down(
        new, client=person, key=uuid7(), way="in a letter", is_sent=True, now=now, by=by
    )
    return new.page


def goes_along(client: Client) -> bool:
    """Say whether a letter to a client would carry a link now."""
    person = client.merged_into or client
    owed = payers.owed_by(families.records_of(person))
    return owed.most >= checkout.LEAST and _may_go(person)


def _may_go(client: Client) -> bool:
    return StripeAccount.objects.exists() and pay_links.are_wanted(client.merged_into or client)
