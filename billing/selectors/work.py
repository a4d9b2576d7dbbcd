"""What waits for whoever keeps the books: each pile with its number, its sum and its list.

A number is read by what its list is read by, so that the two cannot differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import approvals
from billing.models import Invoice
from billing.selectors import (
    bank,
    bills,
    estimates_due,
    intake,
    letters,
    payment_plans,
    questions,
    receivables,
    reminders,
    unbilled,
    write_offs,
)
from billing.selectors import drawer as drawers
from billing.selectors.credit_list import CreditList
from billing.selectors.write_offs import SMALL_AFTER_DAYS, SMALL_BELOW
from clients.models import Client
from clients.selectors import clients
from ledger.money import ZERO, Money
from ledger.selectors import categories, months


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the list, and when."""

    member: Membership
    permissions: clients.Permissions
    today: date
    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Pile:
    """One kind of work: ``amount`` in cents, or None where it is not about a sum.

    ``is_late`` says that some of it should have been done by now.
    """

    label: str
    note: str
    url: str
    count: int
    amount: Money | None = None
    is_late: bool = False


def piles(reader: Reader) -> list[Pile]:
    """Return what a person's rights let them do, with something in it, late work first."""
    found = [pile for rights, of in PILES if rights <= reader.permissions for pile in of(reader)]
    return sorted((pile for pile in found if pile.count), key=lambda pile: not pile.is_late)


def _approvals(reader: Reader) -> Iterator[Pile]:
    waiting = approvals.number_waiting(reader.member, frozenset(reader.permissions), now=reader.now)
    url = reverse("accounts:approvals")
    yield Pile("Requests for a second person", "Somebody waits for a yes or a no", url, waiting)


def _months(reader: Reader) -> Iterator[Pile]:
    over = [month for month in months.months(today=reader.today) if month.may_close]
    note = f"The oldest is {over[-1].name}" if over else ""
    yield Pile("Months to close", note, reverse("billing:months"), len(over))


def _late(reader: Reader) -> Iterator[Pile]:
    ages = receivables.on(as_of=reader.today)
    late = [row for row in ages.rows if any(row.cents[1:])]
    yield Pile(
        "Clients who are late",
        "With something past its due date",
        reverse("billing:aging"),
        len(late),
        Money(sum(sum(row.cents[1:]) for row in late)),
        is_late=any(row.cents[-1] for row in late),
    )


def _credit(reader: Reader) -> Iterator[Pile]:
    found = CreditList(None, on=reader.today, every=False)
    yield Pile(
        "Credit to apply",
        "Its client has something open",
        reverse("billing:payment_unapplied"),
        found.useful_count,
        found.useful_total,
    )


def _small(reader: Reader) -> Iterator[Pile]:
    found = write_offs.small(
        Invoice.objects.all(), below=SMALL_BELOW, days=SMALL_AFTER_DAYS, on=reader.today
    )
    yield Pile(
        "Small balances",
        f"Below {SMALL_BELOW.dollars}, and late for more than {SMALL_AFTER_DAYS} days",
        reverse("billing:small_balances"),
        len(found),
        sum((each.open for each in found), ZERO),
    )


def _drawer(reader: Reader) -> Iterator[Pile]:
    there = drawers.drawer()
    note = "Cash and checks that no deposit took to the bank"
    count = 1 if there.total else 0
    yield Pile("Drawer to deposit", note, reverse("billing:drawer"), count, there.total)


def _bills(reader: Reader) -> Iterator[Pile]:
    owed = bills.owed(today=reader.today)
    for state, label, is_late in (
        ("late", "Bills past their day", True),
        ("due", "Bills to pay by their day", False),
    ):
        found = bills.listed(state=state, vendor=None, today=reader.today)
        yield Pile(
            label,
            "Owed to vendors",
            f"{reverse('billing:bill_list')}?state={state}",
            found.count(),
            owed.late if is_late else owed.bills - owed.late,
            is_late=is_late,
        )


def _bank(reader: Reader) -> Iterator[Pile]:
    for account in categories.with_statements():
        found = bank.unmatched_lines(account.id)
        url = f"{reverse('billing:bank_lines')}?account={account.id}"
        yield Pile("Bank lines to match", f"{account.code} {account.name}", url, found.count())


def _unbilled(reader: Reader) -> Iterator[Pile]:
    waiting = unbilled.visible_to(reader.member, on=reader.today, permissions=reader.permissions)
    tally = waiting.tally()
    yield Pile(
        "Sessions not billed",
        "With fees for missed hours",
        reverse("billing:unbilled"),
        tally.count,
        tally.total,
    )


def _intake(reader: Reader) -> Iterator[Pile]:
    note = "The medical-record system sent what could not be taken in"
    yield Pile("Intake to mend", note, reverse("billing:intake"), intake.open_records().count())


def _estimates(reader: Reader) -> Iterator[Pile]:
    found = estimates_due.visible_to(reader.member, on=reader.today, permissions=reader.permissions)
    yield Pile(
        "Good faith estimates due",
        f"The first by {found[0].due_on:%b %-d}" if found else "",
        reverse("billing:estimates_due"),
        len(found),
        is_late=any(each.due_on < reader.today for each in found),
    )


def _questions(reader: Reader) -> Iterator[Pile]:
    found = questions.waiting(_clients(reader))
    note = "Said by clients behind a pay link; they are not reminded meanwhile"
    yield Pile("Questions of clients", note, reverse("billing:questions"), found.count())


def _late_plans(reader: Reader) -> Iterator[Pile]:
    found = payment_plans.listed(_clients(reader), state="late", today=reader.today)
    yield Pile(
        "Payment plans behind",
        "Less has come than was agreed",
        reverse("billing:payment_plans"),
        len(found),
        sum((plan.behind for plan in found), ZERO),
        is_late=True,
    )


def _reminders(reader: Reader) -> Iterator[Pile]:
    found = reminders.due(_clients(reader), today=reader.today)
    yield Pile(
        "Reminders to send",
        "Late by as much as a reminder is sent for",
        reverse("billing:reminders"),
        len(found),
        sum((each.late for each in found), ZERO),
    )


def _letters(reader: Reader) -> Iterator[Pile]:
    for state, label in LOST:
        rows = letters.listed(clients=_clients(reader), state=state)
        url = f"{reverse('billing:letters')}?state={state}"
        yield Pile(label, "Look at how the client is reached", url, rows.count(), is_late=True)


LOST = (
    (letters.State.GIVEN_UP, "Letters given up"),
    (letters.State.REFUSED, "Letters to no such address"),
    (letters.State.CAME_BACK, "Letters that came back"),
)
"""What may become of a letter that reached nobody → how its pile is called."""


def _clients(reader: Reader) -> QuerySet[Client]:
    return clients.visible_to(reader.member, on=reader.today, permissions=reader.permissions)


P = Permission
PILES: tuple[tuple[frozenset[Permission], Callable[[Reader], Iterator[Pile]]], ...] = (
    (frozenset({P.APPROVAL_DECIDE}), _approvals),
    (frozenset({P.REPORT_VIEW}), _late),
    (frozenset({P.PAYMENT_RECORD, P.CLIENT_VIEW_ALL}), _credit),
    (frozenset({P.SESSION_VIEW}), _unbilled),
    (frozenset({P.WRITE_OFF_RECORD, P.CLIENT_VIEW_ALL}), _small),
    (frozenset({P.DRAWER_COUNT}), _drawer),
    (frozenset({P.BILL_VIEW}), _bills),
    (frozenset({P.BILL_VIEW}), _bank),
    (frozenset({P.INTAKE_MANAGE}), _intake),
    (frozenset({P.ESTIMATE_MAKE}), _estimates),
    (frozenset({P.QUESTION_ANSWER}), _questions),
    (frozenset({P.PAYMENT_PLAN_AGREE}), _late_plans),
    (frozenset({P.LETTER_SEND}), _reminders),
    (frozenset({P.LETTER_VIEW}), _letters),
    (frozenset({P.REPORT_VIEW, P.PERIOD_CLOSE}), _months),
)
"""Rights → what their holder is shown; each list asks for the same rights."""
