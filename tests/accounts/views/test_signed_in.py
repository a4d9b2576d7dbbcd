"""The list of one's own sessions, and ending them, by the pages."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import KnownDevice, Membership, SecurityPolicy, SignInSession
from accounts.sessions import SessionStore
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import SignInPerson
from tests.houses import House, browser_of, user_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0"


def is_signed_in(browser: Client) -> bool:
    return browser.post(reverse("accounts:stay")).status_code == 204


def sign_in(person: SignInPerson, agent: str, address: str, minutes: int = 0) -> Client:
    """Sign in with a browser of its own; each needs another time, since a code works once."""
    browser = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    given = {"email": person.user.email, "password": person.password}
    step = browser.post(reverse("accounts:sign_in"), given)["Location"]
    code = person.code(timezone.now() + timedelta(seconds=30 * minutes))
    assert browser.post(step, {"code": code}).status_code == 302
    return browser


def rows(person: SignInPerson) -> list[SignInSession]:
    return list(SignInSession.objects.filter(user_id=person.user.pk).order_by("began_at"))


def test_a_session_knows_when_where_and_in_what_it_began(person: SignInPerson) -> None:
    sign_in(person, FIREFOX, "203.0.113.7")

    [row] = rows(person)
    assert (row.device_label, row.address) == ("Firefox on Linux", "203.0.113.7")
    assert row.began_at is not None
    assert abs((timezone.now() - row.began_at).total_seconds()) < 10


def test_a_forwarded_address_is_believed_of_our_own_proxy_only(person: SignInPerson) -> None:
    browser = Client(headers={"X-Forwarded-For": "198.51.100.1"}, REMOTE_ADDR="203.0.113.7")
    given = {"email": person.user.email, "password": person.password}
    step = browser.post(reverse("accounts:sign_in"), given)["Location"]
    browser.post(step, {"code": person.code(timezone.now())})

    assert rows(person)[0].address == "203.0.113.7"


def test_the_page_lists_the_browsers_and_signs_one_out(person: SignInPerson) -> None:
    office = sign_in(person, FIREFOX, "203.0.113.7")
    home = sign_in(person, EDGE, "198.51.100.23", minutes=1)
    page = home.get(reverse("accounts:you")).content.decode()
    other = rows(person)[0]

    answer = home.post(reverse("accounts:session_end", args=[other.handle]))

    assert page.index("Edge on Windows") < page.index("Firefox on Linux")
    assert "203.0.113.7" in page
    assert other.session_key not in page
    assert answer["Location"] == reverse("accounts:you")
    assert (is_signed_in(office), is_signed_in(home)) == (False, True)


def test_signing_out_everywhere_else_is_on_the_log(person: SignInPerson, practice: House) -> None:
    office = sign_in(person, FIREFOX, "203.0.113.7")
    home = sign_in(person, EDGE, "198.51.100.23", minutes=1)

    home.post(reverse("accounts:sessions_end_others"))

    assert (is_signed_in(office), is_signed_in(home)) == (False, True)
    with practice_scope(practice.id):
        told = Event.objects.get(action=Action.SESSION_ENDED_FROM_ELSEWHERE)
    assert told.facts["count"] == 1


def test_a_session_or_device_of_somebody_else_is_not_there(
    front_desk: Membership, accountant: Membership, practice: House
) -> None:
    mine, other = browser_of(front_desk), browser_of(accountant)
    row = SignInSession.objects.get(user_id=user_of(accountant).pk)
    device = KnownDevice.objects.create(
        user=user_of(accountant),
        digest=b"x" * 32,
        label="Firefox",
        created_at=timezone.now(),
        last_used_at=timezone.now(),
    )

    answers = [
        mine.post(reverse("accounts:session_end", args=[row.handle])).status_code,
        mine.post(reverse("accounts:device_forget", args=[device.pk])).status_code,
    ]

    assert answers == [404, 404]
    assert is_signed_in(other)
    assert KnownDevice.objects.filter(pk=device.pk).exists()
    with practice_scope(practice.id):
        assert Event.objects.filter(action=Action.REQUEST_REFUSED).count() == 2


def test_looking_ends_nothing(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    handle = SignInSession.objects.get().handle

    for route, args in (("session_end", [handle]), ("sessions_end_others", []), ("report", [])):
        assert browser.get(reverse(f"accounts:{route}", args=args)).status_code == 405
    assert is_signed_in(browser)


def test_signing_in_beyond_the_limit_ends_the_oldest_and_says_so(
    person: SignInPerson, practice: House
) -> None:
    with practice_scope(practice.id):
        SecurityPolicy.objects.update(sessions_max=1)
    office = sign_in(person, FIREFOX, "203.0.113.7")

    home = sign_in(person, EDGE, "198.51.100.23", minutes=1)

    assert is_signed_in(home)
    page = office.get(reverse("accounts:home"), follow=True).content.decode()
    assert "You were signed out because you signed in elsewhere." in page
    assert not is_signed_in(office)


def test_signing_in_again_in_the_same_browser_is_a_session_of_its_own(
    person: SignInPerson,
) -> None:
    browser = sign_in(person, FIREFOX, "203.0.113.7")
    [first] = rows(person)
    given = {"email": person.user.email, "password": person.password}
    step = browser.post(reverse("accounts:sign_in"), given)["Location"]

    browser.post(step, {"code": person.code(timezone.now() + timedelta(seconds=30))})

    [second] = rows(person)
    assert second.session_key != first.session_key
    assert second.handle != first.handle
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "count", [10, pytest.param(100, marks=pytest.mark.brute)], ids=["a few", "many"]
)
def test_no_key_that_somebody_else_chose_becomes_a_session(
    person: SignInPerson, count: int
) -> None:
    """Unknown keys, and one that an attacker's own session had."""
    for place in range(count):
        planted = SessionStore()
        planted.create()
        key = f"chosen-{place:036}" if place % 2 else str(planted.session_key)
        victim = Client()
        victim.cookies[settings.SESSION_COOKIE_NAME] = key
        given = {"email": person.user.email, "password": person.password}
        step = victim.post(reverse("accounts:sign_in"), given)["Location"]
        type(person.user.totp).objects.update(last_step=0)
        assert victim.post(step, {"code": person.code(timezone.now())}).status_code == 302

        attacker = Client()
        attacker.cookies[settings.SESSION_COOKIE_NAME] = key
        assert not is_signed_in(attacker)
        assert is_signed_in(victim)
