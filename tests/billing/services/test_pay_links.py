"""Pay links: made once, sent in discreet words, withdrawn, answered, guarded by the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import Membership, OutgoingMail
from accounts.tenancy import practice_scope
from audit.models import Event
from audit.sentences import sentence
from audit.services import events
from billing import gateway
from billing.models import CardIntent, Letter, LetterKind, PayLink, PayVisit
from billing.selectors import card_intents, doors, integrity
from billing.selectors import letters as letters_found
from billing.selectors import pay_links as found
from billing.services import checkout, letter_words, letters, pay_links, pay_visits
from clients.models import Client
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import paying, post
from tests.billing.conftest import Billed
from tests.billing.raw import as_owner_unguarded, execute
from tests.billing.test_merged_clients import merge

NOW = at.NOW
WRONG = pay_visits.Answer(birth_date=paying.BORN - timedelta(days=1))
RIGHT = pay_visits.Answer(birth_date=paying.BORN)


@pytest.fixture
def cards(desk: Membership) -> Membership:
    """The front desk of a practice that takes cards."""
    paying.take_cards(desk)
    return desk


def make(client: Client, by: Membership, **changes: Any) -> pay_links.Made:
    asked: dict[str, Any] = {
        "client": client,
        "key": uuid4(),
        "by_mail": False,
        "today": at.TODAY,
        "now": NOW,
        "by": by,
    }
    return pay_links.make(**asked | changes)


def state(client: Client, *, owes: bool = True, days: int = 0) -> str:
    return found.of_client(client, owes=owes, now=NOW + timedelta(days=days))[0].state


def enter(made: pay_links.Made, answer: pay_visits.Answer, **changes: Any) -> pay_visits.Tried:
    asked: dict[str, Any] = {"text": made.text, "answer": answer, "today": at.TODAY, "now": NOW}
    return pay_visits.enter(**asked | changes)


def test_only_the_hash_of_a_link_is_kept(cards: Membership, amara: Client) -> None:
    made = make(amara, cards)

    assert bytes(made.link.digest) == found.digest(made.text)
    told = str(list(PayLink.objects.values())) + str(list(Event.objects.values()))
    assert made.text not in told
    assert made.text not in repr(made)


def test_a_link_lasts_fourteen_days(cards: Membership, amara: Client) -> None:
    made = make(amara, cards)
    last = made.link.expires_at - timedelta(seconds=1)

    assert found.held(made.text, now=last)
    assert not found.held(made.text, now=made.link.expires_at)
    assert made.link.expires_at - NOW == timedelta(days=14)


def test_a_new_link_ends_the_one_before(cards: Membership, amara: Client) -> None:
    first, second = make(amara, cards), make(amara, cards)

    assert not found.held(first.text, now=NOW)
    assert found.held(second.text, now=NOW)


def test_a_new_link_ends_those_of_a_record_that_was_merged(
    cards: Membership, accountant: Membership, amara: Client
) -> None:
    other = at.client(cards, "Okafor")
    before = make(other, cards)
    merge(amara, other, cards, accountant)
    made = make(amara, cards)

    assert not found.held(before.text, now=NOW)
    assert found.held(made.text, now=NOW)


def test_two_links_of_a_merged_person_have_three_tries_together(
    cards: Membership, accountant: Membership, amara: Client
) -> None:
    other = at.client(cards, "Okafor")
    one, two = make(amara, cards), make(other, cards)
    enter(one, WRONG)
    merge(amara, other, cards, accountant)

    assert [enter(two, WRONG).left, enter(one, WRONG).left] == [1, 0]
    assert not enter(one, RIGHT).key
    assert not enter(two, RIGHT).key


def test_a_form_that_is_sent_twice_makes_one(cards: Membership, amara: Client) -> None:
    key = uuid4()
    made = make(amara, cards, key=key)

    with pytest.raises(pay_links.KeyReused):
        make(amara, cards, key=key)
    assert found.held(made.text, now=NOW)


def test_without_a_card_account_there_is_no_link(desk: Membership, amara: Client) -> None:
    with pytest.raises(checkout.CardsNotSetUp):
        make(amara, desk)


def test_a_letter_says_nothing_of_the_client(cards: Membership, amara: Client) -> None:
    post.reachable(amara, cards)
    made = make(amara, cards, by_mail=True)

    letter = OutgoingMail.objects.get()
    assert letter.to == post.ADDRESS
    assert f"/pay/{made.text}/" in letter.body
    assert "until March 17, 2026" in letter.body
    for told in (amara.given_names, amara.family_name, amara.code, "$", "therap"):
        assert told not in letter.subject + letter.body
    assert "Harbor Lane" in letter.body
    assert made.link.sent_at == NOW


def test_the_letter_stands_among_the_letters_in_the_practices_words(
    cards: Membership, amara: Client
) -> None:
    post.reachable(amara, cards)
    wording = letter_words.set_words(
        kind=LetterKind.PAY_LINK, subject="Hello", body="By {until}: {link}", now=NOW, by=cards
    )
    made = make(amara, cards, by_mail=True)

    letter = Letter.objects.get()
    assert (letter.kind, letter.client, letter.wording) == ("PAY_LINK", amara, wording)
    assert letters_found.state_of(letter) == "queued"
    assert letter.mail.body.startswith("By March 17, 2026: http")
    assert letter.mail.body.endswith(f"/pay/{made.text}/\n")


def test_what_opens_a_link_stands_nowhere_but_in_the_sealed_letter(
    cards: Membership, amara: Client
) -> None:
    post.reachable(amara, cards)
    made = make(amara, cards, by_mail=True)
    events.flush()

    assert made.text in OutgoingMail.objects.get().body
    assert made.text not in repr(pay_links.page_of(made.text, expires_at=NOW))
    secret, looked_at = made.text[-40:], set()
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(model._meta.db_table)
            try:
                with transaction.atomic():
                    cursor.execute(
                        f"SELECT count(*) FROM {table} AS t WHERE position(%s in t::text) > 0"
                        " OR position(encode(%s, 'hex') in t::text) > 0",
                        [secret, secret.encode()],
                    )
            except ProgrammingError:  # A table that the product itself may not read.
                continue
            assert cursor.fetchone() == (0,), table
        looked_at.add(model)
    assert {PayLink, Letter, OutgoingMail, Event} <= looked_at


@pytest.mark.parametrize("wished", ["client", "contact"])
def test_who_wishes_it_gets_a_letter_without_the_practices_name(
    cards: Membership, amara: Client, wished: str
) -> None:
    post.reachable(amara, cards, is_discreet=wished == "contact")
    if wished == "client":
        Client.objects.filter(pk=amara.pk).update(contact_wish="DISCREET")
        amara.refresh_from_db()
    make(amara, cards, by_mail=True)

    letter = OutgoingMail.objects.get()
    assert letter.from_name is None
    assert "Harbor" not in letter.subject + letter.body


@pytest.mark.parametrize("why", ["No e-mail address", "Wishes no e-mail", "came back"])
def test_nobody_is_written_to_who_may_not_be(cards: Membership, amara: Client, why: str) -> None:
    before = make(amara, cards)
    if why != "No e-mail address":
        post.reachable(amara, cards)
    if why == "Wishes no e-mail":
        Client.objects.filter(pk=amara.pk).update(may_email=False)
    if why == "came back":
        letter = post.gone_out(post.letter(amara, cards))
        letters.note_came_back(letter=letter, now=NOW, by=cards)
    count = Letter.objects.count(), OutgoingMail.objects.count()

    with pytest.raises(pay_links.NoMailbox, match=f"{why}.* Or show the link here"):
        make(amara, cards, by_mail=True)
    assert found.held(before.text, now=NOW) == PayLink.objects.get()
    assert (Letter.objects.count(), OutgoingMail.objects.count()) == count


def test_the_state_of_a_link_says_how_far_it_came(cards: Membership, amara: Client) -> None:
    made = make(amara, cards)
    told = [state(amara), state(amara, owes=False), state(amara, days=14)]
    enter(made, RIGHT)
    told.append(state(amara))
    for _ in range(3):
        enter(made, WRONG)
    told.append(state(amara))
    post.reachable(amara, cards)
    again = make(amara, cards, by_mail=True)
    told.append(state(amara))
    post.gone_out(Letter.objects.get(kind=LetterKind.PAY_LINK))
    told.append(state(amara))
    pay_links.withdraw(link=again.link, now=NOW, by=cards)
    told.append(state(amara))

    assert told == [
        "unopened",
        "settled",
        "expired",
        "opened",
        "dead",
        "queued",
        "sent",
        "withdrawn",
    ]


def test_withdrawing_twice_changes_nothing(cards: Membership, amara: Client) -> None:
    made = make(amara, cards)

    assert pay_links.withdraw(link=made.link, now=NOW, by=cards)
    assert not pay_links.withdraw(link=made.link, now=NOW + timedelta(hours=1), by=cards)
    assert PayLink.objects.get().withdrawn_at == NOW


def test_the_log_says_that_it_was_the_holder_of_the_link(cards: Membership, amara: Client) -> None:
    made = make(amara, cards)
    enter(made, WRONG)

    events.flush()
    refused = Event.objects.get(action="billing.pay_link.refused")
    told = sentence(refused, "Quietledger")
    assert told.startswith(f"The holder of pay link {str(made.link.pk)[-6:]} gave a wrong answer")
    assert amara.code in told


def test_a_door_tells_the_practice_of_a_link_to_its_holder_alone(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        paying.take_cards(by)
        made = paying.link(billed.own, by)

    assert doors.practice_of_pay_link(made.link.pk, found.digest(made.text)) == billed.house.id
    assert doors.practice_of_pay_link(made.link.pk, found.digest("x")) is None
    assert doors.practice_of_pay_link(uuid7(), found.digest(made.text)) is None


GUARDED = {
    "a try is taken back": "UPDATE billing_paylink SET wrong_tries = 0 WHERE wrong_tries = 1",
    "a withdrawal is taken back": "UPDATE billing_paylink SET withdrawn_at = NULL,"
    " withdrawn_by_id = NULL WHERE withdrawn_at IS NOT NULL",
    "a fourth try": "UPDATE billing_paylink SET wrong_tries = 4",
    "it lasts longer": "UPDATE billing_paylink SET expires_at = expires_at + interval '1 second'",
    "it is another's": "UPDATE billing_paylink SET client_id = gen_random_uuid()",
    "opened anew": "UPDATE billing_paylink SET opened_at = opened_at + interval '1 second'"
    " WHERE opened_at IS NOT NULL",
    "opened though withdrawn": "UPDATE billing_paylink SET opened_at = made_at"
    " WHERE withdrawn_at IS NOT NULL AND opened_at IS NULL",
    "a visit by a link that is withdrawn": "INSERT INTO billing_payvisit"
    " (id, link_id, client_id, digest, began_at, last_seen_at) SELECT gen_random_uuid(), id,"
    " client_id, 'x', made_at, made_at FROM billing_paylink WHERE withdrawn_at IS NOT NULL",
    "a visit after two weeks": "INSERT INTO billing_payvisit"
    " (id, link_id, client_id, digest, began_at, last_seen_at) SELECT gen_random_uuid(), id,"
    " client_id, 'x', expires_at, expires_at FROM billing_paylink WHERE withdrawn_at IS NULL",
    "a visit as another client": "INSERT INTO billing_payvisit"
    " (id, link_id, client_id, digest, began_at, last_seen_at) SELECT gen_random_uuid(), link.id,"
    " other.id, 'x', link.made_at, link.made_at FROM billing_paylink AS link,"
    " clients_client AS other WHERE link.withdrawn_at IS NULL AND other.id <> link.client_id",
    "a visit becomes another client's": "UPDATE billing_payvisit SET client_id = gen_random_uuid()",
    "a visit goes on after its end": "UPDATE billing_payvisit SET ended_at = NULL"
    " WHERE ended_at IS NOT NULL",
    "a visit is younger": "UPDATE billing_payvisit SET last_seen_at = last_seen_at"
    " - interval '1 second' WHERE ended_at IS NULL",
    "it is forgotten": "DELETE FROM billing_paylink",
}


@pytest.fixture
def history(cards: Membership, amara: Client) -> None:
    """A link that was withdrawn, one that is open with a wrong answer, and two visits by it.

    Beside its client there is another one.
    """
    at.client(cards, "Okafor")
    withdrawn = make(amara, cards)
    pay_links.withdraw(link=withdrawn.link, now=NOW, by=cards)
    made = make(amara, cards)
    enter(made, WRONG)
    enter(made, RIGHT)
    left = PayVisit.objects.get()
    pay_visits.leave(visit_id=left.pk, now=NOW)
    enter(made, RIGHT)


@pytest.mark.parametrize("what", GUARDED)
def test_the_database_refuses(history: None, what: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(GUARDED[what])


def test_an_intent_pays_an_invoice_or_an_account(cards: Membership, amara: Client) -> None:
    made, invoice = make(amara, cards), at.invoice(amara, cards)
    intent = checkout.intend_account(
        link=made.link, amount=Money(100_00), key=uuid4(), now=NOW, by=cards
    )
    CardIntent.objects.filter(pk=intent.intent_id).update(state="EXPIRED")
    values = (
        "gen_random_uuid(), %s, %s, %s, 100, %s, '', '', now(), %s FROM billing_paylink LIMIT 1"
    )
    insert = (
        "INSERT INTO billing_cardintent (id, invoice_id, pay_link_id, client_id, amount, state,"
        f" request_hash, checkout_id, created_at, created_by_id) SELECT {values}"
    )
    both = (invoice.pk, made.link.pk, amara.pk, "EXPIRED", cards.pk)
    neither = (None, None, None, "EXPIRED", cards.pk)
    for given in (both, neither):
        with pytest.raises(DatabaseError, match="pays_one_thing"), transaction.atomic():
            execute(insert, *given)


def test_an_account_has_one_card_page_at_a_time(cards: Membership, amara: Client) -> None:
    made = make(amara, cards)
    at.invoice(amara, cards)
    asked: dict[str, Any] = {"link": made.link, "now": NOW, "by": cards}
    checkout.intend_account(amount=Money(100_00), key=uuid4(), **asked)

    with pytest.raises(checkout.PageOpen):
        checkout.intend_account(amount=Money(50_00), key=uuid4(), **asked)
    with pytest.raises(DatabaseError, match="one_page_of_an_account"), transaction.atomic():
        execute(
            "INSERT INTO billing_cardintent (id, pay_link_id, client_id, amount, state,"
            " request_hash, checkout_id, created_at, created_by_id) SELECT gen_random_uuid(),"
            " pay_link_id, client_id, 1, state, '', '', now(), created_by_id"
            " FROM billing_cardintent"
        )


def test_a_page_of_a_record_that_owes_nothing_more_is_closed(
    cards: Membership, accountant: Membership, amara: Client
) -> None:
    """A person with two records pays one of them at a time; each page is for its own."""
    other = at.client(cards, "Okafor")
    first = at.invoice(amara, cards, issued_on=date(2026, 2, 20))
    at.invoice(other, cards, issued_on=date(2026, 2, 25))
    merge(amara, other, cards, accountant)
    link, amount = make(amara, cards).link, Money(150_00)
    asked: dict[str, Any] = {"link": link, "amount": amount, "now": NOW, "by": cards}
    opening = checkout.intend_account(key=uuid4(), **asked)
    assert card_intents.same(link, amount) == opening.intent_id
    assert card_intents.outgrown() == []
    at.cash(amara, cards, "150.00", apply_to=first)

    assert card_intents.same(link, amount) is None
    assert [each.id for each in card_intents.outgrown()] == [opening.intent_id]


@pytest.mark.commits
def test_an_intent_that_says_something_else_than_its_payment_is_named(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        paying.take_cards(by)
        made = paying.link(billed.own, by)
        opening = checkout.intend_account(
            link=made.link, amount=Money(150_00), key=uuid4(), now=NOW, by=by
        )
        page = gateway.Checkout(
            id="cs_1",
            intent_id=opening.intent_id,
            url="",
            is_paid=True,
            is_expired=False,
            amount=Money(150_00),
            fee=ZERO,
            card_end="4242",
        )
        checkout.settle(checkout=page, received_on=at.TODAY, now=NOW, by=by)
        assert list(integrity.findings()) == []

    as_owner_unguarded("UPDATE billing_cardintent SET amount = 1")

    with practice_scope(billed.house.id):
        [finding] = list(integrity.findings())
    assert "is not the payment that it became" in finding.sentence


@pytest.mark.commits
def test_links_sent_at_once_with_other_letters_wait_for_each_other(billed: Billed) -> None:
    by, start = billed.house.people["front-desk"], Barrier(6)
    with practice_scope(billed.house.id, person_id=by.person_id):
        paying.take_cards(by)
        post.reachable(billed.own, by)

    def write(turn: int) -> str:
        try:
            start.wait(timeout=30)
            with practice_scope(billed.house.id, person_id=by.person_id):
                if turn % 2:
                    post.letter(billed.own, by)
                    return ""
                return paying.link(billed.own, by, by_mail=True).text
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        made = [text for text in pool.map(write, range(6)) if text]

    with practice_scope(billed.house.id):
        assert Letter.objects.filter(kind="PAY_LINK").count() == 3
        assert Letter.objects.count() == 6
        assert len([text for text in made if found.held(text, now=timezone.now())]) == 1
        assert PayLink.objects.count() == 6


HANDS = 50


@pytest.mark.commits
def test_of_fifty_answers_at_once_three_are_looked_at(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        paying.take_cards(by)
        made = paying.link(billed.own, by)
    answers, start = [WRONG] * (HANDS - 1) + [RIGHT], Barrier(10)
    looked_at: list[pay_visits.Answer] = []
    is_right = pay_visits._is_right

    def counted(answer: pay_visits.Answer, *others: Any) -> bool:
        looked_at.append(answer)
        return is_right(answer, *others)

    def give(answer: pay_visits.Answer) -> pay_visits.Tried:
        try:
            start.wait(timeout=30)
            with practice_scope(billed.house.id):
                return pay_visits.enter(
                    text=made.text, answer=answer, today=at.TODAY, now=timezone.now()
                )
        finally:
            connections.close_all()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(10) as pool:
        patch.setattr(pay_visits, "_is_right", counted)
        told = list(pool.map(give, answers))

    assert looked_at.count(WRONG) == 3
    with practice_scope(billed.house.id):
        assert PayLink.objects.get().wrong_tries == 3
        assert PayVisit.objects.count() == sum(1 for each in told if each.key) <= 1
