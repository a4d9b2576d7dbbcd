"""What clients say of their invoices: once at a time, answered truly, and nobody reminded first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from accounts.models import Membership, OutgoingMail
from accounts.tenancy import practice_scope
from billing.models import (
    Invoice,
    InvoiceLine,
    InvoiceQuestion,
    Letter,
    LetterKind,
    QuestionAnswer,
)
from billing.selectors import questions as found
from billing.selectors import reminders as due
from billing.services import letters, questions, reminders
from clients.models import Client
from ledger.money import Money
from tests.billing import asking, money, paying, post
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.billing.test_merged_clients import merge

How, Doubt = asking.How, asking.Doubt


@pytest.fixture
def cards(desk: Membership) -> Membership:
    """The front desk of a practice that takes cards."""
    paying.take_cards(desk)
    return desk


@pytest.fixture
def late(cards: Membership, amara: Client) -> Invoice:
    """An invoice of 150.00 that is past its due date, of a client with an e-mail address."""
    post.reachable(amara, cards)
    reminders.set_policy(
        steps=[14],
        at_least=Money(1_00),
        days_between=1,
        is_automatic=True,
        now=at.NOW,
        by=cards,
    )
    return at.invoice(amara, cards, issued_on=date(2026, 1, 20))


def remind(client: Client, by: Membership) -> Letter | None:
    return reminders.send(client_id=client.pk, today=at.TODAY, now=at.NOW, by=by)


def waiting() -> list[InvoiceQuestion]:
    return list(found.waiting(Client.objects.all()))


def test_what_a_client_says_waits_until_it_is_answered(cards: Membership, late: Invoice) -> None:
    question = asking.paid(late, cards, own_words="Check 1042")
    assert waiting() == [question]

    asking.answered(question, cards, own_words="Please send us a copy.")

    assert waiting() == []
    [shown] = found.of_invoices([late.pk])[late.pk]
    assert (shown.said, shown.paid_on, shown.own_words) == ("Check", asking.PAID_ON, "Check 1042")
    assert shown.answer is not None
    assert (shown.answer.outcome, shown.answer.own_words) == ("NOT_FOUND", "Please send us a copy.")


def test_nobody_is_reminded_before_the_answer(
    cards: Membership, amara: Client, late: Invoice
) -> None:
    question = asking.paid(late, cards)
    [waits] = due.due(Client.objects.all(), today=at.TODAY)

    assert "waits for an answer" in waits.problem
    assert remind(amara, cards) is None
    with pytest.raises(letters.HeldBack, match="waits for an answer"):
        post.letter(amara, cards)
    assert post.letter(
        amara, cards, kind=LetterKind.STATEMENT, statement=at.statement(amara, cards)
    )
    asking.answered(question, cards)
    found_now = due.due(Client.objects.all(), today=at.TODAY + timedelta(days=2))
    assert [each.problem for each in found_now] == [""]


def test_a_question_about_a_line_holds_reminders_too(
    cards: Membership, amara: Client, late: Invoice
) -> None:
    asking.not_clear(late, cards)

    assert remind(amara, cards) is None


def test_a_question_of_a_merged_record_holds_the_persons_reminders(
    cards: Membership, accountant: Membership, amara: Client, late: Invoice
) -> None:
    other = at.client(cards, "Okafor")
    asking.paid(at.invoice(other, cards), cards)
    merge(amara, other, cards, accountant)

    assert remind(amara, cards) is None


def test_the_database_holds_the_reminder_back(
    cards: Membership, amara: Client, late: Invoice
) -> None:
    letter = post.letter(amara, cards)
    asking.paid(late, cards)
    other = OutgoingMail.objects.create(
        to="x", subject="x", body="x", created_at=at.NOW, next_try_at=at.NOW
    )
    values = {
        field.attname: getattr(letter, field.attname)
        for field in Letter._meta.concrete_fields
        if field.name not in {"id", "practice_id"}
    }

    with pytest.raises(IntegrityError, match="waits for an answer"), transaction.atomic():
        Letter.objects.create(**{**values, "mail_id": other.pk})


def test_the_same_form_asks_once(cards: Membership, late: Invoice) -> None:
    link, key = paying.link(late.client, cards, now=at.NOW).link, uuid4()

    first = asking.paid(late, cards, link=link, key=key)
    assert asking.paid(late, cards, link=link, key=key) == first
    assert InvoiceQuestion.objects.count() == 1


def test_the_same_is_asked_once_at_a_time_and_three_times_in_all(
    cards: Membership, late: Invoice
) -> None:
    for _ in range(3):
        question = asking.paid(late, cards)
        with pytest.raises(questions.WaitsAlready, match="not answered yet"):
            asking.paid(late, cards)
        asking.answered(question, cards)

    with pytest.raises(questions.WaitsAlready, match="call the practice"):
        asking.paid(late, cards)
    assert asking.not_clear(late, cards)


@pytest.mark.parametrize(
    ("said", "own_words", "field", "told"),
    [
        ({"on": date(2026, 3, 4)}, "", "paid_on", "not here yet"),
        ({"amount": Money(150_01)}, "", "amount", "Enter $150.00 or less"),
        ({"amount": Money(0)}, "", "amount", "Enter $150.00 or less"),
        ({}, "4242 4242 4242 4242", "own_words", "looks like a card number"),
    ],
)
def test_what_cannot_be_said_is_refused(
    cards: Membership, late: Invoice, said: dict[str, Any], own_words: str, field: str, told: str
) -> None:
    paid = questions.PaidAlready(**{"how": How.CASH, "on": asking.PAID_ON, **said})

    with pytest.raises(questions.NotFitting, match=told.replace("$", r"\$")) as refused:
        asking.paid(late, cards, said=paid, own_words=own_words)
    assert refused.value.field == field


def test_a_paid_invoice_is_not_said_to_be_paid(
    cards: Membership, amara: Client, late: Invoice
) -> None:
    at.cash(amara, cards, "150.00")

    with pytest.raises(questions.NotFitting, match="This invoice is paid"):
        asking.paid(late, cards)
    assert asking.not_clear(late, cards)


def test_what_was_found_pays_the_invoice(cards: Membership, amara: Client, late: Invoice) -> None:
    question = asking.paid(late, cards)
    elsewhere = at.invoice(amara, cards)
    other = at.cash(amara, cards, "150.00", apply_to=elsewhere)

    for payment in (None, other):
        with pytest.raises(questions.NothingPaid, match="Record it, or apply it"):
            asking.answered(question, cards, "FOUND", payment=payment)
    paid = at.cash(amara, cards, "150.00", apply_to=late)
    answer = asking.answered(question, cards, "FOUND", payment=paid)

    assert answer.payment == paid
    [shown] = found.of_invoices([late.pk])[late.pk]
    assert shown.answer is not None
    assert shown.answer.receipt == paid.receipt


def test_an_answer_is_given_once_and_fits_its_question(cards: Membership, late: Invoice) -> None:
    question, about_line = asking.paid(late, cards), asking.not_clear(late, cards)
    for wrong, outcome in ((question, "MENDED"), (about_line, "NOT_FOUND")):
        with pytest.raises(questions.NotFitting, match="no answer to what was asked"):
            asking.answered(wrong, cards, outcome)
    with pytest.raises(questions.NotFitting, match="card number"):
        asking.answered(question, cards, own_words="4242 4242 4242 4242")
    asking.answered(question, cards)
    asking.answered(about_line, cards, "STANDS")

    with pytest.raises(questions.AnsweredBefore):
        asking.answered(question, cards)


def test_words_stand_sealed(cards: Membership, late: Invoice) -> None:
    question = asking.paid(late, cards, own_words="Check 1042")
    answer = asking.answered(question, cards, own_words="We look again")

    for table, words in (("invoicequestion", b"1042"), ("questionanswer", b"look")):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT own_words FROM billing_{table}")
            assert words not in bytes(cursor.fetchone()[0])
    assert QuestionAnswer.objects.get(pk=answer.pk).own_words == "We look again"


INSERT = (
    "INSERT INTO billing_invoicequestion (id, invoice_id, line_id, link_id, kind, how, paid_on,"
    " amount, doubt, own_words, key, asked_at) SELECT gen_random_uuid(), {invoice}, {line}, {link},"
    " {kind}, {how}, {paid_on}, {amount}, {doubt}, own_words, gen_random_uuid(), asked_at"
    " FROM billing_invoicequestion WHERE id = %(question)s"
)
SAME = {
    "invoice": "invoice_id",
    "line": "line_id",
    "link": "link_id",
    "kind": "kind",
    "how": "how",
    "paid_on": "paid_on",
    "amount": "amount",
    "doubt": "doubt",
}
ANSWER = (
    "INSERT INTO billing_questionanswer (id, question_id, outcome, payment_id, own_words,"
    " answered_at, answered_by_id) SELECT gen_random_uuid(), %(waits)s, {outcome}, {payment},"
    " own_words, answered_at, answered_by_id FROM billing_questionanswer LIMIT 1"
)
OF_A_LINE = {"kind": "'LINE'", "how": "''", "paid_on": "NULL", "doubt": "'ABSENT'"}
REFUSED = {
    "another's invoice": INSERT.format(**SAME | {"invoice": "%(other)s"}),
    "another's link": INSERT.format(
        **SAME | {"link": "(SELECT link_id FROM billing_invoicequestion WHERE id = %(others)s)"}
    ),
    "a line of another invoice": INSERT.format(**SAME | OF_A_LINE | {"line": "%(other_line)s"}),
    "a question of no kind": INSERT.format(**SAME | {"kind": "'LINE'"}),
    "no way to pay": INSERT.format(**SAME | {"how": "'GOLD'"}),
    "less than nothing": INSERT.format(**SAME | {"amount": "0"}),
    "a second that waits": INSERT.format(**SAME | {"invoice": "%(waiting)s"}),
    "a void invoice": INSERT.format(**SAME | {"invoice": "%(void)s"}),
    "a second answer": ANSWER.format(outcome="'NOT_FOUND'", payment="NULL").replace(
        "%(waits)s", "%(question)s"
    ),
    "an answer to something else": ANSWER.format(outcome="'STANDS'", payment="NULL"),
    "found, and no payment": ANSWER.format(outcome="'FOUND'", payment="NULL"),
    "found, and it pays another": ANSWER.format(outcome="'FOUND'", payment="%(payment)s"),
    "it is changed": "UPDATE billing_invoicequestion SET how = 'CASH'",
    "it is forgotten": "DELETE FROM billing_invoicequestion",
    "an answer is changed": "UPDATE billing_questionanswer SET outcome = 'FOUND'",
    "an answer is forgotten": "DELETE FROM billing_questionanswer",
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(
    cards: Membership, accountant: Membership, amara: Client, late: Invoice, change: str
) -> None:
    question = asking.paid(late, cards)
    asking.answered(question, cards)
    waiting_one, stranger = at.invoice(amara, cards), at.client(cards, "Whitfield")
    waits = asking.paid(waiting_one, cards)
    others = asking.paid(at.invoice(stranger, cards), cards)
    asking.answered(others, cards)
    void = at.invoice(amara, cards)
    money.voided(void, cards)
    pays_another = at.cash(amara, cards, "10.00", apply_to=late)
    ids = {
        "question": question.pk,
        "waits": waits.pk,
        "waiting": waiting_one.pk,
        "other": others.invoice_id,
        "others": others.pk,
        "other_line": InvoiceLine.objects.get(invoice=others.invoice).pk,
        "void": void.pk,
        "payment": pays_another.pk,
    }

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as c:
        c.execute(change, ids)


def test_the_database_refuses_a_fourth(cards: Membership, late: Invoice) -> None:
    for _ in range(3):
        question = asking.paid(late, cards)
        asking.answered(question, cards)

    with (
        pytest.raises(DatabaseError, match="three times"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(INSERT.format(**SAME), {"question": question.pk})


@pytest.mark.commits
def test_asked_and_reminded_at_the_same_moment_one_comes_first(billed: Billed) -> None:
    """Either the letter is out before the client spoke, or there is none."""
    by, start = billed.house.people["front-desk"], Barrier(2)
    with practice_scope(billed.house.id, person_id=by.person_id):
        paying.take_cards(by)
        post.reachable(billed.own, by)
        reminders.set_policy(
            steps=[1],
            at_least=Money(1_00),
            days_between=1,
            is_automatic=True,
            now=at.NOW,
            by=by,
        )
        late = at.invoice(billed.own, by, issued_on=date(2026, 1, 20))
        link = paying.link(billed.own, by, now=at.NOW).link

    def act(turn: int) -> bool:
        try:
            start.wait(timeout=30)
            with practice_scope(billed.house.id, person_id=by.person_id):
                if turn:
                    asking.paid(late, by, link=link)
                    return True
                letter = remind(billed.own, by)
                return letter is None or not InvoiceQuestion.objects.exists()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(act, range(2)))

    with practice_scope(billed.house.id):
        assert len(waiting()) == 1
        assert remind(billed.own, by) is None


@pytest.mark.commits
def test_of_six_who_ask_the_same_at_once_one_waits(billed: Billed) -> None:
    by, start = billed.house.people["front-desk"], Barrier(6)
    with practice_scope(billed.house.id, person_id=by.person_id):
        paying.take_cards(by)
        link = paying.link(billed.own, by, now=at.NOW).link

    def ask(_: int) -> bool:
        try:
            start.wait(timeout=30)
            with practice_scope(billed.house.id, person_id=by.person_id):
                asking.paid(billed.own_invoice, by, link=link)
                return True
        except questions.WaitsAlready:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(ask, range(6)))

    assert told.count(True) == 1
    with practice_scope(billed.house.id):
        assert len(waiting()) == 1
