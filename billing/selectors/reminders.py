"""Whom a practice would remind today of what is late, and who waits for what reason."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from billing.models import Invoice, Letter, LetterKind, Reminder, ReminderPolicy, ReminderStep
from billing.selectors import (
    invoices,
    letter_holds,
    letters,
    own_items,
    payment_plans,
    questions,
)
from clients.models import Client
from clients.selectors import families
from ledger.chart import Role
from ledger.money import ZERO, Money

TOLD = (LetterKind.STATEMENT, LetterKind.REMINDER)
"""Letters after which a client is left in peace for a while."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in force with its steps, the fewest days first."""

    row: ReminderPolicy
    steps: tuple[int, ...]

    def step_of(self, days_late: int) -> int:
        """Return the last step that is reached after so many days, or 0."""
        return max((days for days in self.steps if days <= days_late), default=0)


@dataclass(frozen=True, slots=True)
class Due:
    """A client whose step is reached. ``late`` is net of credit, in cents; ``problem`` says why
    no reminder goes, or is "".
    """

    client_id: UUID
    code: str
    invoice_id: UUID
    number: str
    days_late: int
    step: int
    late: Money
    problem: str = ""
    plan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """What is late of an invoice and since when: by itself, or by its plan's installments."""

    invoice: Invoice
    due_on: date
    late: Money
    plan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Late:
    """What is late of one person: the invoices that their credit does not cover, oldest first."""

    items: list[_Item]
    net: Money


def policy() -> Policy | None:
    """Return the policy in force, or None while a practice has set none."""
    row = ReminderPolicy.objects.order_by("-set_at", "-id").first()
    if row is None:
        return None
    steps = ReminderStep.objects.filter(policy=row).order_by("days")
    return Policy(row, tuple(steps.values_list("days", flat=True)))


def due(clients: QuerySet[Client], *, today: date) -> list[Due]:
    """Return those of some clients whose next step is reached, the latest first.

    Whose credit covers what is late is never among them, nor who was reminded at this step. It
    asks as often for a thousand as for one.
    """
    rules = policy()
    if rules is None:
        return []
    late = _late(today)
    codes = dict(clients.filter(pk__in=late, merged_into=None).values_list("pk", "code"))
    oldest = {pk: late[pk].items[0] for pk in codes}
    reminded = _reminded({item.invoice.pk for item in oldest.values()})
    reached = []
    for pk, item in oldest.items():
        days_late = (today - item.due_on).days
        step = rules.step_of(days_late)
        last = reminded.get((item.invoice.pk, item.plan_id), 0)
        if late[pk].net >= rules.row.at_least and step > last:
            reached.append((pk, item, days_late, step))
    problems = _problems([pk for pk, *_ in reached], rules, today)
    found = [
        Due(
            pk,
            codes[pk],
            item.invoice.pk,
            item.invoice.number,
            days_late,
            step,
            late[pk].net,
            problems.get(pk, ""),
            item.plan_id,
        )
        for pk, item, days_late, step in reached
    ]
    return sorted(found, key=lambda each: (-each.days_late, each.code))


def _late(today: date) -> Mapping[UUID, _Late]:
    """Return person → what is late of their own, of those whose credit does not cover it.

    What others pay for them is no matter of theirs: a reminder goes to the client. Nobody is
    reminded of what they pay in installments, as long as they keep to them; if they do not, what
    they are behind with is late since the oldest installment that is.
    """
    into, planned = families.merged(), payment_plans.running_of(today=today)
    left = {
        item.item: (into.get(item.party, item.party), item.balance)
        for item in own_items.open_of_all(Role.CLIENT_RECEIVABLE, as_of=today)
    }
    items: defaultdict[UUID, list[_Item]] = defaultdict(list)
    rows = Invoice.objects.filter(Q(due_on__lt=today) | Q(pk__in=planned), pk__in=left)
    found_late = [_item(row, left[row.pk][1], planned.get(row.pk)) for row in rows]
    for item in sorted(found_late, key=lambda each: (each.due_on, each.invoice.number)):
        if item.late > ZERO and item.due_on < today:
            items[left[item.invoice.pk][0]].append(item)
    credit: defaultdict[UUID, Money] = defaultdict(lambda: ZERO)
    for party, balance in own_items.balances(Role.CLIENT_CREDITS, as_of=today).items():
        credit[into.get(party, party)] += balance
    found = {}
    for person, theirs in items.items():
        uncovered, rest = [], credit[person]
        for item in theirs:
            if item.late > rest:
                uncovered.append(item)
            rest = max(rest - item.late, ZERO)
        net = sum((each.late for each in theirs), ZERO) - credit[person]
        if uncovered and net > ZERO:
            found[person] = _Late(uncovered, net)
    return found


def _item(invoice: Invoice, left: Money, plan: payment_plans.Plan | None) -> _Item:
    """Return what is late of an invoice. Of a plan that is behind by nothing but what had been paid
    before it, there is no installment that is late: it is late by itself.
    """
    if plan is None:
        return _Item(invoice, invoice.due_on, left)
    late = plan.late_of.get(invoice.pk, ZERO)
    if plan.late_since is None:
        return _Item(invoice, invoice.due_on, late)
    return _Item(invoice, plan.late_since, late, plan.row.pk)


def is_owed(letter: Letter) -> bool:
    """Say whether something is owed of what a reminder, or the first that it repeats, was of."""
    return all(invoices.balance_due(row.invoice) > ZERO for row in _of(letter))


def is_planned(letter: Letter, *, today: date) -> bool:
    """Say whether a reminder, or the first that it repeats, is of what a kept plan pays."""
    kept = payment_plans.kept_invoices(today=today)
    return any(row.invoice_id in kept for row in _of(letter))


def _of(letter: Letter) -> QuerySet[Reminder]:
    first = letter
    while first.repeats is not None:
        first = first.repeats
    return Reminder.objects.filter(letter=first).select_related("invoice")


def _reminded(invoices: Collection[UUID]) -> dict[tuple[UUID, UUID | None], int]:
    """Return (invoice, plan) → the last step at which its client was reminded of it, with None for
    what was late by itself.
    """
    rows = Reminder.objects.filter(invoice__in=invoices).order_by()
    found = rows.values_list("invoice", "plan").annotate(last=Max("days"))
    return {(invoice, plan): last for invoice, plan, last in found}


def _problems(people: list[UUID], rules: Policy, today: date) -> dict[UUID, str]:
    """Return client → why no reminder goes to them today."""
    since = today - timedelta(days=rules.row.days_between)
    records = families.ids_of(people)
    told = Letter.objects.filter(client__in=records, kind__in=TOLD, written_on__gt=since)
    problems = {
        records[pk]: f"Had a letter on {on:%B} {on.day}"
        for pk, on in told.order_by("written_on").values_list("client", "written_on")
    }
    reaches = letters.reaches(people)
    problems |= {pk: reach.problem for pk, reach in reaches.items() if reach.problem}
    problems |= dict.fromkeys(questions.people_waiting(people), questions.WAITS)
    return problems | letter_holds.reasons(people, on=today)
