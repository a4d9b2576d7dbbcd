"""The desk's day: who comes, what they owe, and what was taken."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from billing.selectors import (
    balances,
    payment_plans,
    payments,
    questions,
    schedule,
    unbilled,
)
from billing.selectors.schedule import HourRow
from clients.selectors import clients
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
class Today:
    """A business day at the desk. ``owed`` counts each client once."""

    on: date
    rows: list[TodayRow]
    owed: Money
    unbilled_count: int
    question_count: int
    late_plan_count: int
    receipts: list[payments.PaymentRow]
    taken: Money

    @property
    def client_ids(self) -> set[UUID]:
        return {row.client_id for row in self.rows}


def today(
    member: Membership, *, on: date, zone: ZoneInfo, permissions: clients.Permissions
) -> Today:
    """Return a member's view of a business day; the number of queries does not grow with it."""
    rows = hours(member, on=on, zone=zone, permissions=permissions)
    # Each client once: what a row says is owed is of its client, not of its hour.
    owed = {row.client_id: row.owes for row in rows}
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
) -> list[TodayRow]:
    """Return the hours of a day that a member may see; ``therapist_id`` leaves out others'."""
    keys = schedule.keys(
        member,
        schedule.day(on),
        on=on,
        zone=zone,
        permissions=permissions,
        therapist_id=therapist_id,
    )
    found = schedule.rows(keys, permissions=permissions)
    owed = balances.balances_of({hour.client_id for hour in found}, on=on)
    return [_row(member, hour, owed, permissions) for hour in found]


def _row(
    member: Membership,
    hour: HourRow,
    owed: dict[UUID, balances.Balance],
    permissions: clients.Permissions,
) -> TodayRow:
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
