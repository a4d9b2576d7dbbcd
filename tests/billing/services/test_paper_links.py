"""Links on paper: on which statements, printed again as they were, typed, scanned, not wanted."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from django.db import DatabaseError, connections, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import LetterKind, LinkWish, PayLink
from billing.selectors import doors, statements
from billing.selectors import pay_links as found
from billing.services import (
    contents,
    documents,
    letter_words,
    letters,
    link_making,
    pay_links,
    pay_visits,
    statement_bundles,
    typesetting,
)
from clients.models import Client
from tests.billing import desk as at
from tests.billing import paying, post, splitting
from tests.billing.conftest import Billed
from tests.billing.raw import execute
from tests.billing.test_merged_clients import merge
from tests.pdf_text import text_of

NOW = at.NOW
RIGHT = pay_visits.Answer(birth_date=paying.BORN)
WRONG = pay_visits.Answer(birth_date=paying.BORN - timedelta(days=1))


@pytest.fixture
def cards(desk: Membership) -> Membership:
    """The front desk of a practice that takes cards."""
    paying.take_cards(desk)
    return desk


@pytest.fixture
def owing(cards: Membership, amara: Client) -> Client:
    """A client who owes 150.00."""
    at.invoice(amara, cards)
    return amara


def enter(text: str, answer: pay_visits.Answer) -> pay_visits.Tried:
    return pay_visits.enter(text=text, answer=answer, today=at.TODAY, now=NOW)


def on_paper(client: Client, by: Membership) -> str:
    """Make a statement, and return what its link holds."""
    link = found.on(at.statement(client, by))
    assert link is not None
    assert link.text is not None
    return str(link.text)


def want(client: Client, by: Membership, *, links: bool) -> bool:
    return pay_links.note_wish(client=client, wants_links=links, now=NOW, by=by)


def modules(svg: str) -> list[list[int]]:
    """Read a drawing back: its dark modules, row by row, with the white around them."""
    drawing = ElementTree.fromstring(svg)
    size = int(drawing.attrib["viewBox"].split()[2])
    rows = [[0] * size for _ in range(size)]
    path = drawing.findall("{*}path")[-1].attrib["d"]
    x, y = 0.0, 0.0
    for command, told in re.findall(r"([MmhH])([^MmhH]*)", path):
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", told)]
        if command in "Mm":
            x, y = (numbers[0], numbers[1]) if command == "M" else (x + numbers[0], y + numbers[1])
        else:
            for step in range(int(numbers[0])):
                rows[int(y)][int(x) + step] = 1
            x += numbers[0]
    return rows


def test_a_statement_of_who_owes_carries_a_link_for_sixty_days(
    cards: Membership, owing: Client
) -> None:
    statement = at.statement(owing, cards)
    link = found.on(statement)

    assert link is not None
    assert link.text is not None
    assert link.expires_at - NOW == timedelta(days=60)
    told = text_of(documents.render(statement, now=NOW, by=cards).pdf)
    assert "Pay online until May 2, 2026" in told
    assert f"/pay/{found.in_groups(link.text)}" in told.replace("\n", "")


def test_a_statement_of_who_pays_for_a_client_carries_none(
    cards: Membership, amara: Client
) -> None:
    mother, _ = splitting.two_parents(amara, cards)
    splitting.billed([at.session(amara, cards)], cards)
    at.invoice(at.client(cards, "Ostrow"), cards)

    statement = splitting.statement(amara, cards, mother)

    assert statement.closing.cents > 0
    assert found.on(statement) is None


def test_the_square_code_says_the_address(cards: Membership, owing: Client) -> None:
    pay: Any = contents.statement(at.statement(owing, cards))["pay"]
    code = segno.make_qr(pay["address"], error="q")

    assert modules(pay["code"]) == [list(row) for row in code.matrix_iter(border=4)]
    assert code.error == "Q"


def test_a_reprint_has_the_same_bytes(cards: Membership, owing: Client) -> None:
    statement = at.statement(owing, cards)
    again = contents.statement(statement)
    kept = documents.render(statement, now=NOW, by=cards).pdf
    want(owing, cards, links=False)

    assert documents.render(statement, now=NOW + timedelta(days=90), by=cards).pdf == kept
    assert typesetting.pdf("statement", again) == kept
    assert contents.statement(statement) == again


def test_no_statement_carries_one_where_nothing_is_paid_by_card(
    desk: Membership, amara: Client
) -> None:
    at.invoice(amara, desk)

    assert found.on(at.statement(amara, desk)) is None


@pytest.mark.parametrize("paid", ["150.00", "149.50"])
def test_who_owes_less_than_a_card_pays_gets_none(
    cards: Membership, owing: Client, paid: str
) -> None:
    at.cash(owing, cards, paid)
    statement = at.statement(owing, cards)

    assert found.on(statement) is None
    assert "Pay online" not in text_of(documents.render(statement, now=NOW, by=cards).pdf)


def test_what_is_typed_off_paper_is_read_kindly(cards: Membership, owing: Client) -> None:
    text = on_paper(owing, cards)
    typed = found.in_groups(text).lower().replace("0", "o").replace("1", "l")

    assert found.held_text(typed) == text
    assert found.held(text, now=NOW) == PayLink.objects.get()
    for bad in ("", text[:-1], text + "0", text[:-1] + "U", "0" * 21):
        assert found.held_text(bad) == ""


def test_a_link_on_paper_opens_its_account_and_dies_after_three_wrong_answers(
    cards: Membership, owing: Client
) -> None:
    text = on_paper(owing, cards)

    assert enter(text, RIGHT).key
    assert [enter(text, WRONG).left for _ in range(3)] == [2, 1, 0]
    assert not enter(text, RIGHT).key


def test_another_link_leaves_the_paper_as_it_is(cards: Membership, owing: Client) -> None:
    text = on_paper(owing, cards)
    paying.link(owing, cards, now=NOW)

    assert found.held(text, now=NOW)
    shown = found.of_client(owing, owes=True, now=NOW)
    assert {each.way for each in shown} == {"screen", "paper"}


def test_a_wrong_answer_at_one_counts_at_the_paper_too(cards: Membership, owing: Client) -> None:
    text = on_paper(owing, cards)
    made = paying.link(owing, cards, now=NOW)
    enter(made.text, WRONG)

    assert enter(text, WRONG).left == 1


def test_the_door_tells_the_practice_of_a_paper_to_its_holder_alone(
    billed: Billed, front_desk: Membership
) -> None:
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        paying.take_cards(billed.house.automaton)
        text = on_paper(billed.own, front_desk)
        link = PayLink.objects.get()

    assert found.named(text) == link.pk
    assert doors.practice_of_pay_link(link.pk, found.digest(text)) == billed.house.id
    assert doors.practice_of_pay_link(link.pk, found.digest("x")) is None


def test_a_run_prints_the_link_of_the_kept_document(cards: Membership, owing: Client) -> None:
    run = post.drawn_up(cards)
    statement = at.statement(owing, cards)
    printed = text_of(statement_bundles.printed(run=run, made=[statement]))
    link = found.on(statement)

    assert link is not None
    assert link.text is not None
    assert found.in_groups(link.text) in printed.replace("\n", "")


def test_who_wants_no_links_gets_none_and_those_that_stood_are_over(
    cards: Membership, owing: Client
) -> None:
    text = on_paper(owing, cards)

    assert want(owing, cards, links=False)
    assert found.held(text, now=NOW) is None
    assert found.on(at.statement(owing, cards)) is None
    with pytest.raises(pay_links.NotWanted, match="wants no links"):
        paying.link(owing, cards, now=NOW)


def test_a_wish_is_noted_once_and_taken_back_by_another(cards: Membership, owing: Client) -> None:
    assert not want(owing, cards, links=True)
    assert want(owing, cards, links=False)
    assert not want(owing, cards, links=False)
    assert pay_links.note_wish(
        client=owing, wants_links=True, now=NOW + timedelta(hours=1), by=cards
    )
    assert found.on(at.statement(owing, cards))
    assert LinkWish.objects.count() == 2


def test_a_wish_is_of_the_person_whose_records_were_merged(
    cards: Membership, accountant: Membership, owing: Client
) -> None:
    other = at.client(cards, "Okafor")
    want(other, cards, links=False)
    merge(owing, other, cards, accountant)

    assert found.on(at.statement(owing, cards)) is None


def test_the_statement_goes_out_whatever_its_client_has(cards: Membership, owing: Client) -> None:
    made = at.statement(owing, cards)
    again = at.statement(owing, cards, key=made.key)

    assert again == made
    assert PayLink.objects.count() == 1
    assert list(statements.findings()) == []


REFUSED = {
    "nobody wants it": "INSERT INTO billing_paylink (id, client_id, digest, key, made_at,"
    " made_by_id, expires_at, wrong_tries) SELECT gen_random_uuid(), client_id, 'y',"
    " gen_random_uuid(), made_at, made_by_id, made_at + interval '1 day', 0"
    " FROM billing_paylink WHERE withdrawn_at IS NOT NULL",
    "another's statement": "INSERT INTO billing_paylink (id, client_id, digest, key, made_at,"
    " made_by_id, expires_at, wrong_tries, statement_id, text) SELECT gen_random_uuid(), other.id,"
    " 'y', gen_random_uuid(), link.made_at, link.made_by_id, link.expires_at, 0, statement.id,"
    " 'x' FROM billing_paylink AS link, clients_client AS other,"
    " billing_accountstatement AS statement WHERE other.id <> link.client_id"
    " AND link.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM billing_linkwish AS wish"
    " WHERE wish.client_id = other.id) AND NOT EXISTS (SELECT FROM billing_paylink AS on_it"
    " WHERE on_it.statement_id = statement.id)",
    "on a statement of nothing owed": "INSERT INTO billing_paylink (id, client_id, digest, key,"
    " made_at, made_by_id, expires_at, wrong_tries, statement_id, text) SELECT gen_random_uuid(),"
    " paid.client_id, 'y', gen_random_uuid(), paid.made_at, paid.made_by_id, paid.made_at"
    " + interval '1 day', 0, paid.id, 'x' FROM billing_accountstatement AS paid"
    " WHERE paid.closing = 0",
    "longer than sixty days": "UPDATE billing_paylink SET expires_at = expires_at"
    " + interval '1 second' WHERE statement_id IS NOT NULL",
    "its text is forgotten": "UPDATE billing_paylink SET text = NULL",
    "it was sent": "UPDATE billing_paylink SET sent_at = made_at",
    "another statement": "UPDATE billing_paylink SET statement_id = NULL",
    "the wish is changed": "UPDATE billing_linkwish SET wants_links = true",
    "the wish is forgotten": "DELETE FROM billing_linkwish",
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(cards: Membership, owing: Client, change: str) -> None:
    shy, _ = at.client(cards, "Whitfield"), at.client(cards, "Reyes")
    at.invoice(shy, cards)
    on_paper(shy, cards)
    want(shy, cards, links=False)
    at.statement(owing, cards)
    at.cash(owing, cards, "150.00")
    at.statement(owing, cards)

    with pytest.raises(DatabaseError), transaction.atomic():
        execute(change)


def test_what_a_drawn_link_holds_is_in_no_repr(cards: Membership) -> None:
    new = link_making.drawn_short(now=NOW, lasts=timedelta(days=60))

    assert len(new.text) == 20
    assert new.text not in repr(new) + repr(new.page)


def letter(client: Client, by: Membership, kind: LetterKind = LetterKind.REMINDER) -> str:
    """Write a letter, and return its words."""
    statement = at.statement(client, by) if kind == LetterKind.STATEMENT else None
    body: str = post.letter(client, by, kind=kind, statement=statement).mail.body
    return body


@pytest.mark.parametrize("kind", [LetterKind.STATEMENT, LetterKind.REMINDER])
def test_a_letter_about_what_is_owed_carries_a_link_of_two_weeks(
    cards: Membership, owing: Client, kind: LetterKind
) -> None:
    post.reachable(owing, cards)
    body = letter(owing, cards, kind)
    link = PayLink.objects.get(statement=None)

    assert "You can look at your account and pay online here until March 17, 2026:\n" in body
    text = re.search(r"/pay/([\w-]{64})/\n", body)
    assert text is not None
    assert found.held(text[1], now=NOW) == link
    assert (link.sent_at, link.expires_at - NOW) == (NOW, timedelta(days=14))
    assert body.endswith("before it shows anything.\n\nHarbor Lane\n")
    assert enter(text[1], RIGHT).key


def test_own_words_carry_it_too(cards: Membership, owing: Client) -> None:
    post.reachable(owing, cards)
    letter_words.set_words(
        kind=LetterKind.REMINDER, subject="Hello", body="Please pay.", now=NOW, by=cards
    )

    assert letter(owing, cards).startswith("Please pay.\n\nYou can look at your account")


def test_words_leave_room_for_the_link(cards: Membership) -> None:
    body = "{practice}" * 63
    told: dict[str, Any] = {"subject": "Hello", "body": body, "now": NOW, "by": cards}

    letter_words.set_words(kind=LetterKind.RECEIPT, **told)
    with pytest.raises(letter_words.BadWords, match="could be too long"):
        letter_words.set_words(kind=LetterKind.REMINDER, **told)


@pytest.mark.parametrize("wish", ["discreet", "no links", "no cards", "owes nothing"])
def test_a_letter_carries_none_where_it_should_not(
    desk: Membership, amara: Client, wish: str
) -> None:
    at.invoice(amara, desk)
    if wish != "no cards":
        paying.take_cards(desk)
    post.reachable(amara, desk, is_discreet=wish == "discreet")
    if wish == "no links":
        want(amara, desk, links=False)
    if wish == "owes nothing":
        at.cash(amara, desk, "149.50")

    assert "/pay/" not in letter(amara, desk)
    assert not PayLink.objects.exists()


def test_a_letter_that_is_sent_once_more_has_a_link_of_its_own(
    cards: Membership, owing: Client
) -> None:
    post.reachable(owing, cards)
    first = post.gone_out(post.letter(owing, cards))
    again = letters.repeat(letter=first, today=at.TODAY, now=NOW, by=cards)

    assert again.mail.body != first.mail.body
    assert PayLink.objects.count() == 2


def test_a_letter_of_a_receipt_carries_none(cards: Membership, owing: Client) -> None:
    post.reachable(owing, cards)
    payment = at.cash(owing, cards, "20.00")
    sent = letters.write(
        client=owing, kind=LetterKind.RECEIPT, payment=payment, today=at.TODAY, now=NOW, by=cards
    )

    assert "/pay/" not in sent.mail.body
    assert not PayLink.objects.exists()


@pytest.mark.commits
def test_a_wish_and_a_statement_at_the_same_moment_leave_no_link(
    billed: Billed, front_desk: Membership
) -> None:
    """Whoever comes second sees the first: no link stands for who wants none."""
    with practice_scope(billed.house.id):
        paying.take_cards(billed.house.automaton)
    together = Barrier(2)

    def act(what: int) -> None:
        try:
            with practice_scope(billed.house.id, person_id=front_desk.person_id):
                together.wait(timeout=20)
                if what:
                    want(billed.own, front_desk, links=False)
                else:
                    at.statement(billed.own, front_desk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, range(2)))
    with practice_scope(billed.house.id):
        assert not any(found.held(link.text or "", now=NOW) for link in PayLink.objects.all())
