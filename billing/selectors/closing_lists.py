"""The lists of a month's close: what each of its steps counts.

They are read by code and amount; no name and no service stands in them.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.urls import reverse

from accounts.selectors import log
from billing.models import CardIntent, Payment, WebhookEvent
from billing.selectors import days, intake, unbilled
from ledger.chart import CONTROL_ROLES, NORMAL_SIDE, Role, Side
from ledger.money import ZERO, Money
from ledger.selectors import books, months, movements, periods, subledger, totals

CLEARING = (Role.REMITTANCE_CLEARING, Role.PAYOUTS_IN_TRANSIT)
"""Accounts that come back to zero once everything in them has arrived (accounting.md, I-11)."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that a step counts. ``on`` is None for what has no date of its own."""

    on: date | None
    label: str
    what: str
    amount: Money | None = None
    url: str = ""
    client_id: UUID | None = None


@dataclass(frozen=True)
class Asked:
    """A month, and whose calendar it is in."""

    first: date
    today: date
    zone: ZoneInfo

    @property
    def last(self) -> date:
        return periods.last_day(self.first)

    @cached_property
    def nets(self) -> list[totals.Net]:
        """What each account holds at the end of the month, read once for all steps."""
        return totals.nets(since=None, as_of=self.last, known_at=None)


def earlier_months(asked: Asked) -> list[Line]:
    return [
        Line(
            month.first,
            month.name,
            "Closed to all but accountants" if month.state == "soft" else "Open",
            url=reverse("billing:month", args=[month.slug]),
        )
        for month in months.open_before(asked.first, today=asked.today)
    ]


def sessions_not_billed(asked: Asked) -> list[Line]:
    waiting = unbilled.everybody(asked.first, asked.last, asked.zone)
    rows = waiting.sessions.order_by("started_at", "id").values_list(
        "started_at", "client__code", "fee", "client_id"
    )
    held = [
        Line(days.day_of(started_at, asked.zone), code, "Not billed", fee, _client(pk), pk)
        for started_at, code, fee, pk in rows
    ]
    fees = waiting.fees.order_by("missed_on", "id").values_list(
        "missed_on", "client__code", "amount", "client_id"
    )
    return held + [
        Line(on, code, "Missed appointment, not billed", amount, _client(pk), pk)
        for on, code, amount, pk in fees
    ]


def credit_not_applied(asked: Asked) -> list[Line]:
    items = subledger.open_items(Role.CLIENT_CREDITS, as_of=asked.last)
    left = {item.item: item.balance for item in items if item.balance > ZERO}
    rows = Payment.objects.filter(pk__in=left).order_by("received_on", "id")
    return [
        Line(
            row.received_on,
            row.receipt,
            row.client.code,
            left[row.pk],
            reverse("billing:payment", args=[row.pk]),
            row.client_id,
        )
        for row in rows.select_related("client")
    ]


def card_payments_under_way(asked: Asked) -> list[Line]:
    _, end = days.bounds(asked.last, asked.zone)
    state = CardIntent.State
    waiting = CardIntent.objects.filter(
        state__in=[state.CREATED, state.OPEN, state.UNKNOWN], created_at__lt=end
    ).select_related("invoice")
    return [
        Line(
            days.day_of(row.created_at, asked.zone),
            row.invoice.number,
            str(state(row.state).label),
            row.amount,
            reverse("billing:invoice", args=[row.invoice_id]),
            row.invoice.client_id,
        )
        for row in waiting.order_by("created_at", "id")
    ]


def card_reports(asked: Asked) -> list[Line]:
    """Return what the card company reported and nobody has dealt with: it waits, or was about
    nothing that this practice started.
    """
    begin, _ = days.bounds(asked.first, asked.zone)
    _, end = days.bounds(asked.last, asked.zone)
    parked = Q(outcome__in=["parked", "not ours"], received_at__gte=begin)
    found = WebhookEvent.objects.filter(Q(processed_at=None) | parked, received_at__lt=end)
    rows = found.order_by("received_at", "id").values_list("received_at", "kind", "processed_at")
    return [
        Line(days.day_of(at, asked.zone), kind, "Put aside" if done else "Waits")
        for at, kind, done in rows
    ]


def records_not_taken_in(asked: Asked) -> list[Line]:
    _, end = days.bounds(asked.last, asked.zone)
    found = intake.open_records().filter(received_at__lt=end)
    return [
        Line(days.day_of(row.received_at, asked.zone), row.kind, row.get_remedy_display())
        for row in found
    ]


def records_that_differ(asked: Asked) -> list[Line]:
    return [Line(None, code, names, client_id=pk) for pk, code, names in intake.differing()]


def clearing_not_at_zero(asked: Asked) -> list[Line]:
    return [
        Line(asked.last, net.code, net.name, net.net) for net in asked.nets if net.role in CLEARING
    ]


def trial_balance_off(asked: Asked) -> list[Line]:
    off = sum((net.net for net in asked.nets), ZERO)
    url = f"{reverse('billing:trial_balance')}?as_of={asked.last.isoformat()}"
    return [Line(asked.last, "Trial balance", "Debits less credits", off, url)] if off else []


def controls_off(asked: Asked) -> list[Line]:
    """Return the control accounts that differ from the sum of their open items."""
    named = books.postings(as_of=asked.last).filter(account__role__in=CONTROL_ROLES)
    sums = (
        named.exclude(Q(party=None) | Q(item=None))
        .values_list("account__role")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
    )
    items = {role: debits - credits for role, debits, credits in sums}
    control = {
        net.role: (net.code, net.name, net.net) for net in asked.nets if net.role in CONTROL_ROLES
    }
    found = []
    for role in sorted(items.keys() | control.keys()):
        code, name, held = control.get(role, ("", role, ZERO))
        off = held - items.get(role, ZERO)
        if off:
            signed = off if NORMAL_SIDE[Role(role)] is Side.DEBIT else -off
            found.append(Line(asked.last, code, f"{name}: in no open item", signed))
    return found


def audit_log_broken(asked: Asked) -> list[Line]:
    state = log.chain_state()
    return [] if state.ok else [Line(None, "Audit log", f"{state.title} {state.text}")]


def _client(pk: UUID) -> str:
    return reverse("billing:client", args=[pk])


def prepaid(asked: Asked) -> tuple[Money, Money, Money, Money]:
    """Return what was prepaid before the month, sold in it, used in it, and is left, in cents."""
    rolls = movements.rolls(Role.PREPAID_SESSIONS, first=asked.first, last=asked.last)
    opening = sum((roll.opening for roll in rolls), ZERO)
    sold = sum((roll.came for roll in rolls), ZERO)
    used = sum((roll.went for roll in rolls), ZERO)
    return opening, sold, used, opening + sold - used
