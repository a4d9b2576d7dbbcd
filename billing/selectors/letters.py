"""Letters to clients: where they can go, and what became of those that were written."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from accounts.models import OutgoingMail
from billing.models import Letter, LetterCameBack, LetterKind, Reminder
from clients.models import Client, Contact

NO_EMAIL_WISHED = "Wishes no e-mail"
NO_ADDRESS = "No e-mail address"
CAME_BACK = "A letter to the address came back"


class State(StrEnum):
    """What became of a letter; the words stand with the badges."""

    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    REFUSED = "unreachable"
    GIVEN_UP = "given_up"
    CAME_BACK = "came_back"


MAY_REPEAT = frozenset({State.SENT, State.REFUSED, State.GIVEN_UP, State.CAME_BACK})
"""A letter that is still on its way is not sent a second time."""


LOST = MAY_REPEAT - {State.SENT}


@dataclass(frozen=True, slots=True)
class Reach:
    """How a client is written to: at a contact, or not at all for the reason in ``problem``."""

    contact_id: UUID | None = None
    contact_version: int = 0
    is_discreet: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A letter as lists show it. ``to`` is "" for readers who may not know it."""

    pk: UUID
    client_id: UUID
    kind: str
    is_link: bool
    state: str
    to: str = field(repr=False)
    is_discreet: bool
    words: str
    written_at: datetime
    written_by: str
    sent_at: datetime | None
    tries: int
    is_repeated: bool
    statement_id: UUID | None
    payment_id: UUID | None

    @property
    def may_repeat(self) -> bool:
        return not self.is_link and self.state in MAY_REPEAT and not self.is_repeated

    @property
    def lost_link(self) -> bool:
        """Whether it held a link to pay that did not arrive: that is made anew, not repeated."""
        return self.is_link and self.state in LOST

    @property
    def may_come_back(self) -> bool:
        return self.state == State.SENT


def reaches(clients: Collection[UUID]) -> dict[UUID, Reach]:
    """Return client → how they are written to, in three queries for all of them.

    The first e-mail address is the one that is used; it is written to as the client wishes.
    """
    people = Client.objects.filter(pk__in=clients).only("may_email", "contact_wish")
    rows = Contact.objects.filter(client__in=clients, kind=Contact.Kind.EMAIL, ended_at=None)
    first: dict[UUID, Contact] = {}
    for contact in rows.order_by("place", "id"):
        first.setdefault(contact.client_id, contact)
    backs = Letter.objects.filter(
        Exists(LetterCameBack.objects.filter(letter=OuterRef("pk"))), contact__in=first.values()
    )
    dead = set(backs.values_list("contact", "contact_version"))
    return {person.pk: _reach(person, first.get(person.pk), dead) for person in people}


def _reach(person: Client, contact: Contact | None, dead: set[tuple[UUID, int]]) -> Reach:
    if not person.may_email:
        return Reach(problem=NO_EMAIL_WISHED)
    if contact is None:
        return Reach(problem=NO_ADDRESS)
    if (contact.pk, contact.version) in dead:
        return Reach(problem=CAME_BACK)
    wished = person.contact_wish == Client.ContactWish.DISCREET
    return Reach(contact.pk, contact.version, contact.is_discreet or wished)


def address_of(reach: Reach) -> str:
    """Return the address at which a client is written to, or "" if they are not."""
    if reach.contact_id is None:
        return ""
    address: str = Contact.objects.get(pk=reach.contact_id).number_or_address
    return address


def with_state(rows: QuerySet[Letter]) -> QuerySet[Any]:
    """Annotate letters with their ``state``, and whether they were sent once more."""
    return rows.annotate(
        state=Case(
            When(
                Exists(LetterCameBack.objects.filter(letter=OuterRef("pk"))),
                then=Value(State.CAME_BACK),
            ),
            When(mail__sent_at__isnull=False, then=Value(State.SENT)),
            When(mail__refused_at__isnull=False, then=Value(State.REFUSED)),
            When(mail__tries__gte=OutgoingMail.TRIES_MAX, then=Value(State.GIVEN_UP)),
            When(mail__tries__gt=0, then=Value(State.RETRYING)),
            default=Value(State.QUEUED),
            output_field=CharField(),
        ),
        is_repeated=Exists(Letter.objects.filter(repeats=OuterRef("pk"))),
    )


def state_of(letter: Letter) -> State:
    """Return what became of a letter."""
    return State(with_state(Letter.objects.filter(pk=letter.pk)).get().state)


def listed(*, clients: QuerySet[Client], state: str = "", kind: str = "") -> QuerySet[Any]:
    """Return the letters to the clients whom somebody may see, the newest first."""
    rows = with_state(Letter.objects.filter(client__in=clients))
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    its_own = Q(letter=OuterRef("pk")) | Q(letter=OuterRef("repeats"))
    step = Reminder.objects.filter(its_own)
    rows = rows.annotate(step=Subquery(step.values("days")[:1]))
    found: QuerySet[Any] = rows.select_related("mail", "wording", "written_by")
    return found.order_by("-written_at", "-id")


def shown(rows: Iterable[Any], *, shows_addresses: bool) -> list[Row]:
    """Return what ``listed`` gave as lists show it."""
    return [_row(row, shows_addresses) for row in rows]


def _row(letter: Any, shows_addresses: bool) -> Row:
    words = f"Own words, version {letter.wording.version}" if letter.wording else "Usual words"
    return Row(
        pk=letter.pk,
        client_id=letter.client_id,
        kind=_kind(letter),
        is_link=letter.kind == LetterKind.PAY_LINK,
        state=letter.state,
        to=letter.mail.to if shows_addresses else "",
        is_discreet=letter.is_discreet,
        words="Discreet words" if letter.is_discreet else words,
        written_at=letter.written_at,
        written_by=letter.written_by.display_name,
        sent_at=letter.mail.sent_at,
        tries=letter.mail.tries,
        is_repeated=letter.is_repeated,
        statement_id=letter.statement_id,
        payment_id=letter.payment_id,
    )


def _kind(letter: Any) -> str:
    label = str(LetterKind(letter.kind).label)
    return f"{label} at {letter.step} days" if letter.step else label
