"""What PostgreSQL itself refuses of payment plans, whoever writes; and many sides at once."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Invoice, Letter, LetterKind, PaymentPlan, Reminder, ReminderPolicy
from billing.selectors import integrity
from billing.services import documents, letters, payment_plans
from clients.models import Client
from tests.billing import desk as at
from tests.billing import money, planning, post, raw, splitting
from tests.billing.conftest import Billed
from tests.billing.desk import NOW, TODAY
from tests.billing.services.test_reminders import due_in, rules, sent
from tests.billing.test_races import SIDES, race

COLUMNS = (
    "id, reference, client_id, party_id, total, invoice_count, every, starts_on, installment,"
    " installment_count, said_commitment, key, agreed_on, agreed_at, agreed_by_id"
)


def insert_plan(client: Client, by: Membership, **changes: Any) -> UUID:
    """Insert a plan over $150.00 of one invoice, $100.00 today and the rest in a month."""
    pk = uuid7()
    row: dict[str, Any] = {
        "reference": "PP-2026-9999",
        "party": None,
        "total": 150_00,
        "invoices": 1,
        "every": "MONTH",
        "starts_on": TODAY,
        "installment": 100_00,
        "installments": 2,
        **changes,
    }
    raw.execute(
        f"INSERT INTO billing_paymentplan ({COLUMNS})"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s, %s, %s)",
        *(pk, row["reference"], client.pk, row["party"], row["total"], row["invoices"]),
        *(row["every"], row["starts_on"], row["installment"], row["installments"]),
        *(uuid4(), TODAY, NOW, by.pk),
    )
    return pk


def insert_invoice(plan: UUID, invoice: Invoice, cents: int = 150_00) -> None:
    raw.execute(
        "INSERT INTO billing_planinvoice (id, plan_id, invoice_id, open) VALUES (%s, %s, %s, %s)",
        *(uuid7(), plan, invoice.pk, cents),
    )


def insert_parts(plan: UUID, *parts: tuple[date, int]) -> None:
    for position, (on, cents) in enumerate(parts, start=1):
        raw.execute(
            "INSERT INTO billing_planinstallment (id, plan_id, position, due_on, amount)"
            " VALUES (%s, %s, %s, %s, %s)",
            *(uuid7(), plan, position, on, cents),
        )


def insert_words(plan: UUID, like: PaymentPlan) -> None:
    raw.execute(
        "INSERT INTO billing_paymentplantext (id, plan_id, said)"
        " SELECT %s, %s, said FROM billing_paymentplantext WHERE plan_id = %s",
        *(uuid7(), plan, like.pk),
    )


SOUND = ((TODAY, 100_00), (date(2026, 4, 3), 50_00))


@pytest.fixture
def like(desk: Membership) -> PaymentPlan:
    """Another client's plan, of which a row by hand takes its sealed words."""
    other = at.client(desk, "Whitfield")
    return planning.plan(other, desk, at.invoice(other, desk))


def by_hand(
    client: Client,
    by: Membership,
    like: PaymentPlan,
    *,
    parts: tuple[tuple[date, int], ...] = SOUND,
    open_cents: int = 150_00,
    **changes: Any,
) -> UUID:
    plan = insert_plan(client, by, **changes)
    insert_invoice(plan, at.invoice(client, by), open_cents)
    insert_parts(plan, *parts)
    insert_words(plan, like)
    return plan


def test_a_sound_plan_goes_through(desk: Membership, amara: Client, like: PaymentPlan) -> None:
    with raw.committing():
        by_hand(amara, desk, like)


@pytest.mark.parametrize(
    "parts",
    [
        ((TODAY, 100_00),),
        ((TODAY, 100_00), (date(2026, 4, 3), 49_99)),
        ((TODAY, 50_00), (date(2026, 4, 3), 100_00)),
        ((TODAY, 100_00), (date(2026, 4, 4), 50_00)),
        ((TODAY, 100_00), (TODAY, 50_00)),
    ],
    ids=["one is missing", "a cent is missing", "the last is the most", "a day late", "same day"],
)
def test_installments_are_the_whole_on_their_days(
    desk: Membership, amara: Client, like: PaymentPlan, parts: tuple[tuple[date, int], ...]
) -> None:
    with pytest.raises(IntegrityError, match=r"does not add up|other days"), raw.committing():
        by_hand(amara, desk, like, parts=parts)


def test_the_days_of_a_long_month_are_those_that_the_books_reckon(
    desk: Membership, amara: Client
) -> None:
    """The database counts months as Python does: from the first day, to the end of short ones."""
    invoice = at.invoice(amara, desk)
    with raw.committing():
        planning.plan(amara, desk, invoice, starts_on=date(2026, 8, 31))


def test_a_plan_without_words_is_none(desk: Membership, amara: Client) -> None:
    with pytest.raises(IntegrityError, match="says nothing"), raw.committing():
        plan = insert_plan(amara, desk)
        insert_invoice(plan, at.invoice(amara, desk))
        insert_parts(plan, *SOUND)


@pytest.mark.parametrize(
    "changes",
    [
        {"installments": 1},
        {"installments": 61},
        {"invoices": 0},
        {"installment": 150_00},
        {"installment": 0},
        {"starts_on": TODAY - timedelta(days=1)},
        {"every": "YEAR"},
    ],
)
def test_a_plan_is_of_parts_from_a_day_on(
    desk: Membership, amara: Client, changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="billing_paymentplan_"), transaction.atomic():
        insert_plan(amara, desk, **changes)


def refused(told: str, plan: UUID, invoice: Invoice, cents: int = 150_00) -> None:
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        insert_invoice(plan, invoice, cents)


def test_an_invoice_owes_just_what_the_plan_says(desk: Membership, amara: Client) -> None:
    invoice, void = at.invoice(amara, desk), at.invoice(amara, desk)
    at.cash(amara, desk, "50.00", apply_to=invoice)
    money.voided(void, desk)
    plan = insert_plan(amara, desk)

    refused("does not owe this", plan, invoice)
    refused("does not owe this", plan, void)


def test_an_invoice_is_to_whoever_agreed(desk: Membership, amara: Client) -> None:
    other = at.invoice(at.client(desk, "Whitfield"), desk)
    mother, _ = splitting.two_parents(amara, desk)
    hers = next(
        each for each in splitting.billed([at.session(amara, desk)], desk) if each.party == mother
    )
    plan = insert_plan(amara, desk)

    refused("somebody else", plan, other)
    refused("somebody else", plan, hers, hers.total.cents)


def test_a_plan_is_of_somebody_who_pays_for_the_client(desk: Membership, amara: Client) -> None:
    mother, _ = splitting.two_parents(at.client(desk, "Whitfield"), desk)

    with pytest.raises(IntegrityError, match="does not pay"), transaction.atomic():
        insert_plan(amara, desk, party=mother.pk)


def test_an_invoice_is_in_one_plan(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    planned = planning.plan(amara, desk, invoice)
    plan = insert_plan(amara, desk)

    refused("another payment plan", plan, invoice)
    planning.taken_back(planned, desk)
    insert_invoice(plan, invoice)


def test_nothing_joins_a_plan_that_stands(desk: Membership, amara: Client) -> None:
    plan = planning.plan(amara, desk, at.invoice(amara, desk))

    refused("nothing can join", plan.pk, at.invoice(amara, desk))
    with pytest.raises(IntegrityError, match="nothing can join"), transaction.atomic():
        raw.execute(
            "INSERT INTO billing_planinstallment (id, plan_id, position, due_on, amount)"
            " VALUES (%s, %s, 9, %s, 100)",
            *(uuid7(), plan.pk, TODAY),
        )


def test_a_plan_that_is_paid_is_not_taken_back(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    plan = planning.plan(amara, desk, invoice)
    at.cash(amara, desk, "150.00", apply_to=invoice)

    with pytest.raises(IntegrityError, match="is paid"), transaction.atomic():
        raw.execute(
            "INSERT INTO billing_paymentplantakenback"
            " (id, plan_id, reason, taken_back_at, taken_back_by_id)"
            " VALUES (%s, %s, 'WISH', %s, %s)",
            *(uuid7(), plan.pk, NOW, desk.pk),
        )


INSTALLMENT = (
    "INSERT INTO billing_planinstallment (id, plan_id, position, due_on, amount)"
    " SELECT gen_random_uuid(), id, {}, starts_on, {} FROM billing_paymentplan"
)
HELD = (
    "INSERT INTO billing_planinvoice (id, plan_id, invoice_id, open)"
    " SELECT gen_random_uuid(), plan_id, invoice_id, {} FROM billing_planinvoice"
)
BACK = (
    "INSERT INTO billing_paymentplantakenback (id, plan_id, reason, taken_back_at,"
    " taken_back_by_id) SELECT gen_random_uuid(), id, '{}', agreed_at, agreed_by_id"
    " FROM billing_paymentplan"
)
AGAIN = (
    f"INSERT INTO billing_paymentplan ({COLUMNS}) SELECT gen_random_uuid(), {{}}, client_id,"
    " party_id, total, invoice_count, every, starts_on, installment, installment_count,"
    " said_commitment, {}, agreed_on, agreed_at, agreed_by_id FROM billing_paymentplan"
)
SENSELESS = {
    "billing_planinstallment_is_money": INSTALLMENT.format(9, 0),
    "billing_planinstallment_from_one": INSTALLMENT.format(0, 1),
    "billing_planinstallment_once": INSTALLMENT.format(1, 1),
    "billing_planinvoice_owes": HELD.format(0),
    "billing_planinvoice_once": HELD.format(1),
    "billing_paymentplantakenback_for_a_reason": BACK.format("OTHER"),
    "billing_paymentplantakenback_once": BACK.format("WISH") + " CROSS JOIN generate_series(1, 2)",
    "billing_paymentplan_reference_once": AGAIN.format("reference", "gen_random_uuid()"),
    "billing_paymentplan_key_once": AGAIN.format("'PP-2026-9998'", "key"),
    "billing_paymentplantext_once": (
        "INSERT INTO billing_paymentplantext (id, plan_id, said)"
        " SELECT gen_random_uuid(), plan_id, said FROM billing_paymentplantext"
    ),
    "billing_document_plan_once": (
        "INSERT INTO billing_document (id, kind, payment_plan_id, sha256, made_at, made_by_id)"
        " SELECT gen_random_uuid(), kind, payment_plan_id, sha256, made_at, made_by_id"
        " FROM billing_document"
    ),
    "billing_document_is_of_its_kind": (
        "INSERT INTO billing_document (id, kind, sha256, made_at, made_by_id)"
        " SELECT gen_random_uuid(), kind, sha256, made_at, made_by_id FROM billing_document"
    ),
}


@pytest.mark.parametrize("guard", SENSELESS)
def test_rows_of_a_plan_make_sense(desk: Membership, amara: Client, guard: str) -> None:
    plan = planning.plan(amara, desk, at.invoice(amara, desk))
    documents.render(plan, now=NOW, by=desk)

    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        raw.execute(SENSELESS[guard])


@pytest.fixture
def late(desk: Membership) -> Client:
    rules(desk)
    return post.owing(desk, "Late", address=post.ADDRESS)


def test_no_reminder_is_written_of_a_plan_that_is_kept(desk: Membership, late: Client) -> None:
    invoice, on = Invoice.objects.get(), due_in(14)
    first = sent(late, desk, on)
    assert first is not None
    plan = planning.plan(late, desk, invoice, starts_on=on)
    policy = ReminderPolicy.objects.get()

    def remind() -> None:
        letter = written(late, desk, due_in(30))
        Reminder.objects.create(letter=letter, invoice=invoice, policy=policy, days=30)

    at.cash(late, desk, "100.00", apply_to=invoice)
    with pytest.raises(IntegrityError, match="plan that is kept"), transaction.atomic():
        remind()
    planning.taken_back(plan, desk)
    remind()


def test_a_reminder_of_a_plan_is_of_an_installment_that_is_late_by_so_much(
    desk: Membership, late: Client
) -> None:
    invoice, other, on = Invoice.objects.get(), at.invoice(late, desk), due_in(0)
    plan = planning.plan(late, desk, invoice, today=on, starts_on=on)
    policy = ReminderPolicy.objects.get()

    def remind(of: Invoice, days_late: int, step: int = 14) -> None:
        letter = written(late, desk, on + timedelta(days=days_late))
        Reminder.objects.create(letter=letter, invoice=of, plan=plan, policy=policy, days=step)

    for of, days_late in ((invoice, 13), (other, 14)):
        with pytest.raises(IntegrityError, match="late by so much"), transaction.atomic():
            remind(of, days_late)
    remind(invoice, 14)
    with pytest.raises(IntegrityError, match="once_a_step"), transaction.atomic():
        remind(invoice, 15)
    planning.taken_back(plan, desk)
    with pytest.raises(IntegrityError, match="late by so much"), transaction.atomic():
        remind(invoice, 30, step=30)


def written(client: Client, by: Membership, on: date, repeats: Letter | None = None) -> Letter:
    """Write a reminder without asking whether one is due."""
    return letters.write(
        client=client, kind=LetterKind.REMINDER, repeats=repeats, today=on, now=NOW, by=by
    )


def test_no_reminder_goes_once_more_of_a_plan_that_is_kept(desk: Membership, late: Client) -> None:
    on = due_in(14)
    first = sent(late, desk, on)
    assert first is not None
    plan = planning.plan(late, desk, Invoice.objects.get(), starts_on=on)

    with pytest.raises(IntegrityError, match="plan that is kept"), transaction.atomic():
        written(late, desk, on, repeats=first)
    planning.taken_back(plan, desk)
    written(late, desk, on, repeats=first)


def kept_by_the_books(plan: PaymentPlan, on: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT billing_plan_is_kept(practice_id, id, %s) FROM billing_paymentplan"
            " WHERE id = %s",
            [on, plan.pk],
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("paid", ["0.00", "60.00", "150.00"])
@pytest.mark.parametrize("void", [False, True])
def test_the_database_knows_as_the_pages_do_whether_a_plan_is_kept(
    desk: Membership, amara: Client, accountant: Membership, paid: str, void: bool
) -> None:
    first, second = at.invoice(amara, desk), at.invoice(amara, desk)
    plan = planning.plan(amara, desk, first, second)
    if paid != "0.00":
        at.cash(amara, desk, paid, apply_to=first)
    if void:
        money.voided(first, accountant)

    for days in range(-1, 190, 10):
        on = TODAY + timedelta(days=days)
        assert kept_by_the_books(plan, on) is (planning.stands(plan, on).state == "kept"), on


@pytest.mark.parametrize("ends", ["paid", "void"])
def test_a_plan_of_which_nothing_is_owed_is_not_kept(
    desk: Membership, late: Client, ends: str
) -> None:
    """It has ended: whether its invoices are reminded of is no matter of it."""
    on, invoice = due_in(14), Invoice.objects.get()
    first = sent(late, desk, on)
    assert first is not None
    planning.plan(late, desk, invoice, starts_on=on)
    at.invoice(late, desk, dollars="80.00")
    if ends == "paid":
        at.cash(late, desk, "150.00", apply_to=invoice)
    else:
        money.voided(invoice, desk)

    written(late, desk, on, repeats=first)


@pytest.mark.commits
def test_a_payment_beside_a_reminder_leaves_it_sent_or_not(billed: Billed) -> None:
    """The payment makes the late plan kept: whoever is first, nothing breaks."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        rules(by, steps=(1,))
        post.reachable(billed.own, by)
        planning.plan(billed.own, by, billed.own_invoice)
        on = due_in(14)
    turns = iter(range(SIDES))

    def act() -> object:
        if next(turns) == 0:
            return at.cash(billed.own, by, "100.00", apply_to=billed.own_invoice)
        return sent(Client.objects.get(pk=billed.own.pk), by, on)

    race(billed, act)

    with practice_scope(billed.house.id):
        assert Reminder.objects.count() <= 1
        assert Letter.objects.count() == Reminder.objects.count()


@pytest.mark.commits
def test_of_plans_agreed_at_once_over_one_invoice_one_stands(billed: Billed) -> None:
    by = billed.house.people["front-desk"]

    won = race(
        billed,
        lambda: planning.plan(billed.own, by, billed.own_invoice),
        payment_plans.NothingChosen,
    )

    assert won.count(True) == 1
    assert len(won) == SIDES
    with practice_scope(billed.house.id):
        assert PaymentPlan.objects.get().reference == "PP-2026-0001"
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_a_payment_beside_it_never_makes_a_plan_over_what_is_not_owed(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    turns = iter(range(SIDES))

    def act() -> object:
        if next(turns) == 0:
            return at.cash(billed.own, by, "50.00", apply_to=billed.own_invoice)
        try:
            return planning.plan(billed.own, by, billed.own_invoice)
        except payment_plans.Changed:  # The payment came between look and yes: look again.
            return planning.plan(billed.own, by, billed.own_invoice)

    race(billed, act, payment_plans.NothingChosen)

    with practice_scope(billed.house.id):
        plan = PaymentPlan.objects.get()
        assert plan.total.cents in (100_00, 150_00)
        assert planning.stands(plan).left.cents == 100_00


TAMPERINGS = {
    "an installment is lowered": (
        "UPDATE billing_planinstallment SET amount = amount - 1 WHERE position = 1",
        "PP-2026-0001 has other installments than agreed.",
    ),
    "a day is moved": (
        "UPDATE billing_planinstallment SET due_on = due_on + 1 WHERE position = 2",
        "PP-2026-0001 has other installments than agreed.",
    ),
    "an invoice is taken away": (
        "DELETE FROM billing_planinvoice",
        "PP-2026-0001 is not the sum of its invoices.",
    ),
    "an invoice of somebody else is put in": (
        "UPDATE billing_planinvoice SET invoice_id ="
        " (SELECT id FROM billing_invoice WHERE number = 'INV-2026-0002')",
        "PP-2026-0001 has INV-2026-0002, which is to somebody else.",
    ),
}


@pytest.mark.commits
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_is_named(billed: Billed, tampering: str) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        planning.plan(billed.own, by, billed.own_invoice)
    call_command("verify_ledger")
    statement, told = TAMPERINGS[tampering]

    raw.as_owner_unguarded(statement)

    with practice_scope(billed.house.id):
        assert [each.sentence for each in integrity.findings()] == [told]
    with pytest.raises(CommandError):
        call_command("verify_ledger")


@pytest.mark.commits
def test_an_invoice_in_two_plans_is_named(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        planning.taken_back(planning.plan(billed.own, by, billed.own_invoice), by)
        planning.plan(billed.own, by, billed.own_invoice)

    raw.as_owner_unguarded("DELETE FROM billing_paymentplantakenback")

    with practice_scope(billed.house.id):
        assert [each.sentence for each in integrity.findings()] == [
            "INV-2026-0001 is in 2 payment plans."
        ]
