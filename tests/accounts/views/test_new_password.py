"""Choosing a new password on the pages: where it is due, by one's own wish, by an order."""

from collections.abc import Callable
from datetime import timedelta
from unicodedata import normalize

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, PasswordDue, SignInSession, User
from accounts.password_rules import LENGTH_MAX
from accounts.services import totp, users
from accounts.sessions import MFA_AT, SessionStore
from accounts.views.entering import TICKET_COOKIE
from tests.accounts.conftest import SignInPerson
from tests.accounts.views.test_signin import give_password
from tests.houses import PASSWORD, user_of

NEXT = "kestrel lantern nutmeg quartz"
TYPED = {"new_password": NEXT, "new_password_again": NEXT}
STEP = "/sign-in/new-password/"
OWN = "/you/password/"


@pytest.fixture
def due(person: SignInPerson) -> SignInPerson:
    """The front desk, whose administrator asked for a new password."""
    User.objects.filter(pk=person.user.pk).update(password_due=PasswordDue.ORDERED)
    return person


def both_steps(browser: Client, due: SignInPerson, query: str = "") -> str:
    """Take both steps, and return where they lead."""
    step = give_password(browser, due.user, due.password, query)
    answer = browser.post(step, {"code": due.code(timezone.now())})
    return str(answer["Location"])


def key_of(browser: Client) -> str:
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def test_both_steps_lead_to_a_new_password_and_open_no_session(
    browser: Client, due: SignInPerson
) -> None:
    assert both_steps(browser, due) == STEP

    page = browser.get(STEP).content.decode()
    assert "An administrator asked for it." in page
    assert "At least 12 characters" in page
    assert settings.SESSION_COOKIE_NAME not in browser.cookies
    assert not SignInSession.objects.exists()


def test_the_longest_password_is_set_and_signs_in_as_any_keyboard_types_it(
    browser: Client, due: SignInPerson
) -> None:
    both_steps(browser, due)
    syllables = "".join(chr(0xAC01 + 28 * number) for number in range(LENGTH_MAX))
    apart = normalize("NFD", syllables)
    assert len(apart) == 3 * LENGTH_MAX

    browser.post(STEP, {"new_password": apart, "new_password_again": apart})

    assert give_password(Client(), due.user, apart) == reverse("accounts:sign_in_code")
    assert give_password(Client(), due.user, syllables) == reverse("accounts:sign_in_code")


@pytest.mark.parametrize("path", ["/", "/people/", "/you/", OWN, "/practice/", "/stay/"])
def test_nothing_opens_before_the_new_password(
    browser: Client, due: SignInPerson, path: str
) -> None:
    both_steps(browser, due)

    answer = browser.post(path) if path == "/stay/" else browser.get(path)

    assert answer["Location"].startswith(reverse("accounts:sign_in"))


def test_the_new_password_opens_the_session(browser: Client, due: SignInPerson) -> None:
    both_steps(browser, due, "?next=/invoices/")

    answer = browser.post(STEP + "?next=/invoices/", TYPED)

    assert answer["Location"] == "/invoices/"
    assert MFA_AT in SessionStore(key_of(browser))
    assert browser.cookies[TICKET_COOKIE].value == ""
    assert browser.post("/stay/").status_code == 204


def test_without_the_second_step_there_is_no_new_password(
    browser: Client, due: SignInPerson
) -> None:
    step = give_password(browser, due.user, due.password)

    assert browser.get(STEP)["Location"] == step
    assert browser.post(STEP, TYPED)["Location"] == step
    assert users.is_password_of(User.objects.get(pk=due.user.pk), due.password)


def test_whose_password_is_not_due_is_asked_for_none(browser: Client, person: SignInPerson) -> None:
    step = give_password(browser, person.user, person.password)

    assert browser.post(STEP, TYPED)["Location"] == step


def test_the_second_step_is_not_asked_twice(browser: Client, due: SignInPerson) -> None:
    both_steps(browser, due)

    for route in ("sign_in_code", "sign_in_recovery", "enroll"):
        assert browser.get(reverse(f"accounts:{route}"))["Location"] == STEP


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"new_password": "short", "new_password_again": "short"}, "Use at least 12 characters."),
        ({"new_password": NEXT, "new_password_again": "other"}, "The two are not the same."),
        (
            {"new_password": PASSWORD, "new_password_again": PASSWORD},
            "You had this password before.",
        ),
        ({}, "Type a new password."),
    ],
)
def test_what_is_wrong_is_said_in_place_and_never_repeated(
    browser: Client, due: SignInPerson, typed: dict[str, str], said: str
) -> None:
    both_steps(browser, due)

    answer = browser.post(STEP, typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert not typed or typed["new_password"] not in page


def test_a_first_sign_in_shows_the_codes_and_then_asks(
    browser: Client, newcomer: User, person: SignInPerson
) -> None:
    User.objects.filter(pk=newcomer.pk).update(password_due=PasswordDue.ORDERED)
    step = give_password(browser, newcomer, person.password)
    secret = totp.secret_to_show(newcomer) or ""

    answer = browser.post(step, {"code": totp.code_at(secret, timezone.now())})

    assert answer.content.decode().count('<li class="code">') == 10
    assert f'href="{STEP}"' in answer.content.decode()
    assert not SignInSession.objects.exists()
    assert browser.post(STEP, TYPED)["Location"] == reverse("accounts:home")


SignedIn = Callable[[Membership], Client]


def test_ones_own_password_is_changed_and_this_browser_stays(
    signed_in: SignedIn, front_desk: Membership
) -> None:
    own, other = signed_in(front_desk), signed_in(front_desk)
    before = key_of(own)

    answer = own.post(OWN, {"present_password": PASSWORD, **TYPED})

    assert answer["Location"] == reverse("accounts:you")
    assert own.post("/stay/").status_code == 204
    assert key_of(own) != before
    assert not SessionStore(before).load()
    assert other.post("/stay/")["Location"].endswith("why=password")
    assert users.is_password_of(user_of(front_desk), NEXT)


def test_a_wrong_present_password_changes_nothing(
    signed_in: SignedIn, front_desk: Membership
) -> None:
    answer = signed_in(front_desk).post(OWN, {"present_password": "no", **TYPED})

    assert (answer.status_code, "not your present password" in answer.content.decode()) == (
        422,
        True,
    )
    assert users.is_password_of(user_of(front_desk), PASSWORD)


def test_a_code_is_asked_before_the_form_and_passwords_are_not_repeated(
    signed_in: SignedIn, person: SignInPerson, front_desk: Membership
) -> None:
    own = signed_in(front_desk)
    session = SessionStore(key_of(own))
    session[MFA_AT] -= 600
    session.save()

    asked = own.get(OWN).content.decode()
    sent = own.post(OWN, {"present_password": PASSWORD, **TYPED}).content.decode()
    shown = own.post(OWN, {"step_up_code": person.code(timezone.now())})

    assert "step_up_code" in asked
    assert "step_up_code" in sent
    assert NEXT not in sent
    assert PASSWORD not in sent
    assert shown["Location"] == OWN
    assert "present_password" in own.get(OWN).content.decode()


def test_an_order_ends_the_colleagues_sessions(
    signed_in: SignedIn, administrator: Membership, front_desk: Membership
) -> None:
    theirs = signed_in(front_desk)
    path = reverse("accounts:password_order", kwargs={"member_id": front_desk.pk})

    asked = signed_in(administrator).get(path).content.decode()
    assert theirs.post("/stay/").status_code == 204
    signed_in(administrator).post(path)

    assert "They are signed out everywhere now." in asked
    assert theirs.post("/stay/")["Location"].endswith("why=ordered")
    assert user_of(front_desk).password_due == PasswordDue.ORDERED


def test_a_password_is_due_by_the_clock_at_sign_in(
    browser: Client, person: SignInPerson, signed_in: SignedIn, administrator: Membership
) -> None:
    """Changing the rule by the page, then the age: from the 90th day on a new one is asked for."""
    rules = {"rotation": "90", "idle_minutes": "10", "sessions_max": "3"}
    rules_page = signed_in(administrator)
    rules_page.post("/sign-in-rules/", {**rules, "seen": "None 10 3"})
    age = timezone.now() - timedelta(days=90) + timedelta(seconds=30)
    User.objects.filter(pk=person.user.pk).update(password_changed_at=age)
    in_time = both_steps(browser, person)
    User.objects.filter(pk=person.user.pk).update(password_changed_at=age - timedelta(minutes=1))
    later = Client()
    step = give_password(later, person.user, person.password)

    answer = later.post(step, {"code": person.code(timezone.now() + timedelta(seconds=30))})

    assert (in_time, answer["Location"]) == ("/", STEP)
