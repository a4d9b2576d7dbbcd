"""Whom a practice would remind today of what is late, and who waits for what reason."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max, QuerySet

from billing.models import Invoice, Letter, LetterKind, Reminder, ReminderPolicy, ReminderStep
from billing.selectors import letter_holds, letters, own_items, questions
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


@dataclass(frozen=True, slots=True)
class _Late:
    """What is late of one person: the invoices that their credit does not cover, oldest first."""

    invoices: list[Invoice]
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
    oldest = {pk: late[pk].invoices[0] for pk in codes}
    reminded = _reminded({invoice.pk for invoice in oldest.values()})
    reached = []
    for pk, invoice in oldest.items():
        days_late = (today - invoice.due_on).days
        step = rules.step_of(days_late)
        if late[pk].net >= rules.row.at_least and step > reminded.get(invoice.pk, 0):
            reached.append((pk, invoice, days_late, step))
    problems = _problems([pk for pk, *_ in reached], rules, today)
    found = [
        Due(
            pk,
            codes[pk],
            invoice.pk,
            invoice.number,
            days_late,
            step,
            late[pk].net,
            problems.get(pk, ""),
        )
        for pk, invoice, days_late, step in reached
    ]
    return sorted(found, key=lambda each: (-each.days_late, each.code))


def _late(today: date) -> Mapping[UUID, _Late]:
    """Return person → what is late of their own, of those whose credit does not cover it.

    What others pay for them is no matter of theirs: a reminder goes to the client.
    """
    into = families.merged()
    left = {
        item.item: (into.get(item.party, item.party), item.balance)
        for item in own_items.open_of_all(Role.CLIENT_RECEIVABLE, as_of=today)
    }
    invoices: defaultdict[UUID, list[Invoice]] = defaultdict(list)
    rows = Invoice.objects.filter(pk__in=left, due_on__lt=today)
    for invoice in rows.order_by("due_on", "number"):
        invoices[left[invoice.pk][0]].append(invoice)
    credit: defaultdict[UUID, Money] = defaultdict(lambda: ZERO)
    for party, balance in own_items.balances(Role.CLIENT_CREDITS, as_of=today).items():
        credit[into.get(party, party)] += balance
    found = {}
    for person, theirs in invoices.items():
        uncovered, rest = [], credit[person]
        for invoice in theirs:
            open_of_it = left[invoice.pk][1]
            if open_of_it > rest:
                uncovered.append(invoice)
            rest = max(rest - open_of_it, ZERO)
        net = sum((left[each.pk][1] for each in theirs), ZERO) - credit[person]
        if uncovered and net > ZERO:
            found[person] = _Late(uncovered, net)
    return found


def _reminded(invoices: Collection[UUID]) -> dict[UUID, int]:
    """Return invoice → the last step at which its client was reminded of it."""
    rows = Reminder.objects.filter(invoice__in=invoices).order_by()
    return dict(rows.values_list("invoice").annotate(last=Max("days")))


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
