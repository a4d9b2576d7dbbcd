"""Reminders: at their steps, of what is late net of credit, and once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Invoice, Letter, LetterKind, Reminder, ReminderPolicy, ReminderStep
from billing.selectors import letters as shown
from billing.selectors import reminders
from billing.services import letter_work, letters
from billing.services import reminders as services
from clients.models import Client
from clients.services import merges
from ledger.money import Money
from tests import counting
from tests.billing import desk as at
from tests.billing import post
from tests.houses import House


def rules(by: Membership, *, steps: tuple[int, ...] = (14, 30), **changes: Any) -> ReminderPolicy:
    given: dict[str, Any] = {"at_least": Money(10_00), "days_between": 7, "is_automatic": True}
    return services.set_policy(steps=steps, **given | changes, now=at.NOW, by=by)


@pytest.fixture
def late(desk: Membership) -> Client:
    """A client with an e-mail address who owes 150.00, due today."""
    rules(desk)
    return post.owing(desk, "Late", address=post.ADDRESS)


def due_in(days: int) -> date:
    return Invoice.objects.order_by("due_on")[0].due_on + timedelta(days=days)


def found(on: date) -> list[tuple[int, int, str, str]]:
    rows = reminders.due(Client.objects.all(), today=on)
    return [(each.days_late, each.step, str(each.late), each.problem) for each in rows]


def sent(client: Client, by: Membership, on: date) -> Letter | None:
    return services.send(client_id=client.pk, today=on, now=at.NOW, by=by)


def test_a_step_is_reached_by_days_after_the_due_date(desk: Membership, late: Client) -> None:
    assert found(due_in(13)) == []
    assert found(due_in(14)) == [(14, 14, "150.00", "")]
    assert found(due_in(45)) == [(45, 30, "150.00", "")]


def test_each_step_reminds_once_and_leaves_days_of_peace(desk: Membership, late: Client) -> None:
    first = sent(late, desk, due_in(14))
    assert first is not None
    assert sent(late, desk, due_in(14)) is None
    assert found(due_in(29)) == []
    second = sent(late, desk, due_in(30))
    assert second is not None
    assert found(due_in(300)) == []

    listed = shown.shown(shown.listed(clients=Client.objects.all()), shows_addresses=False)
    assert {row.kind for row in listed} == {"Reminder at 14 days", "Reminder at 30 days"}
    assert Reminder.objects.count() == Letter.objects.count() == 2


def test_who_had_a_letter_lately_waits(desk: Membership) -> None:
    rules(desk, steps=(14, 16))
    client = post.owing(desk, "Late", address=post.ADDRESS)
    sent(client, desk, due_in(14))

    told = due_in(14)
    assert found(due_in(16)) == [(16, 16, "150.00", f"Had a letter on {told:%B} {told.day}")]
    assert sent(client, desk, due_in(20)) is None
    assert sent(client, desk, due_in(21)) is not None


def test_the_credit_covers_the_oldest_first(desk: Membership, late: Client) -> None:
    at.invoice(late, desk, dollars="80.00", issued_on=at.TODAY + timedelta(days=10))
    at.cash(late, desk, "150.00", keep_rest=True)

    # The older invoice is covered: what is late is the other one, and only that is reminded of.
    assert found(due_in(14)) == []
    assert found(due_in(24)) == [(14, 14, "80.00", "")]
    at.cash(late, desk, "79.00", keep_rest=True)
    assert found(due_in(24)) == []


def test_nobody_in_credit_is_reminded_and_paying_stops_it(desk: Membership, late: Client) -> None:
    sent(late, desk, due_in(14))
    invoice = Invoice.objects.get()
    at.cash(late, desk, "150.00", apply_to=invoice)

    assert found(due_in(30)) == []
    assert sent(late, desk, due_in(30)) is None


def test_who_is_held_back_or_cannot_be_reached_gets_none(desk: Membership, late: Client) -> None:
    post.owing(desk, "No mail")
    post.held(late, desk)

    assert sorted(problem for *_, problem in found(due_in(14))) == [
        "No e-mail address",
        "What is owed is disputed",
    ]
    assert sent(late, desk, due_in(14)) is None
    assert not Letter.objects.exists()


def test_all_records_of_a_person_count_together(
    desk: Membership, late: Client, accountant: Membership
) -> None:
    twin = at.client(desk, "Twin")
    at.cash(twin, desk, "150.00", keep_rest=True)
    merge = merges.ask(kept=late, merged=twin, now=at.NOW, by=desk)
    merges.approve(merge=merge, now=at.NOW, by=accountant)

    assert found(due_in(14)) == []


def test_a_letter_to_any_record_of_a_person_counts(
    desk: Membership, late: Client, accountant: Membership
) -> None:
    twin = post.owing(desk, "Twin", address="twin@mail.example")
    on = due_in(14)
    assert sent(twin, desk, on)
    merge = merges.ask(kept=late, merged=twin, now=at.NOW, by=desk)
    merges.approve(merge=merge, now=at.NOW, by=accountant)

    assert [problem for *_, problem in found(on)] == [f"Had a letter on {on:%B} {on.day}"]


def test_without_rules_nobody_is_reminded(desk: Membership) -> None:
    post.owing(desk, "Late", address=post.ADDRESS)

    assert found(due_in(100)) == []


def test_it_asks_as_often_for_many_as_for_few(desk: Membership, late: Client) -> None:
    on = due_in(14)
    found(on)
    with counting.queries() as few:
        found(on)
    for number in range(4):
        post.owing(desk, f"More {number}", address=f"m{number}@mail.example")
    with counting.queries() as many:
        found(on)

    assert len(many) == len(few)


@pytest.mark.parametrize("steps", [(), (14, 14), (0,), (366,), (1, 2, 3, 4, 5, 6, 7)])
def test_steps_that_cannot_be_reached_are_refused(desk: Membership, steps: tuple[int, ...]) -> None:
    with pytest.raises(services.BadSteps):
        rules(desk, steps=steps)
    with pytest.raises(services.BadLimits):
        rules(desk, at_least=Money(0))


def test_the_database_refuses_what_python_would(desk: Membership, late: Client) -> None:
    letter = sent(late, desk, due_in(14))
    assert letter is not None
    policy, invoice = ReminderPolicy.objects.get(), Invoice.objects.get()
    with pytest.raises(IntegrityError, match="no step joins"), transaction.atomic():
        ReminderStep.objects.create(policy=policy, days=60)
    early = post.letter(late, desk)

    def row(**changes: Any) -> None:
        values = {"letter": early, "invoice": invoice, "policy": policy, "days": 30}
        Reminder.objects.create(**values | changes)

    for changes, refusal in (
        ({}, "late by so much"),
        ({"days": 31}, "a letter at a step"),
        ({"letter": letter}, "billing_reminder_one_letter"),
        ({"days": 14}, "billing_reminder_once_a_step"),
    ):
        with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
            row(**changes)
    other = at.invoice(at.client(desk, "Other"), desk)
    with pytest.raises(IntegrityError, match="of its client"), transaction.atomic():
        row(invoice=other)
    at.cash(late, desk, "500.00", keep_rest=True)
    with pytest.raises(IntegrityError, match="owes nothing net"), transaction.atomic():
        raw_reminder(late, desk, policy, invoice)


def raw_reminder(client: Client, by: Membership, policy: ReminderPolicy, invoice: Invoice) -> None:
    """Write a reminder at a day on which its step is reached, going round the service."""
    letter = letters.write(
        client=client, kind=LetterKind.REMINDER, today=due_in(30), now=at.NOW, by=by
    )
    Reminder.objects.create(letter=letter, invoice=invoice, policy=policy, days=30)


@pytest.mark.commits
def test_the_beat_reminds_by_day_and_once(practice: House) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        at.open_books(by)
        rules(by)
        post.owing(by, "Late", address=post.ADDRESS)
        on = due_in(14)
    night = datetime(on.year, on.month, on.day, 7, tzinfo=UTC)
    day = night + timedelta(hours=8)

    assert letter_work.remind(practice.id, now=night) == 0
    assert letter_work.remind(practice.id, now=day) == 1
    assert letter_work.remind(practice.id, now=day + timedelta(hours=1)) == 0
    with practice_scope(practice.id):
        assert Letter.objects.get().written_by.person_id is None
    with practice_scope(practice.id, person_id=by.person_id):
        rules(by, steps=(15, 30), is_automatic=False)
    assert letter_work.remind(practice.id, now=day + timedelta(days=20)) == 0
