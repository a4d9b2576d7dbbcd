"""What missing an hour costs: the policy of its day, and what it comes to for one client."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from billing.models import (
    Appointment,
    AppointmentOutcome,
    MissedFee,
    MissedPolicy,
    OutcomeTakenBack,
)
from billing.selectors import days, not_billed, prices
from billing.selectors.standing import lines
from clients.selectors import families
from ledger.money import ZERO, Money

Kind = AppointmentOutcome.Kind
MISSED = (Kind.LATE_CANCELLED, Kind.NO_SHOW)
BILLED_FEE = Exists(lines().filter(missed_fee=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class Due:
    """What a client owes for missing an hour, in cents; ``is_free`` where it is their first."""

    amount: Money
    is_free: bool
    policy: MissedPolicy | None

    @property
    def sentence(self) -> str:
        """What it costs, as one would say it."""
        if self.policy is None:
            return "Nothing is charged: the practice has set no fee for missed appointments."
        if self.is_free:
            return "Nothing is charged: it is the client's first, which is free."
        if not self.amount:
            return "Nothing is charged."
        return f"{self.amount.dollars} is charged."


def policy_on(on: date) -> MissedPolicy | None:
    """Return the policy that counts for an hour on a business date."""
    return _in_order().filter(starts_on__lte=on).first()


def policies() -> list[MissedPolicy]:
    """Return every policy, the last to start first."""
    return list(_in_order().select_related("set_by"))


def _in_order() -> QuerySet[MissedPolicy]:
    return MissedPolicy.objects.order_by("-starts_on", "-set_at", "-id")


def is_late(appointment: Appointment, told_at: datetime, *, zone: ZoneInfo) -> bool:
    """Say whether a cancellation came with less notice than the policy of the hour's day asks for.

    Without a policy it is late from the start of the hour on. Where the clocks change in between,
    the reckoning that is better for the client counts: real hours, or hours by the wall.
    """
    policy = policy_on(days.day_of(appointment.starts_at, zone))
    return _is_late(appointment, told_at, policy, zone)


def late_among(
    appointments: Iterable[Appointment], told_at: datetime, *, zone: ZoneInfo
) -> list[Appointment]:
    """Return those hours that would be cancelled late, in one query for all of them."""
    policies = list(_in_order())

    def policy_of(appointment: Appointment) -> MissedPolicy | None:
        on = days.day_of(appointment.starts_at, zone)
        return next((policy for policy in policies if policy.starts_on <= on), None)

    return [row for row in appointments if _is_late(row, told_at, policy_of(row), zone)]


def _is_late(
    appointment: Appointment, told_at: datetime, policy: MissedPolicy | None, zone: ZoneInfo
) -> bool:
    wanted = timedelta(hours=policy.notice_hours if policy else 0)
    starts_at = appointment.starts_at.astimezone(zone)
    by_the_wall = starts_at.replace(tzinfo=None) - told_at.astimezone(zone).replace(tzinfo=None)
    # In UTC: moments of one zone are subtracted by the wall too.
    real = appointment.starts_at.astimezone(UTC) - told_at.astimezone(UTC)
    return max(by_the_wall, real) < wanted or told_at >= appointment.starts_at


def due(appointment: Appointment, kind: str, *, zone: ZoneInfo) -> Due:
    """Return what an hour costs that was missed in this way, as the policy of its day says.

    A percentage is of what the session would have cost the client, with what is agreed with them.
    """
    on = days.day_of(appointment.starts_at, zone)
    policy = policy_on(on)
    if policy is None or kind not in MISSED:
        return Due(ZERO, False, policy if kind in MISSED else None)
    amount = _amount(policy, kind, appointment, on)
    is_free = bool(amount) and policy.first_is_free and not has_missed(appointment.client_id)
    return Due(ZERO if is_free else amount, is_free, policy)


def has_missed(client_id: UUID) -> bool:
    """Say whether this person missed an hour before, on any of their records."""
    records = families.ids_of([client_id])
    return standing().filter(appointment__client__in=records, kind__in=MISSED).exists()


def standing() -> QuerySet[AppointmentOutcome]:
    """Return the outcomes that were not taken back."""
    back = OutcomeTakenBack.objects.filter(outcome=OuterRef("pk"))
    return AppointmentOutcome.objects.filter(~Exists(back))


def unbilled() -> QuerySet[MissedFee]:
    """Return the fees that wait for an invoice."""
    return MissedFee.objects.filter(~BILLED_FEE, ~not_billed.KEPT_FEE)


def of_outcomes(ids: Iterable[UUID]) -> dict[UUID, MissedFee]:
    """Return outcome id → the fee that it brought, in one query."""
    rows = MissedFee.objects.filter(outcome__in=set(ids))
    annotated = rows.annotate(is_billed=BILLED_FEE, is_kept=not_billed.KEPT_FEE)
    return {row.outcome_id: row for row in annotated}


def _amount(policy: MissedPolicy, kind: str, appointment: Appointment, on: date) -> Money:
    is_late_one = kind == Kind.LATE_CANCELLED
    cents = policy.late_cents if is_late_one else policy.no_show_cents
    if cents is not None:
        return Money(cents)
    percent = (policy.late_percent if is_late_one else policy.no_show_percent) or 0
    price = prices.of(appointment.client, appointment.service_code, on=on)
    return Money(((price.fee if price else ZERO).cents * percent + 50) // 100)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as a page shows it; ``state`` is a word of the badges."""

    starts_on: date
    notice_hours: int
    late: str
    no_show: str
    first_is_free: bool
    set_by: str
    state: str


def policy_rows(*, on: date) -> list[PolicyRow]:
    """Return every policy, the last to start first, as they stand on a business date."""
    made: list[PolicyRow] = []
    for row in policies():
        taken = [each.starts_on for each in made]
        if row.starts_on in taken:
            state = "replaced"
        elif row.starts_on > on:
            state = "ahead"
        else:
            state = "ended" if any(each.state == "active" for each in made) else "active"
        made.append(
            PolicyRow(
                row.starts_on,
                row.notice_hours,
                _cost(row.late_percent, row.late_cents),
                _cost(row.no_show_percent, row.no_show_cents),
                row.first_is_free,
                row.set_by.display_name,
                state,
            )
        )
    return made


def _cost(percent: int | None, cents: int | None) -> str:
    return f"{percent} % of the session" if cents is None else Money(cents).dollars


def last_call(appointment: Appointment, *, zone: ZoneInfo) -> datetime | None:
    """Return until when a cancellation costs nothing; None where no policy counts.

    By the wall's clock or in real hours, whichever is later: as ``is_late`` reckons.
    """
    policy = policy_on(days.day_of(appointment.starts_at, zone))
    if policy is None:
        return None
    notice = timedelta(hours=policy.notice_hours)
    starts_at = appointment.starts_at.astimezone(zone)
    by_the_wall = (starts_at.replace(tzinfo=None) - notice).replace(tzinfo=zone).astimezone(UTC)
    return max(by_the_wall, appointment.starts_at.astimezone(UTC) - notice)
