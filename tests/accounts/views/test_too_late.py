"""What is sent after the end of a session: never done, and kept only for whoever typed it."""

from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, SignInSession
from accounts.tenancy import practice_scope
from accounts.views import typed
from audit.actions import Action
from tests.accounts.views.drafting import (
    FORM,
    PAGE,
    kept,
    let_it_end,
    on,
    records,
    save,
    shown,
    told,
)
from tests.houses import House, browser_of


@pytest.fixture
def browser(front_desk: Membership) -> Client:
    return browser_of(front_desk)


def test_what_is_sent_too_late_is_kept_for_its_person_and_not_done(
    browser: Client, front_desk: Membership, practice: House
) -> None:
    let_it_end()

    answer = browser.post(PAGE, {**FORM, "csrfmiddlewaretoken": "x"}, headers=on(PAGE))

    assert answer["Location"] == "/sign-in/?why=idle&next=%2Fclients%2Fnew%2F"
    assert records(practice) == 0
    assert shown(browser_of(front_desk)) == {PAGE: {name: [text] for name, text in FORM.items()}}
    assert told(practice, Action.DRAFT_KEPT) == [{"route": "clients:new"}]


def test_the_last_saving_of_a_page_may_come_too_late(
    browser: Client, front_desk: Membership
) -> None:
    let_it_end()

    save(browser, family_name="Ashgrove")

    assert kept(front_desk) == {PAGE: {"family_name": ["Ashgrove"]}}
    assert not SignInSession.objects.exists()


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        ({"client": str(UUID(int=1)), "key": str(UUID(int=2)), "note": " "}, on(PAGE)),
        (FORM, {}),
        (FORM, on("/sign-in/")),
        (FORM, {"referer": "https://elsewhere.example/clients/new/"}),
        (FORM, {"referer": "http://[broken"}),
        ({**FORM, "note": "x" * typed.BYTES_MAX}, on(PAGE)),
    ],
    ids=["nothing typed", "no page", "outside", "another site", "broken", "too long"],
)
def test_what_no_page_of_ours_sent_too_late_is_not_kept(
    browser: Client, practice: House, sent: dict[str, str], headers: dict[str, str]
) -> None:
    let_it_end()

    assert browser.post(PAGE, sent, headers=headers).status_code == 302

    assert told(practice, Action.DRAFT_KEPT) == []


def test_what_another_site_sends_too_late_is_not_kept(
    front_desk: Membership, practice: House
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = browser_of(front_desk).cookies
    let_it_end()

    assert browser.post(PAGE, FORM, headers=on(PAGE)).status_code == 403
    assert told(practice, Action.DRAFT_KEPT) == []


def test_a_card_number_sent_too_late_is_not_kept(browser: Client, practice: House) -> None:
    let_it_end()

    answer = browser.post(PAGE, {**FORM, "phone": "4242424242424242"}, headers=on(PAGE))

    assert answer.status_code == 422
    assert told(practice, Action.DRAFT_KEPT) == []


def test_a_password_sent_too_late_is_not_kept(browser: Client, practice: House) -> None:
    let_it_end()
    sign_in = {"email": "a@b.example", "password": "correct horse"}

    browser.post(reverse("accounts:sign_in"), sign_in, headers=on(PAGE))

    assert told(practice, Action.DRAFT_KEPT) == []


def test_what_somebody_sent_after_they_had_left_is_not_kept(
    browser: Client, practice: House, front_desk: Membership
) -> None:
    with practice_scope(practice.id):
        Membership.objects.filter(pk=front_desk.pk).update(
            ended_at=timezone.now(), ended_by=practice.automaton
        )
    let_it_end()

    browser.post(PAGE, FORM, headers=on(PAGE))

    assert told(practice, Action.DRAFT_KEPT) == []


def test_what_is_sent_after_signing_out_is_nobodys(browser: Client, practice: House) -> None:
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post(reverse("accounts:sign_out"))
    browser.cookies[settings.SESSION_COOKIE_NAME] = key

    browser.post(PAGE, FORM, headers=on(PAGE))

    assert told(practice, Action.DRAFT_KEPT) == []


def test_a_page_asked_for_too_late_is_led_back_to_with_its_ids(browser: Client) -> None:
    let_it_end()
    invoice = UUID(int=1)

    answer = browser.get(f"/payments/new/?invoice={invoice}&note=x")

    assert answer["Location"] == (
        f"/sign-in/?why=idle&next=%2Fpayments%2Fnew%2F%3Finvoice%3D{invoice}"
    )
