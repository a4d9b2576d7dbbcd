"""Signing in, by the pages."""

import re
from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, SignInSession, User
from accounts.services import members, recovery, totp
from accounts.sessions import MFA_AT, PRACTICE, SessionStore
from accounts.tenancy import installation_scope, practice_scope
from accounts.views.entering import TICKET_COOKIE
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import SignInPerson
from tests.houses import House


def give_password(browser: Client, user: User, password: str, query: str = "") -> str:
    """Send the first step, and return where it leads."""
    answer = browser.post(
        reverse("accounts:sign_in") + query, {"email": user.email, "password": password}
    )
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def sign_in(browser: Client, person: SignInPerson, at: datetime | None = None) -> str:
    """Pass both steps, and return where they lead."""
    step = give_password(browser, person.user, person.password)
    answer = browser.post(step, {"code": person.code(at or timezone.now())})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def session_of(browser: Client) -> SessionStore:
    return SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def test_both_steps_lead_to_the_first_page(browser: Client, person: SignInPerson) -> None:
    assert sign_in(browser, person) == reverse("accounts:home")

    assert session_of(browser)[MFA_AT] <= timezone.now().timestamp()
    assert browser.cookies[TICKET_COOKIE].value == ""


def test_the_password_alone_opens_no_session(browser: Client, person: SignInPerson) -> None:
    step = give_password(browser, person.user, person.password)

    assert step == reverse("accounts:sign_in_code")
    assert settings.SESSION_COOKIE_NAME not in browser.cookies
    assert not SignInSession.objects.exists()
    assert browser.get(reverse("accounts:home")).status_code == 302


def test_the_ticket_cookie_is_out_of_reach_of_scripts_and_other_sites(
    browser: Client, person: SignInPerson
) -> None:
    give_password(browser, person.user, person.password)

    cookie = browser.cookies[TICKET_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 300)


def test_a_wrong_password_is_said_in_place(browser: Client, person: SignInPerson) -> None:
    answer = browser.post(
        reverse("accounts:sign_in"), {"email": person.user.email, "password": "wrong"}
    )

    assert answer.status_code == 422
    assert (
        "This address and password do not belong together, or the address rests"
        in answer.content.decode()
    )
    assert "wrong" not in answer.content.decode()


def test_a_used_code_is_said_in_plain_words(browser: Client, person: SignInPerson) -> None:
    now = timezone.now()
    sign_in(browser, person, now)
    other = Client()
    step = give_password(other, person.user, person.password)

    answer = other.post(step, {"code": person.code(now)})

    assert answer.status_code == 422
    assert re.search(
        r"This code was already used. Wait for the next one, about \d+ second",
        answer.content.decode(),
    )


def test_the_code_page_needs_a_ticket(browser: Client) -> None:
    for step in ("sign_in_code", "sign_in_recovery", "enroll"):
        answer = browser.get(reverse(f"accounts:{step}"))
        assert answer["Location"] == reverse("accounts:sign_in") + "?why=ticket"


def test_a_ticket_that_was_changed_is_no_ticket(browser: Client, person: SignInPerson) -> None:
    step = give_password(browser, person.user, person.password)
    browser.cookies[TICKET_COOKIE] = "x" + browser.cookies[TICKET_COOKIE].value

    assert browser.get(step)["Location"].endswith("?why=ticket")


def test_a_sign_in_takes_a_new_key(browser: Client, person: SignInPerson) -> None:
    planted = SessionStore()
    planted.create()
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(planted.session_key)

    sign_in(browser, person)

    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key
    assert not SessionStore().exists(planted.session_key)


def test_one_is_led_to_where_one_was_heading(browser: Client, person: SignInPerson) -> None:
    step = give_password(browser, person.user, person.password, "?next=/people/")

    answer = browser.post(step, {"code": person.code(timezone.now())})

    assert answer["Location"] == "/people/"


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1", "x"]
)
def test_one_is_never_led_to_another_site(
    browser: Client, person: SignInPerson, target: str
) -> None:
    step = give_password(browser, person.user, person.password, f"?next={target}")

    answer = browser.post(step, {"code": person.code(timezone.now())})

    assert answer["Location"] == reverse("accounts:home")


def test_a_first_sign_in_sets_up_the_app_and_shows_ten_codes(
    browser: Client, newcomer: User, person: SignInPerson
) -> None:
    step = give_password(browser, newcomer, person.password)
    page = browser.get(step).content.decode()
    secret = totp.secret_to_show(newcomer) or ""

    assert step == reverse("accounts:enroll")
    assert "".join(re.findall(r'<p class="code">([^<]*)', page)[0].split()) == secret
    assert "<svg" in page
    assert "style=" not in page
    answer = browser.post(step, {"code": totp.code_at(secret, timezone.now())})
    assert answer.content.decode().count('<li class="code">') == 10
    assert browser.post(reverse("accounts:stay")).status_code == 204


def test_the_code_page_leads_a_newcomer_to_setting_up(
    browser: Client, newcomer: User, person: SignInPerson
) -> None:
    give_password(browser, newcomer, person.password)

    assert browser.get(reverse("accounts:sign_in_code"))["Location"] == reverse("accounts:enroll")


def test_looking_at_the_set_up_page_changes_nothing(
    browser: Client, newcomer: User, person: SignInPerson
) -> None:
    step = give_password(browser, newcomer, person.password)
    before = totp.secret_to_show(newcomer)

    browser.get(step)

    assert totp.secret_to_show(newcomer) == before


def test_a_recovery_code_signs_in(browser: Client, person: SignInPerson) -> None:
    code = recovery.issue(user=person.user)[0]
    give_password(browser, person.user, person.password)
    page = browser.get(reverse("accounts:sign_in_recovery"))

    answer = browser.post(reverse("accounts:sign_in_recovery"), {"code": code})

    assert page.status_code == 200
    assert answer["Location"] == reverse("accounts:home")


def test_signing_in_is_on_the_practices_log_and_failing_on_the_installations(
    browser: Client, person: SignInPerson, practice: House
) -> None:
    browser.post(reverse("accounts:sign_in"), {"email": person.user.email, "password": "wrong"})
    sign_in(browser, person)

    with practice_scope(practice.id):
        signed_in = Event.objects.get(action=Action.SIGNED_IN)
        assert signed_in.person_id == person.user.pk
    with installation_scope():
        failed = Event.objects.filter(action=Action.SIGN_IN_FAILED).latest("seq")
        assert failed.facts["reason"] == "wrong password"
        assert person.user.email not in str(failed.facts)
        ticket = Event.objects.filter(action=Action.SIGN_IN_TICKET_ISSUED).latest("seq")
        assert ticket.person_id == person.user.pk


def test_somebody_without_a_practice_does_not_get_in(
    browser: Client, person: SignInPerson, practice: House, front_desk: Membership
) -> None:
    with practice_scope(practice.id):
        Membership.objects.filter(pk=front_desk.pk).update(
            ended_at=timezone.now(), ended_by=practice.automaton
        )
    step = give_password(browser, person.user, person.password)

    answer = browser.post(step, {"code": person.code(timezone.now())})

    assert "You do not belong to this practice any more" in answer.content.decode()
    assert not SignInSession.objects.exists()


@pytest.fixture
def in_two(person: SignInPerson, other_practice: House) -> SignInPerson:
    """The front desk of Harbor Lane, who is an auditor at Summit Row."""

    with practice_scope(other_practice.id):
        members.add(
            person_id=person.user.pk,
            display_name="Also here",
            role=Role.objects.get(slug="auditor"),
            now=timezone.now(),
            by=other_practice.automaton,
        )
    return person


def test_with_two_practices_one_chooses(
    browser: Client, in_two: SignInPerson, other_practice: House
) -> None:
    assert sign_in(browser, in_two) == reverse("accounts:choose_practice")

    page = browser.get(reverse("accounts:choose_practice")).content.decode()
    assert page.index("Harbor Lane") < page.index("Summit Row")
    answer = browser.post(reverse("accounts:choose_practice"), {"practice": str(other_practice.id)})
    assert answer["Location"] == reverse("accounts:home")
    assert session_of(browser)[PRACTICE] == str(other_practice.id)


def test_a_role_in_one_practice_opens_nothing_in_another(
    browser: Client, in_two: SignInPerson, practice: House, other_practice: House
) -> None:
    sign_in(browser, in_two)
    browser.post(reverse("accounts:choose_practice"), {"practice": str(other_practice.id)})
    as_auditor = browser.get(reverse("accounts:log")).status_code
    browser.post(reverse("accounts:choose_practice"), {"practice": str(practice.id)})

    assert (as_auditor, browser.get(reverse("accounts:log")).status_code) == (200, 403)


def test_switching_is_on_the_log_of_where_one_goes(
    browser: Client, in_two: SignInPerson, practice: House, other_practice: House
) -> None:
    sign_in(browser, in_two)
    for house in (practice, other_practice):
        browser.post(reverse("accounts:choose_practice"), {"practice": str(house.id)})

    expected = {practice.id: [Action.SIGNED_IN], other_practice.id: [Action.PRACTICE_ENTERED]}
    for house_id, actions in expected.items():
        with practice_scope(house_id):
            mine = Event.objects.filter(person_id=in_two.user.pk).values_list("action", flat=True)
            assert [action for action in mine if action != Action.DEVICE_KNOWN] == actions


def test_one_cannot_choose_a_practice_that_is_not_ones_own(
    browser: Client, person: SignInPerson, other_practice: House
) -> None:
    sign_in(browser, person)

    answer = browser.post(reverse("accounts:choose_practice"), {"practice": str(other_practice.id)})

    assert answer.status_code == 422
    assert session_of(browser)[PRACTICE] != str(other_practice.id)


def test_a_changed_password_ends_other_sessions(browser: Client, person: SignInPerson) -> None:
    sign_in(browser, person)
    person.user.set_password("another long password")
    person.user.save(update_fields=["password"])

    assert browser.post(reverse("accounts:stay")).status_code == 302


def test_somebody_who_is_signed_in_is_led_past_the_first_step(
    browser: Client, person: SignInPerson
) -> None:
    sign_in(browser, person)

    assert browser.get(reverse("accounts:sign_in"))["Location"] == reverse("accounts:home")
