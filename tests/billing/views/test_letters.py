"""The pages of letters: the board, a client's own, one before it goes, and the words."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Letter, LetterHold, LetterWording
from tests import counting
from tests.billing import desk as at
from tests.billing import post
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn

BOARD, WORDS = "/letters/", "/letters/words/reminder/"


@pytest.fixture
def written(billed: Billed) -> Letter:
    """A letter to the therapist's client that was sent, and one to the other that waits."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        post.reachable(billed.own, by)
        post.reachable(billed.other, by, "whit@mail.example")
        post.letter(billed.other, by)
        return post.gone_out(post.letter(billed.own, by))


@pytest.fixture
def as_administrator(billed: Billed, administrator: Membership, signed_in: SignIn) -> Browser:
    return signed_in(administrator)


def test_the_board_says_what_became_of_each(at_desk: Browser, written: Letter) -> None:
    answer = at_desk.get(BOARD)

    for words in ("Waits to be sent", "Sent", post.ADDRESS, "whit@mail.example", "Reminder"):
        assert words in answer.text
    sent = at_desk.get(f"{BOARD}?state=sent&kind=REMINDER").text
    assert (post.ADDRESS in sent, "whit@mail.example" in sent) == (True, False)
    assert "No letters here" in at_desk.get(f"{BOARD}?kind=RECEIPT").text
    assert at_desk.get(f"{BOARD}?state=unknown&page=99").status_code == 200


def test_who_may_not_know_addresses_sees_codes(as_accountant: Browser, written: Letter) -> None:
    text = as_accountant.get(BOARD).text

    assert "C-0001" in text
    for secret in ("mail.example", "Okonkwo", "Whitfield"):
        assert secret not in text


def test_the_board_asks_as_often_for_many_as_for_one(
    at_desk: Browser, billed: Billed, written: Letter
) -> None:
    few = asked(at_desk)
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        for _ in range(5):
            post.letter(billed.own, by)

    assert asked(at_desk) == few


def asked(browser: Browser) -> int:
    with counting.queries() as asked_for:
        browser.get(BOARD)
    return len(asked_for)


def test_a_letter_is_sent_once_more_and_comes_back(
    at_desk: Browser, billed: Billed, written: Letter
) -> None:
    again = reverse("billing:letter_repeat", args=[written.pk])
    for _ in range(2):
        answer = at_desk.post(again, follow=True)
    assert "goes out within a minute" in answer.text

    came = reverse("billing:letter_came_back", args=[written.pk])
    answer = at_desk.post(came, {"client": str(billed.own.pk)}, follow=True)

    assert "Nothing goes to this address until it is changed" in answer.text
    assert "A letter to the address came back" in answer.text
    with practice_scope(billed.house.id):
        assert Letter.objects.filter(repeats=written).count() == 1
        waiting = Letter.objects.get(repeats=written)
    refused = at_desk.post(reverse("billing:letter_repeat", args=[waiting.pk]), follow=True)
    assert "Nothing was sent. This letter is on its way still" in refused.text


def test_statements_to_a_client_are_held_back_and_let_go(
    at_desk: Browser, billed: Billed, written: Letter
) -> None:
    page = reverse("billing:client_letters", args=[billed.own.pk])
    assert "Nothing is held back" in at_desk.get(page).text

    assert "Choose why." in at_desk.post(page, {"until": "2099-01-01"}).text
    late = at_desk.post(page, {"reason": "ASKED", "until": "2020-01-01"})
    assert (late.status_code, "This day is over" in late.text) == (422, True)
    assert 'value="2020-01-01"' in late.text
    answer = at_desk.post(page, {"reason": "ASKED"}, follow=True)
    assert "The client asked for none" in answer.text
    twice = at_desk.post(page, {"reason": "ASKED"})
    assert (twice.status_code, "held back for this reason already" in twice.text) == (422, True)
    with practice_scope(billed.house.id):
        hold = LetterHold.objects.get()
    answer = at_desk.post(reverse("billing:letter_hold_end", args=[hold.pk]), follow=True)
    assert "go to this client again" in answer.text


def test_a_letter_is_shown_before_it_goes(
    at_desk: Browser, billed: Billed, written: Letter
) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        statement = at.statement(billed.own, by)
        payment = at.cash(billed.own, by, "5.00", keep_rest=True)
    told = reverse("billing:statement_letter", args=[statement.pk])
    assert "your statement of account is ready" in at_desk.get(told).text
    for _ in range(2):
        assert "goes out within" in at_desk.post(told, follow=True).text
    receipt = reverse("billing:receipt_letter", args=[payment.pk])
    assert "we received your payment" in at_desk.get(receipt).text
    assert at_desk.post(receipt).status_code == 302

    with practice_scope(billed.house.id, person_id=by.person_id):
        assert Letter.objects.filter(kind="STATEMENT").count() == 1
        assert Letter.objects.filter(kind="RECEIPT").count() == 1
        post.held(billed.own, by)
    held = at_desk.get(told).text
    assert ("held back" in held, "Send it" in held) == (True, False)


def test_who_cannot_be_reached_is_told_so(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        statement = at.statement(billed.own, by)
    told = reverse("billing:statement_letter", args=[statement.pk])

    assert "No e-mail address" in at_desk.get(told).text
    answer = at_desk.post(told)
    assert (answer.status_code, "Look at how the client is reached" in answer.text) == (422, True)


def test_words_are_previewed_saved_and_put_back(as_administrator: Browser, billed: Billed) -> None:
    typed: dict[str, Any] = {"subject": "News from {practice}", "body": "Hello <b>you</b>"}

    looked = as_administrator.post(WORDS, {**typed, "preview": "1"})
    assert "News from Harbor Lane" in looked.text
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in looked.text
    with practice_scope(billed.house.id):
        assert not LetterWording.objects.exists()
    wrong = as_administrator.post(WORDS, {**typed, "body": "Dear {name}"})
    assert (wrong.status_code, "{name} is no placeholder" in wrong.text) == (422, True)
    assert "Dear {name}" in wrong.text
    saved = as_administrator.post(WORDS, typed, follow=True)
    assert "Version 1" in saved.text
    assert "Your own, version 1" in as_administrator.get("/letters/words/").text
    back = as_administrator.post(f"{WORDS}usual/", follow=True)
    assert "The usual words are back" in back.text
    assert as_administrator.get("/letters/words/love/").status_code == 404


def test_a_practice_words_its_links_to_pay(as_administrator: Browser) -> None:
    page, typed = "/letters/words/pay-link/", {"subject": "News", "body": "Here"}

    assert "until March 17, 2026" in as_administrator.get(page).text
    wrong = as_administrator.post(page, typed)
    assert (wrong.status_code, "Put {link} where" in wrong.text) == (422, True)
    looked = as_administrator.post(page, {**typed, "body": "Here: {link}", "preview": "1"})
    assert "Here: https://example.com/pay/…" in looked.text
    saved = as_administrator.post(page, {**typed, "body": "Here: {link}"}, follow=True)
    assert "Version 1" in saved.text
    listed = as_administrator.get("/letters/words/").text
    assert "Your own, version 1" in listed
    assert "here is the page that you expect" in listed


def test_therapists_see_no_letters(as_therapist: Browser, written: Letter) -> None:
    assert as_therapist.get(BOARD).status_code == 403
    assert as_therapist.post(reverse("billing:letter_repeat", args=[written.pk])).status_code == 403


def test_a_client_of_no_name_is_no_client(at_desk: Browser, written: Letter) -> None:
    again = reverse("billing:letter_repeat", args=[written.pk])

    assert at_desk.post(again, {"client": "x"}).status_code == 404
