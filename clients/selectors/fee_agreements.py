"""What clients pay instead of the list fee."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.sentences import dollars
from clients.models import Client, FeeAgreement
from clients.selectors import clients
from clients.selectors.clients import Permissions, Shown


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement as pages show it; ``state`` is a word, ``is_waiting`` for a second person."""

    pk: UUID
    basis: str
    percent: int | None
    amount_cents: int | None
    starts_on: date
    ends_on: date | None
    review_on: date | None
    agreed_by_id: UUID
    agreed_by: str
    approved_by: str
    state: str
    is_waiting: bool
    is_standing: bool
    is_due_for_review: bool

    @property
    def amount(self) -> str:
        return "" if self.amount_cents is None else dollars(self.amount_cents)


def of(client: Client, *, on: date) -> list[Agreed]:
    """Return the agreements with a client as on a day, newest first."""
    found = FeeAgreement.objects.filter(client=client).select_related("agreed_by", "approved_by")
    return [_agreed(row, on) for row in found.order_by("-starts_on", "-id")]


@dataclass(frozen=True, slots=True, repr=False)
class ToLookAt:
    """An agreement that somebody has to look at, and whose it is as one reader may see them.

    ``record_id`` is the record that holds it: merged into the client's, it still does.
    """

    client: Shown
    record_id: UUID
    agreed: Agreed


def to_look_at(visible: QuerySet[Client], *, on: date, permissions: Permissions) -> list[ToLookAt]:
    """Return what waits for a second person, and then what is due for review, the oldest first."""
    unanswered = Q(needs_second=True, approved_at=None)
    found = (
        _standing()
        .filter(Q(ends_on=None) | Q(ends_on__gte=on), client__in=visible)
        .filter(unanswered | Q(review_on__lte=on))
        .select_related("agreed_by", "approved_by")
        .order_by("agreed_at", "id")
    )
    shown = clients.shown((row.client_id for row in found), permissions=permissions)
    rows = [ToLookAt(shown[row.client_id], row.client_id, _agreed(row, on)) for row in found]
    return sorted(rows, key=lambda row: not row.agreed.is_waiting)


def in_force(client_id: UUID, *, on: date) -> FeeAgreement | None:
    """Return the agreement that counts for a session on a day: approved where it needs to be."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    counting = Q(needs_second=False) | Q(approved_at__isnull=False)
    found = _standing().filter(lasting, counting, client=client_id, starts_on__lte=on)
    return found.first()


def overlapping(client: Client, *, starts_on: date, ends_on: date | None) -> QuerySet[FeeAgreement]:
    """Return the agreements that stand on one of these days."""
    found = _standing().filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), client=client)
    return found if ends_on is None else found.filter(starts_on__lte=ends_on)


def _standing() -> QuerySet[FeeAgreement]:
    return FeeAgreement.objects.filter(withdrawn_at=None)


def _agreed(row: FeeAgreement, on: date) -> Agreed:
    is_standing = row.withdrawn_at is None
    is_over = row.ends_on is not None and row.ends_on < on
    is_waiting = is_standing and row.needs_second and row.approved_at is None
    return Agreed(
        pk=row.pk,
        basis=row.get_basis_display(),
        percent=row.percent,
        amount_cents=row.amount_cents,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        review_on=row.review_on,
        agreed_by_id=row.agreed_by_id,
        agreed_by=row.agreed_by.display_name,
        approved_by=row.approved_by.display_name if row.approved_by else "",
        state=_state(is_standing, is_over, is_waiting, row.starts_on > on),
        is_waiting=is_waiting,
        is_standing=is_standing,
        is_due_for_review=bool(
            is_standing and not is_over and row.review_on and row.review_on <= on
        ),
    )


def _state(is_standing: bool, is_over: bool, is_waiting: bool, is_ahead: bool) -> str:
    if not is_standing:
        return "Taken back"
    if is_over:
        return "Ended"
    if is_waiting:
        return "Waits for a second person"
    return "Not yet" if is_ahead else "Counts"
