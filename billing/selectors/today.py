"""The desk's day: who comes, what they owe, and what was taken."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from billing.models import Appointment
from billing.selectors import (
    appointments,
    balances,
    group_lines,
    payment_plans,
    payments,
    questions,
    schedule,
    unbilled,
)
from billing.selectors.group_lines import GroupLine
from billing.selectors.schedule import HourRow
from clients.selectors import clients, families
from ledger.money import ZERO, Money

RECEIPTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class TodayRow:
    """An hour of the day, with what its client owes in all."""

    hour: HourRow
    owes: Money
    note: str
    state: str
    may_pay: bool
    may_mark: bool
    is_group = False

    @property
    def owed_by(self) -> dict[UUID, Money]:
        return {self.client_id: self.owes}

    @property
    def started_at(self) -> datetime:
        return self.hour.at

    @property
    def client_id(self) -> UUID:
        return self.hour.client_id

    @property
    def code(self) -> str:
        return self.hour.code

    @property
    def name(self) -> str:
        return self.hour.name

    @property
    def therapist(self) -> str:
        return self.hour.therapist

    @property
    def minutes(self) -> int:
        return self.hour.minutes

    @property
    def where(self) -> str:
        return self.hour.where

    @property
    def url(self) -> str:
        return self.hour.client_url

    @property
    def pay_url(self) -> str:
        """Where to take what is owed; "" if nothing is, or for those who take no money."""
        if not self.may_pay or not self.owes:
            return ""
        return f"{reverse('billing:payment_new')}?client={self.client_id}"

    @property
    def mark_url(self) -> str:
        """Where to say what became of it; "" if that is known, or for those who may not."""
        return self.hour.url if self.may_mark and self.hour.is_planned else ""


@dataclass(frozen=True, slots=True)
class TodayGroup:
    """An hour of a group in the day, with what each client in it owes in all."""

    line: GroupLine
    owed_by: dict[UUID, Money]
    may_mark: bool
    is_group = True

    @property
    def owes(self) -> Money:
        return sum(self.owed_by.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Today:
    """A business day at the desk. ``owed`` counts each client once."""

    on: date
    rows: list[TodayRow | TodayGroup]
    owed: Money
    unbilled_count: int
    question_count: int
    late_plan_count: int
    receipts: list[payments.PaymentRow]
    taken: Money

    @property
    def client_ids(self) -> set[UUID]:
        return {client_id for row in self.rows for client_id in row.owed_by}


def today(
    member: Membership, *, on: date, zone: ZoneInfo, permissions: clients.Permissions
) -> Today:
    """Return a member's view of a business day; the number of queries does not grow with it."""
    rows = hours(member, on=on, zone=zone, permissions=permissions)
    # Each client once: what a row says is owed is of its client, not of its hour.
    owed = {client_id: owes for row in rows for client_id, owes in row.owed_by.items()}
    received = payments.visible_to(member, on=on, permissions=permissions).filter(received_on=on)
    waiting = unbilled.visible_to(member, on=on, permissions=permissions)
    return Today(
        on=on,
        rows=rows,
        owed=sum(owed.values(), ZERO),
        unbilled_count=waiting.tally().count,
        question_count=_questions(member, on=on, permissions=permissions),
        late_plan_count=_late_plans(member, on=on, permissions=permissions),
        receipts=payments.rows(payments.newest_first(received)[:RECEIPTS_SHOWN]),
        taken=payments.taken_on(received, on),
    )


def _late_plans(member: Membership, *, on: date, permissions: clients.Permissions) -> int:
    """Return how many payment plans are behind, for somebody who may agree them; 0 for others."""
    if Permission.PAYMENT_PLAN_AGREE not in permissions:
        return 0
    seen = clients.visible_to(member, on=on, permissions=permissions)
    return len(payment_plans.listed(seen, state="late", today=on))


def _questions(member: Membership, *, on: date, permissions: clients.Permissions) -> int:
    """Return how many questions of clients wait for somebody who may answer them; 0 for others."""
    if Permission.QUESTION_ANSWER not in permissions:
        return 0
    seen = clients.visible_to(member, on=on, permissions=permissions)
    return questions.waiting(seen).count()


def hours(
    member: Membership,
    *,
    on: date,
    zone: ZoneInfo,
    permissions: clients.Permissions,
    therapist_id: UUID | None = None,
) -> list[TodayRow | TodayGroup]:
    """Return the hours of a day that a member may see; ``therapist_id`` leaves out others'."""
    keys = schedule.keys(
        member,
        schedule.day(on),
        on=on,
        zone=zone,
        permissions=permissions,
        therapist_id=therapist_id,
    )
    found = group_lines.beside(keys, permissions=permissions)
    within = _within(member, [key.pk for key in keys if key.is_group], on, permissions)
    ids = {hour.client_id for hour in found if not isinstance(hour, GroupLine)}
    ids |= {client_id for whose in within.values() for client_id in whose}
    owed = balances.balances_of(ids, on=on)
    return [
        _group(member, hour, within.get(hour.pk, set()), owed, permissions)
        if isinstance(hour, GroupLine)
        else row_of(member, hour, owed, permissions)
        for hour in found
    ]


def _within(
    member: Membership, ids: list[UUID], on: date, permissions: clients.Permissions
) -> dict[UUID, set[UUID]]:
    """Return hour of a group → the clients in it whom a member may see, in one query."""
    if not ids:
        return {}
    seen = appointments.visible_to(member, on=on, permissions=permissions)
    found: dict[UUID, set[UUID]] = {}
    rows = Appointment.objects.filter(group_hour__in=ids, pk__in=seen.values("pk"))
    for hour_id, client_id in rows.values_list("group_hour_id", "client_id"):
        found.setdefault(hour_id, set()).add(client_id)
    into = families.merged()
    return {pk: {into.get(each, each) for each in whose} for pk, whose in found.items()}


def _group(
    member: Membership,
    line: GroupLine,
    whose: set[UUID],
    owed: dict[UUID, balances.Balance],
    permissions: clients.Permissions,
) -> TodayGroup:
    sees_all = Permission.CLIENT_VIEW_ALL in permissions
    return TodayGroup(
        line=line,
        owed_by={pk: owed.get(pk, balances.NOTHING).owes for pk in whose},
        may_mark=Permission.SESSION_RECORD in permissions
        and (sees_all or line.therapist_id == member.pk),
    )


def rows_of(
    member: Membership, hours: list[HourRow], *, on: date, permissions: clients.Permissions
) -> list[TodayRow]:
    """Return hours that a member may see, each with what its client owes in all."""
    owed = balances.balances_of({hour.client_id for hour in hours}, on=on)
    return [row_of(member, hour, owed, permissions) for hour in hours]


def row_of(
    member: Membership,
    hour: HourRow,
    owed: dict[UUID, balances.Balance],
    permissions: clients.Permissions,
) -> TodayRow:
    """Return an hour with what is ``owed`` by its client."""
    balance = owed.get(hour.client_id, balances.NOTHING)
    is_paid = hour.state == "invoiced" and not balance.owes
    sees_all = Permission.CLIENT_VIEW_ALL in permissions
    return TodayRow(
        hour=hour,
        owes=balance.owes,
        note=balance.note,
        state="paid" if is_paid else hour.state,
        may_pay=Permission.PAYMENT_RECORD in permissions,
        may_mark=Permission.SESSION_RECORD in permissions
        and (sees_all or hour.therapist_id == member.pk),
    )
