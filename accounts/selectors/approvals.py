"""What waits for a second person, and what became of what somebody asked for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from accounts.ids import NIL
from accounts.models import Act, Approval, Membership, Practice, User
from accounts.models.second_person import name_of
from accounts.permissions import Permission
from accounts.selectors import members, reach
from accounts.tenancy import PracticeModel

SHOWN = 50
OF_PEOPLE = (Act.SECOND_FACTOR_RESET, Act.ADMINISTRATOR)
"""Acts whose subject is a member."""

NEEDED: dict[str, frozenset[Permission]] = {
    Act.REFUND: frozenset({Permission.APPROVAL_DECIDE}),
    Act.WRITE_OFF: frozenset({Permission.APPROVAL_DECIDE}),
    Act.BILL_PAYMENT: frozenset({Permission.APPROVAL_DECIDE, Permission.BILL_VIEW}),
    Act.WAIVER: frozenset({Permission.APPROVAL_DECIDE}),
    Act.SECOND_FACTOR_RESET: frozenset({Permission.APPROVAL_DECIDE, Permission.MEMBER_CHANGE}),
    Act.ADMINISTRATOR: frozenset({Permission.APPROVAL_DECIDE, Permission.ROLE_CHANGE}),
    Act.SHREDDING: frozenset({Permission.APPROVAL_DECIDE, Permission.KEY_CHANGE}),
    Act.REOPENING: frozenset({Permission.APPROVAL_DECIDE}),
}
"""Act → what somebody holds who may agree to it."""


@dataclass(frozen=True, slots=True)
class Cents:
    """A sum, for the filters that write money."""

    cents: int


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for. ``state`` is a word of the badges; ``answered_by`` is "" till then."""

    pk: UUID
    act: str
    amount: Cents | None
    label: str
    asked_at: datetime
    asked_by: str
    expires_at: datetime
    state: str
    answered_by: str


def may_decide(member: Membership, act: str) -> bool:
    """Say whether a member may agree to an act at this moment."""
    is_here = Membership.objects.filter(pk=member.pk, ended_at=None).exists()
    if not is_here or not members.is_active(member):
        return False
    return NEEDED[act] <= members.permissions_of(member)


def waiting_for(
    member: Membership, permissions: frozenset[Permission], *, now: datetime
) -> QuerySet[Approval]:
    """Return what waits for this person's answer: of others, not about themselves, in time."""
    acts = [act for act, needed in NEEDED.items() if needed <= permissions]
    return Approval.objects.filter(act__in=acts, decision="", expires_at__gt=now).exclude(
        Q(asked_by=member) | Q(subject_id__in=[member.pk, member.person_id])
    )


def number_waiting(member: Membership, permissions: frozenset[Permission], *, now: datetime) -> int:
    """Return how much waits for this person's answer; who may answer nothing asks no database."""
    may_answer = any(needed <= permissions for needed in NEEDED.values())
    return waiting_for(member, permissions, now=now).count() if may_answer else 0


def shown(found: QuerySet[Approval], *, now: datetime) -> list[Request]:
    """Return requests as a page shows them, the newest first."""
    ordered = found.select_related("asked_by", "decided_by").order_by("-asked_at", "-id")
    rows = list(ordered[:SHOWN])
    people = _people_among(rows)
    return [
        Request(
            row.pk,
            name_of(row.act, row.subject_kind),
            Cents(row.amount_cents) if row.amount_cents else None,
            people.get(row.subject_id, row.label),
            row.asked_at,
            row.asked_by.display_name,
            row.expires_at,
            _state(row, now),
            row.decided_by.display_name if row.decided_by else "",
        )
        for row in rows
    ]


def unanswered_of(member: Membership) -> QuerySet[Approval]:
    """Return what was asked for by or about a member and not answered, however long ago."""
    return Approval.objects.filter(Q(asked_by=member) | Q(subject_id=member.pk), decision="")


def unbroken(found: QuerySet[Approval]) -> QuerySet[Approval]:
    """Return what does not stem from before one of its people left: it does not come back too."""
    concerned = Q(pk=OuterRef("asked_by")) | Q(pk=OuterRef("subject_id"))
    back = concerned & Q(readmitted_at__gt=OuterRef("asked_at"))
    back |= Q(pk=OuterRef("decided_by"), readmitted_at__gt=OuterRef("decided_at"))
    return found.exclude(Exists(Membership.objects.filter(back)))


def asked_by(member: Membership) -> QuerySet[Approval]:
    """Return everything that a member has asked for."""
    return Approval.objects.filter(asked_by=member)


def standing(act: Act, about: PracticeModel | Practice, *, now: datetime) -> Approval | None:
    """Return the request about a record, or the practice, that waits or was not used yet."""
    asked = Approval.objects.filter(act=act, subject_id=about.pk)
    live = asked.filter(decision__in=["", Approval.Decision.APPROVED], spent_at=None)
    return (
        unbroken(live.filter(expires_at__gt=now))
        .select_related("asked_by", "decided_by")
        .order_by("-decision", "-asked_at", "-id")
        .first()
    )


def last_spent(act: Act) -> dict[UUID, datetime]:
    """Return when an act that two agreed to was last done, by the id of what it was about."""
    done = Approval.objects.filter(act=act, spent_at__isnull=False)
    return dict(done.values_list("subject_id").annotate(Max("spent_at")).order_by())


def addresses_of_deciders(act: str, *, but: Membership) -> list[str]:
    """Return where to write to everybody else who may agree to an act, sorted."""
    held = [set(reach.addresses_of_holders(needed, but=but)) for needed in NEEDED[act]]
    return sorted(set.intersection(*held))


def address_of(member: Membership) -> str:
    """Return where to write to a member, or "" to one who cannot sign in."""
    active = User.objects.filter(pk=member.person_id or NIL, is_active=True)
    return active.values_list("email", flat=True).first() or ""


def _people_among(rows: list[Approval]) -> dict[UUID, str]:
    """Return the names of the members whom requests are about: an approval keeps codes only."""
    about = {row.subject_id for row in rows if row.act in OF_PEOPLE}
    named = Membership.objects.filter(pk__in=about).values_list("pk", "display_name")
    return dict(named) if about else {}


def _state(row: Approval, now: datetime) -> str:
    if row.spent_at:
        return "done"
    if row.decision == Approval.Decision.WITHDRAWN and row.decided_by_id != row.asked_by_id:
        return "expired"
    if row.decision in {"", Approval.Decision.APPROVED} and row.expires_at <= now:
        return "expired"
    return row.decision.lower() or "waiting"
