"""Passkeys, by the pages: signing in, setting up, stepping up, and one's own list of them."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail, User
from accounts.services import passkeys, totp
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import installation_scope
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import SignInPerson
from tests.accounts.views.test_signin import give_password

HERE = "localhost:8000"


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def stranger_browser() -> Client:
    """A browser in which nobody is signed in, at that address."""
    return Client(HTTP_HOST=HERE)


@pytest.fixture
def holder(person: SignInPerson, device: Authenticator) -> SignInPerson:
    """The front desk, with an app and this device."""
    now = timezone.now()
    answer = device.answer(passkeys.ask_for_new(user=person.user, now=now))
    passkeys.keep(passkeys.made(user=person.user, answer=answer, name="Blue key", now=now))
    return person


def ask(browser: Client, route: str) -> dict[str, Any]:
    """Ask as the script does, and return the question."""
    answer = browser.post(reverse(f"accounts:{route}"))
    assert answer.status_code == 200, answer.content
    question: dict[str, Any] = json.loads(answer.content)
    return question


def send(browser: Client, route: str, answer: str, **more: str) -> Any:
    return browser.post(reverse(f"accounts:{route}"), {"passkey": answer, **more})


def grow_stale(browser: Client) -> None:
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] -= 301
    session.save()


def test_a_passkey_signs_in_and_leads_to_where_one_was_heading(
    stranger_browser: Client, holder: SignInPerson, device: Authenticator
) -> None:
    give_password(stranger_browser, holder.user, holder.password)
    answer = device.answer(ask(stranger_browser, "sign_in_passkey_ask"))

    signed_in = stranger_browser.post(
        reverse("accounts:sign_in_passkey") + "?next=/log/", {"passkey": answer}
    )

    assert signed_in["Location"] == "/log/"
    assert stranger_browser.post(reverse("accounts:stay")).status_code == 204


def test_a_wrong_passkey_opens_no_session(stranger_browser: Client, holder: SignInPerson) -> None:
    give_password(stranger_browser, holder.user, holder.password)
    ask(stranger_browser, "sign_in_passkey_ask")

    refused = send(stranger_browser, "sign_in_passkey", "{}")

    assert refused.status_code == 422
    assert "This passkey was not accepted." in refused.content.decode()
    assert settings.SESSION_COOKIE_NAME not in stranger_browser.cookies


def test_a_browser_without_scripts_is_told_what_is_missing(
    stranger_browser: Client, holder: SignInPerson
) -> None:
    give_password(stranger_browser, holder.user, holder.password)

    assert (
        "Your device gave no answer."
        in send(stranger_browser, "sign_in_passkey", "").content.decode()
    )


def test_the_code_page_offers_the_passkey_where_it_works(
    stranger_browser: Client, holder: SignInPerson
) -> None:
    step = give_password(stranger_browser, holder.user, holder.password)
    here = stranger_browser.get(step).content.decode()
    elsewhere = stranger_browser.get(step, HTTP_HOST="127.0.0.1:8000").content.decode()

    assert f'data-passkey="{reverse("accounts:sign_in_passkey_ask")}"' in here
    assert "data-passkey=" not in elsewhere
    assert "http://localhost:8000" in elsewhere


def test_a_person_without_a_passkey_is_offered_none(
    stranger_browser: Client, person: SignInPerson
) -> None:
    step = give_password(stranger_browser, person.user, person.password)

    assert "passkey" not in stranger_browser.get(step).content.decode()
    assert stranger_browser.post(reverse("accounts:sign_in_passkey_ask")).status_code == 404
    assert stranger_browser.get(reverse("accounts:sign_in_passkey"))["Location"] == step


def test_a_person_with_a_passkey_only_is_led_to_it(
    stranger_browser: Client, holder: SignInPerson
) -> None:
    holder.user.totp.delete()
    step = give_password(stranger_browser, holder.user, holder.password)

    assert stranger_browser.get(step)["Location"] == reverse("accounts:sign_in_passkey")
    page = stranger_browser.get(reverse("accounts:sign_in_passkey")).content.decode()
    assert "Use the code of your app" not in page


def test_a_first_sign_in_may_make_a_passkey_and_shows_ten_codes(
    stranger_browser: Client, newcomer: User, person: SignInPerson, device: Authenticator
) -> None:
    step = give_password(stranger_browser, newcomer, person.password)
    assert "Make a passkey" in stranger_browser.get(step).content.decode()
    question = ask(stranger_browser, "sign_in_passkey_ask")

    answer = send(stranger_browser, "enroll_passkey", device.answer(question))

    assert question["is_new"]
    assert answer.content.decode().count('<li class="code">') == 10
    assert stranger_browser.post(reverse("accounts:stay")).status_code == 204
    with installation_scope():
        letters = [(letter.to, letter.subject) for letter in OutgoingMail.objects.all()]
        assert (newcomer.email, "Your second step was set up") in letters
    step = give_password(Client(), newcomer, person.password)
    assert step == reverse("accounts:sign_in_code")


def test_a_wrong_answer_keeps_the_page_of_both_ways(
    stranger_browser: Client, newcomer: User, person: SignInPerson
) -> None:
    give_password(stranger_browser, newcomer, person.password)

    page = send(stranger_browser, "enroll_passkey", "{}").content.decode()

    assert "This passkey was not accepted." in page
    assert (totp.secret_to_show(newcomer) or "")[:4] in page


def test_a_password_alone_sees_nothing_of_an_app_that_is_being_set_up(
    stranger_browser: Client, holder: SignInPerson
) -> None:
    holder.user.totp.delete()
    totp.begin_next(user=holder.user)
    secret = totp.next_secret_to_show(holder.user) or ""
    code = totp.code_at(secret, timezone.now())
    give_password(stranger_browser, holder.user, holder.password)

    for answer in (
        stranger_browser.get(reverse("accounts:enroll")),
        stranger_browser.post(reverse("accounts:enroll"), {"code": ""}),
        stranger_browser.post(reverse("accounts:enroll"), {"code": code}),
        send(stranger_browser, "enroll_passkey", "{}"),
    ):
        assert answer.status_code == 302
        assert secret[:4] not in answer.content.decode()
    assert not totp.has_device(holder.user)
