"""One's own passkeys, by the pages: adding, naming, removing, and stepping up with one."""

from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, Passkey, PasskeyChallenge, User
from accounts.services import passkeys
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import SignInPerson
from tests.accounts.views.test_passkeys import HERE, ask, device, grow_stale, holder, send
from tests.houses import House, browser_of
from tests.told import said

__all__ = ["device", "holder"]


@pytest.fixture
def browser(front_desk: Membership) -> Client:
    """The front desk's browser, at the address where passkeys work."""
    signed_in = browser_of(front_desk)
    signed_in.defaults["HTTP_HOST"] = HERE
    return signed_in


def test_a_passkey_is_added_and_told(
    browser: Client, practice: House, person: SignInPerson, device: Authenticator
) -> None:
    answer = device.answer(ask(browser, "passkey_ask"))

    added = send(browser, "passkey_new", answer, name="Blue key")

    assert added["Location"] == reverse("accounts:you")
    key = Passkey.objects.get(user=person.user)
    assert key.name == "Blue key"
    with practice_scope(practice.id):
        event = Event.objects.get(action=Action.PASSKEY_ADDED)
        assert (event.target_id, event.person_id) == (key.pk, person.user.pk)
        assert OutgoingMail.objects.get().subject == "A passkey was added"


def test_nothing_of_an_answer_is_in_the_log_or_the_letter(
    browser: Client, practice: House, holder: SignInPerson, device: Authenticator
) -> None:
    other = Authenticator()
    send(browser, "passkey_new", other.answer(ask(browser, "passkey_ask")), name="Secret name")

    with practice_scope(practice.id):
        event = Event.objects.get(action=Action.PASSKEY_ADDED)
        assert (event.label, said(event)) == ("", {})
        assert "Secret name" not in OutgoingMail.objects.get().body


def test_adding_one_asks_for_a_fresh_second_factor_and_goes_on(
    browser: Client, holder: SignInPerson
) -> None:
    grow_stale(browser)
    answer = Authenticator().answer(ask(browser, "passkey_ask"))

    asked = send(browser, "passkey_new", answer, name="Green key")
    assert (asked.status_code, Passkey.objects.count()) == (422, 1)

    code = holder.code(timezone.now())
    done = send(browser, "passkey_new", answer, name="Green key", step_up_code=code)
    assert (done.status_code, Passkey.objects.count()) == (302, 2)


def test_a_passkey_steps_up(
    browser: Client, practice: House, holder: SignInPerson, device: Authenticator
) -> None:
    grow_stale(browser)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    route = reverse("accounts:you_recovery_codes")
    page = browser.post(route).content.decode()
    answer = device.answer(ask(browser, "step_up_passkey_ask"))

    done = browser.post(route, {"step_up_passkey": answer})

    assert f'data-passkey="{reverse("accounts:step_up_passkey_ask")}"' in page
    assert done.content.decode().count('<li class="code">') == 10
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != key
    with practice_scope(practice.id):
        shown = Event.objects.get(action=Action.STEP_UP_SHOWN)
        assert said(shown) == {"route": "accounts:you_recovery_codes"}


def test_what_signed_in_does_not_step_up(
    browser: Client, practice: House, holder: SignInPerson, device: Authenticator
) -> None:
    grow_stale(browser)
    question = passkeys.ask_for_proof(
        user=holder.user, purpose=passkeys.Purpose.SIGN_IN, now=timezone.now()
    )

    refused = browser.post(
        reverse("accounts:you_recovery_codes"), {"step_up_passkey": device.answer(question)}
    )

    assert refused.status_code == 422
    assert "This passkey was not accepted." in refused.content.decode()
    with practice_scope(practice.id):
        assert said(Event.objects.get(action=Action.MFA_FAILED)) == {"reason": "wrong passkey"}


def test_asking_changes_nothing_by_looking(browser: Client, holder: SignInPerson) -> None:
    PasskeyChallenge.objects.all().delete()
    for route in ("passkey_ask", "step_up_passkey_ask", "sign_in_passkey_ask"):
        assert browser.get(reverse(f"accounts:{route}")).status_code in (302, 405)

    assert not PasskeyChallenge.objects.exists()


def own(user: User) -> dict[str, UUID]:
    return {"passkey_id": Passkey.objects.get(user=user).pk}


def test_a_passkey_gets_another_name(
    browser: Client, practice: House, holder: SignInPerson
) -> None:
    page = reverse("accounts:passkey", kwargs=own(holder.user))

    browser.post(page, {"name": "<b>Laptop</b>"})

    assert Passkey.objects.get().name == "<b>Laptop</b>"
    assert "<b>Laptop" not in browser.get(page).content.decode()
    with practice_scope(practice.id):
        assert Event.objects.filter(action=Action.PASSKEY_RENAMED).count() == 1


def test_a_passkey_is_removed_and_told(
    browser: Client, practice: House, holder: SignInPerson
) -> None:
    browser.post(reverse("accounts:passkey_removal", kwargs=own(holder.user)))

    assert not Passkey.objects.exists()
    with practice_scope(practice.id):
        assert Event.objects.filter(action=Action.PASSKEY_REMOVED).count() == 1
        assert OutgoingMail.objects.get().subject == "A passkey was removed"


def test_the_only_second_step_is_not_removed(
    browser: Client, practice: House, holder: SignInPerson
) -> None:
    holder.user.totp.delete()

    refused = browser.post(reverse("accounts:passkey_removal", kwargs=own(holder.user)))

    assert refused.status_code == 409
    assert "This is your only second step." in refused.content.decode()
    assert Passkey.objects.exists()
    with practice_scope(practice.id):
        assert not Event.objects.filter(action=Action.PASSKEY_REMOVED).exists()


def test_somebody_elses_passkey_is_not_there(
    browser: Client, holder: SignInPerson, accountant: Membership
) -> None:
    theirs = browser_of(accountant)
    for route in ("passkey", "passkey_removal"):
        page = reverse(f"accounts:{route}", kwargs=own(holder.user))
        assert theirs.post(page, {"name": "Mine"}).status_code == 404

    assert Passkey.objects.get().name == "Blue key"
