"""Which consents a client gave, and which are missing."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from clients.models import Client, Consent, ConsentText


class State(StrEnum):
    """How it stands with a kind of consent on a day."""

    GIVEN = "Given"
    OLDER = "Given to an older text"
    OVER = "Over"
    WITHDRAWN = "Withdrawn"
    MISSING = "Missing"
    NO_TEXT = "No text published"


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that was given, in whatever state it is now."""

    pk: UUID
    kind: str
    version: int
    how: str
    given_on: date
    ends_on: date | None
    withdrawn_on: date | None
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Status:
    """A kind of consent and how it stands with a client; ``last`` is the one given last."""

    kind: str
    state: State
    last: Given | None

    @property
    def is_good(self) -> bool:
        return self.state == State.GIVEN

    @property
    def is_asked_for(self) -> bool:
        """Whether the practice asks for it at all: there is a text to consent to."""
        return self.state != State.NO_TEXT


def texts() -> QuerySet[ConsentText]:
    """Return every version of every text, the newest of a kind first."""
    return ConsentText.objects.select_related("added_by").order_by("kind", "-version")


def in_force(on: date) -> list[ConsentText]:
    """Return the version of each kind that counts on a day, in the order of the kinds."""
    newest: dict[str, ConsentText] = {}
    for text in texts().filter(effective_from__lte=on):
        held = newest.get(text.kind)
        if held is None or _age(text) > _age(held):
            newest[text.kind] = text
    return [newest[kind] for kind in ConsentText.Kind.values if kind in newest]


def statuses(client: Client, *, on: date) -> list[Status]:
    """Return how it stands with each kind of consent on a day. Two queries."""
    current = {text.kind: text for text in in_force(on)}
    rows: dict[str, list[Consent]] = {kind: [] for kind in ConsentText.Kind.values}
    for row in _of(client):
        rows[row.text.kind].append(row)
    return [_status(kind, current.get(kind), rows[kind], on) for kind in ConsentText.Kind.values]


def history(client: Client) -> list[Given]:
    """Return every consent of a client, newest first."""
    return [_given(row) for row in _of(client)]


def holds(client: Client, kind: str, *, on: date) -> bool:
    """Say whether a consent of a kind covers a day, to whichever version of its text."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    standing = Q(withdrawn_on=None) | Q(withdrawn_on__gt=on)
    found = Consent.objects.filter(lasting, standing, client=client, given_on__lte=on)
    return found.filter(text__kind=kind).exists()


def _of(client: Client) -> QuerySet[Consent]:
    found = Consent.objects.filter(client=client).select_related("text", "recorded_by")
    return found.order_by("-given_on", "-id")


def _status(kind: str, current: ConsentText | None, rows: list[Consent], on: date) -> Status:
    lasting = [row for row in rows if _lasts(row, on)]
    last = lasting[0] if lasting else rows[0] if rows else None
    if last is None:
        state = State.MISSING if current else State.NO_TEXT
    elif lasting:
        is_newest = current is None or last.text.version >= current.version
        state = State.GIVEN if is_newest else State.OLDER
    else:
        state = State.WITHDRAWN if last.withdrawn_on else State.OVER
    label = ConsentText.Kind(kind).label
    return Status(label, state, _given(last) if last else None)


def _lasts(row: Consent, on: date) -> bool:
    is_withdrawn = row.withdrawn_on is not None and row.withdrawn_on <= on
    return not is_withdrawn and (row.ends_on is None or row.ends_on >= on)


def _given(row: Consent) -> Given:
    return Given(
        pk=row.pk,
        kind=row.text.get_kind_display(),
        version=row.text.version,
        how=row.get_how_display(),
        given_on=row.given_on,
        ends_on=row.ends_on,
        withdrawn_on=row.withdrawn_on,
        recorded_by=row.recorded_by.display_name,
    )


def _age(text: ConsentText) -> tuple[date, int]:
    return text.effective_from, text.version
