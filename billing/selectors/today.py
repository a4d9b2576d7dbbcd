"""The desk's day: who came, what they owe, and what was taken."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from billing.models import Session
from billing.selectors import balances, days, payments, sessions
from clients.selectors import clients
from ledger.money import ZERO, Money

RECEIPTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A session of the day, with what its client owes in all."""

    started_at: datetime
    client_id: UUID
    code: str
    name: str
    therapist: str
    minutes: int
    owes: Money
    note: str
    state: str
    may_pay: bool

    @property
    def url(self) -> str:
        return reverse("billing:client", args=[self.client_id])

    @property
    def pay_url(self) -> str:
        """Where to take what is owed; "" if nothing is, or for those who take no money."""
        if not self.may_pay or not self.owes:
            return ""
        return f"{reverse('billing:payment_new')}?client={self.client_id}"


@dataclass(frozen=True, slots=True)
class Today:
    """A business day at the desk. ``owed`` counts each client once."""

    on: date
    rows: list[TodayRow]
    owed: Money
    unbilled_count: int
    receipts: list[payments.PaymentRow]
    taken: Money

    @property
    def client_ids(self) -> set[UUID]:
        return {row.client_id for row in self.rows}


def today(
    member: Membership, *, on: date, zone: ZoneInfo, permissions: clients.Permissions
) -> Today:
    """Return a member's view of a business day; the number of queries does not grow with it."""
    begin, end = days.bounds(on, zone)
    visible = sessions.visible_to(member, on=on, permissions=permissions)
    held = list(
        visible.filter(started_at__gte=begin, started_at__lt=end)
        .annotate(is_billed=sessions.BILLED)
        .select_related("therapist")
        .order_by("started_at", "id")
    )
    client_ids = {session.client_id for session in held}
    people = clients.shown(client_ids, permissions=permissions)
    owed = balances.balances_of(client_ids, on=on)
    of_people = {people[pk].pk: balance for pk, balance in owed.items()}
    received = payments.visible_to(member, on=on, permissions=permissions).filter(received_on=on)
    return Today(
        on=on,
        rows=[_row(session, people[session.client_id], owed, permissions) for session in held],
        owed=sum((balance.owes for balance in of_people.values()), ZERO),
        unbilled_count=sessions.unbilled(visible).count(),
        receipts=payments.rows(payments.newest_first(received)[:RECEIPTS_SHOWN]),
        taken=payments.taken_on(received, on),
    )


def _row(
    session: Session,
    client: clients.Shown,
    owed: dict[UUID, balances.Balance],
    permissions: clients.Permissions,
) -> TodayRow:
    balance = owed.get(session.client_id, balances.NOTHING)
    return TodayRow(
        started_at=session.started_at,
        client_id=client.pk,
        code=client.code,
        name=client.name,
        therapist=session.therapist.display_name,
        minutes=session.minutes,
        owes=balance.owes,
        note=balance.note,
        state=_state(session, balance),
        may_pay=Permission.PAYMENT_RECORD in permissions,
    )


def _state(session: Session, balance: balances.Balance) -> str:
    if not session.is_billed:  # type: ignore[attr-defined]  # annotated by today()
        return "ready"
    return "invoiced" if balance.owes else "paid"
