"""Everybody's own page: second steps, recovery codes, and where one is signed in."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, RecoveryCode, TotpDevice
from accounts.services import recovery, totp
from accounts.services.totp import CodeRefused
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import SignInPerson
from tests.accounts.views.test_passkeys import grow_stale
from tests.houses import House, browser_of
from tests.told import said

NEW_APP, APP = "accounts:you_app_new", "accounts:you_app"


@pytest.fixture
def browser(front_desk: Membership) -> Client:
    return browser_of(front_desk)


def words(browser: Client, route: str = "accounts:you") -> str:
    """Return a page's text without its tags."""
    page = browser.get(reverse(route)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def begun(browser: Client, person: SignInPerson) -> str:
    """Begin to set up an app, and return its secret."""
    assert browser.post(reverse(NEW_APP))["Location"] == reverse(APP)
    secret = totp.next_secret_to_show(person.user)
    assert secret
    return secret


def test_the_page_says_how_one_signs_in(browser: Client, person: SignInPerson) -> None:
    recovery.issue(user=person.user)
    RecoveryCode.objects.filter(pk=RecoveryCode.objects.first().pk).update(used_at=timezone.now())  # type: ignore[union-attr]  # just issued

    page = words(browser)

    assert person.user.email in page
    assert "9 of 10 left" in page
    assert "Authenticator app" in page


def test_somebody_without_recovery_codes_is_warned(browser: Client, person: SignInPerson) -> None:
    assert "There are none." in words(browser)


def test_every_page_leads_there(browser: Client) -> None:
    page = browser.get(reverse("accounts:choose_practice") + "x").content.decode()

    assert f'href="{reverse("accounts:you")}"' in page


def test_an_app_is_replaced_once_the_new_one_showed_a_code(
    browser: Client, practice: House, person: SignInPerson
) -> None:
    secret, now = begun(browser, person), timezone.now()
    page = browser.get(reverse(APP)).content.decode()
    assert secret in "".join(re.findall(r'<p class="code">([^<]*)', page)[0].split())

    done = browser.post(reverse(APP), {"code": totp.code_at(secret, now)})

    assert done["Location"] == reverse("accounts:you")
    assert TotpDevice.objects.get(user=person.user).secret == secret
    with pytest.raises(CodeRefused):
        totp.verify(user=person.user, code=person.code(now), now=now)
    with practice_scope(practice.id):
        assert Event.objects.filter(action=Action.MFA_REPLACED).count() == 1
        assert OutgoingMail.objects.get().subject == "Your authenticator app was replaced"


def test_the_old_app_works_until_then(browser: Client, person: SignInPerson) -> None:
    begun(browser, person)
    refused = browser.post(reverse(APP), {"code": "000000"})

    assert refused.status_code == 422
    now = timezone.now()
    totp.verify(user=person.user, code=person.code(now), now=now)


def test_a_code_of_the_old_app_does_not_confirm_the_new_one(
    browser: Client, person: SignInPerson
) -> None:
    secret = begun(browser, person)

    refused = browser.post(reverse(APP), {"code": person.code(timezone.now())})

    assert refused.status_code == 422
    assert TotpDevice.objects.get().secret == person.secret != secret


def test_a_code_that_confirmed_the_new_app_does_not_serve_again(
    browser: Client, person: SignInPerson
) -> None:
    now = timezone.now()
    code = totp.code_at(begun(browser, person), now)
    browser.post(reverse(APP), {"code": code})

    with pytest.raises(CodeRefused):
        totp.verify(user=person.user, code=code, now=now)


def test_each_beginning_makes_another_key(browser: Client, person: SignInPerson) -> None:
    assert begun(browser, person) != begun(browser, person)


def test_the_next_key_is_not_readable_in_the_database(
    browser: Client, person: SignInPerson
) -> None:
    secret = begun(browser, person)

    held = TotpDevice.objects.values_list("next_secret", flat=True).get()
    assert held is not None
    assert secret.encode() not in bytes(held or b"")


def test_the_key_is_not_shown_after_the_second_factor_grew_stale(
    browser: Client, person: SignInPerson
) -> None:
    secret = begun(browser, person)
    grow_stale(browser)

    answer = browser.get(reverse(APP))

    assert answer["Location"] == reverse("accounts:you")
    assert secret[:4] not in answer.content.decode()


def test_new_recovery_codes_are_shown_once_and_the_old_ones_stop(
    browser: Client, practice: House, person: SignInPerson
) -> None:
    old = recovery.issue(user=person.user)
    page = browser.post(reverse("accounts:you_recovery_codes")).content.decode()
    new = re.findall(r'<li class="code">([^<]+)</li>', page)

    assert len(set(new)) == 10
    assert not set(new) & set(old)
    for code, works in [(old[0], False), (new[0], True)]:
        try:
            recovery.redeem(user=person.user, code=code, now=timezone.now())
        except CodeRefused:
            assert not works
        else:
            assert works
    assert browser.get(reverse("accounts:you_recovery_codes")).status_code == 405
    with practice_scope(practice.id):
        event = Event.objects.get(action=Action.RECOVERY_CODES_RENEWED)
        assert said(event) == {"codes": 10}
        assert OutgoingMail.objects.get().subject == "New recovery codes were made"
        assert not any(code in OutgoingMail.objects.get().body for code in new)


def test_a_recovery_code_does_not_step_up(browser: Client, person: SignInPerson) -> None:
    code = recovery.issue(user=person.user)[0]
    grow_stale(browser)

    refused = browser.post(reverse(NEW_APP), {"step_up_code": code})

    assert refused.status_code == 422
    assert "A recovery code does not serve here." in refused.content.decode()
    assert TotpDevice.objects.get().next_secret is None
    assert RecoveryCode.objects.filter(used_at=None).count() == 10
