"""The short visits that a pay link opens, after a second factor that its client knows.

Three wrong answers end the link. The client's row is locked while one is looked at, so that of many
at the same moment no more than three are, also at several links that a merge of records has brought
to one person.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit.actions import Action
from audit.sentences import BY_PAY_LINK
from audit.services import events
from billing.models import PayLink, PayVisit
from billing.models.pay_link import TRIES_MAX
from billing.selectors import pay_links
from clients.models import Client
from clients.selectors import families

IDLE = timedelta(minutes=10)
LONGEST = timedelta(hours=1)
TOUCH_EVERY = timedelta(seconds=1)
MARK = BY_PAY_LINK


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says: the client's birth date, or the ZIP code of an address of theirs."""

    birth_date: date | None = field(default=None, repr=False)
    zip_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of an answer: the key of a visit, or "" and how many tries are left."""

    key: str = field(repr=False)
    left: int


@transaction.atomic
def enter(*, text: str, answer: Answer, today: date, now: datetime) -> Tried:
    """Look at an answer, and begin a visit if it is right.

    What is wrong is counted in this transaction, so the caller lets it commit. A link that is over
    has no tries left, whatever the answer.
    """
    found = pay_links.by_text(text).select_related("client__merged_into")
    if (named := found.first()) is None:
        return Tried("", 0)
    # In the order of whoever makes a link: first the person, then their links.
    Client.objects.select_for_update(no_key=True).get(pk=named.payer.pk)
    link = found.select_for_update(of=("self",), no_key=True).first()
    if link is None or pay_links.is_over(link, now=now):
        return Tried("", 0)
    with events.marked(**{MARK: str(link.pk)}):
        if not _is_right(answer, link.payer, today):
            return _wrong(link, now)
        return Tried(_begin(link, now), TRIES_MAX - link.wrong_tries)


def _wrong(link: PayLink, now: datetime) -> Tried:
    """Count a wrong answer at every link that asks for the same person."""
    theirs = PayLink.objects.select_for_update(no_key=True).filter(
        client__in=families.records_of(link.payer),
        withdrawn_at=None,
        expires_at__gt=now,
        wrong_tries__lt=TRIES_MAX,
    )
    asking = list(theirs.order_by("pk"))
    tries = max(each.wrong_tries for each in asking) + 1
    for each in asking:
        each.wrong_tries = tries
        each.save(update_fields=["wrong_tries"])
    left = TRIES_MAX - tries
    events.record(
        Action.PAY_LINK_REFUSED,
        target=link,
        label=link.payer.code,
        touched=[link.payer.pk],
        left=left,
    )
    return Tried("", left)


def _begin(link: PayLink, now: datetime) -> str:
    key = secrets.token_urlsafe(32)
    if link.opened_at is None:
        link.opened_at = now
        link.save(update_fields=["opened_at"])
    PayVisit.objects.create(
        link=link,
        client=link.payer,
        digest=pay_links.digest(key),
        began_at=now,
        last_seen_at=now,
    )
    events.record(
        Action.PAY_LINK_OPENED, target=link, label=link.payer.code, touched=[link.payer.pk]
    )
    return key


def _is_right(answer: Answer, client: Client, today: date) -> bool:
    """Compare an answer with everything that it could be, in the same time whatever is right.

    A ZIP code that the practice does not have is answered like a wrong one.
    """
    zips = pay_links.zips_of(families.records_of(client), on=today)
    if answer.birth_date is not None:
        return _is_among(answer.birth_date.isoformat(), [client.birth_date.isoformat()])
    return _is_among(answer.zip_code, zips)


def _is_among(said: str, known: Sequence[str]) -> bool:
    same = [hmac.compare_digest(said.encode(), each.encode()) for each in known]
    return bool(said) and any(same)


def present(*, link: PayLink, key: str, now: datetime, stays: bool = True) -> PayVisit | None:
    """Return the visit of a browser if it goes on: of this link, not left, and not idle.

    It ends as well when the link becomes another client's, by a merge of records or its undoing.
    ``stays`` notes that the client is here; what a page asks by itself does not.
    """
    going_on = PayVisit.objects.filter(link=link, client=link.payer, ended_at=None)
    visit = going_on.filter(digest=pay_links.digest(key)).first()
    if visit is None or now >= min(visit.last_seen_at + IDLE, visit.began_at + LONGEST):
        return None
    if stays and now >= visit.last_seen_at + TOUCH_EVERY:
        alive = PayVisit.objects.filter(pk=visit.pk, ended_at=None, last_seen_at__lt=now)
        alive.update(last_seen_at=now)
    return visit


def leave(*, visit_id: UUID, now: datetime) -> None:
    """End a visit: its key opens nothing any more."""
    PayVisit.objects.filter(pk=visit_id, ended_at=None).update(ended_at=now)
