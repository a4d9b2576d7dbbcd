"""When a session is over, to the second, by a clock that the test turns."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import Membership, SignInSession
from accounts.sessions import QUIET_ROUTES, SIGNED_IN_AT, SessionStore
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from clients.models import Client as ClientRecord
from tests.houses import House, browser_of
from tests.test_permissions import routes
from tests.told import said

SECOND = timedelta(seconds=1)
GUESSES = 125
"""Words, each tried as a parameter of the address and of the body, as a header and as a cookie."""

SEED = 20261124
WORDS = re.findall(
    r"\w+",
    "skip timeout reset keep alive extend refresh touch renew idle quiet ping poll background auto"
    " session last seen at activity no expire remember stay active heartbeat ttl max age lifetime",
)
VALUES = ("1", "0", "true", "yes", "no", "-1", "999999999", "null", "2099-01-01T00:00:00Z", "")
NEW_CLIENT = {"family_name": "Ashgrove", "birth_date": "1987-05-14", "contact_wish": "ANY"}


class Clock:
    """The time of the whole product. It stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime.now(tz=timezone.get_default_timezone()).replace(microsecond=0)

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def browser(clock: Clock, front_desk: Membership) -> Client:
    """The front desk's browser, signed in this second."""
    return browser_of(front_desk)


def is_answered(browser: Client) -> bool:
    return browser.post(reverse("accounts:stay")).status_code == 204


def last_seen() -> datetime | None:
    return SignInSession.objects.get().last_seen_at


@pytest.mark.parametrize("limit", [120, 300, 420, 600])
@pytest.mark.parametrize(("after", "answered"), [(-1, True), (0, False), (1, False)])
def test_the_idle_limit_holds_to_the_second(
    browser: Client, clock: Clock, limit: int, after: int, answered: bool
) -> None:
    """One second before the limit is in time; the limit itself is too late already."""
    SignInSession.objects.update(idle_seconds=limit)
    clock.pass_by(limit * SECOND + after * SECOND)

    assert is_answered(browser) is answered
    assert SignInSession.objects.exists() is answered


def test_each_request_starts_the_quiet_minutes_anew(browser: Client, clock: Clock) -> None:
    for _ in range(3):
        clock.pass_by(599 * SECOND)
        assert is_answered(browser)


def test_no_session_is_quiet_for_longer_than_the_installation_allows(
    browser: Client, clock: Clock
) -> None:
    SignInSession.objects.update(idle_seconds=86_400)
    clock.pass_by(601 * SECOND)

    assert not is_answered(browser)


@pytest.mark.parametrize(("left", "answered"), [(1, True), (0, False), (-1, False)])
def test_twelve_hours_are_the_end_however_busy(
    browser: Client, clock: Clock, left: int, answered: bool
) -> None:
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    ends = SignInSession.objects.get().expire_date
    assert ends.timestamp() - SessionStore(key)[SIGNED_IN_AT] == 12 * 3600
    while ends - clock.now > timedelta(minutes=9):
        clock.pass_by(timedelta(minutes=9))
        assert is_answered(browser)
    clock.now = ends - left * SECOND

    assert is_answered(browser) is answered


def test_what_is_sent_too_late_is_not_done(
    browser: Client, clock: Clock, practice: House, front_desk: Membership
) -> None:
    page = reverse("clients:new")
    clock.pass_by(601 * SECOND)

    answer = browser.post(page, NEW_CLIENT, headers={"referer": f"http://testserver{page}"})

    assert answer["Location"] == "/sign-in/?why=idle&next=%2Fclients%2Fnew%2F"
    assert not SignInSession.objects.exists()
    with practice_scope(practice.id):
        assert not ClientRecord.objects.exists()
        ended = Event.objects.filter(action=Action.SESSION_ENDED)
        assert [said(event) for event in ended] == [{"reason": "quiet for too long"}]


def test_the_same_form_is_done_a_second_before(
    browser: Client, clock: Clock, practice: House
) -> None:
    clock.pass_by(599 * SECOND)

    assert browser.post(reverse("clients:new"), NEW_CLIENT).status_code == 302
    with practice_scope(practice.id):
        assert ClientRecord.objects.count() == 1


@pytest.mark.parametrize("route", sorted(QUIET_ROUTES))
def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(
    browser: Client, clock: Clock, route: str
) -> None:
    named = dict(routes())[route].pattern.converters
    address = reverse(route, kwargs=dict.fromkeys(named, uuid7()))
    began = last_seen()
    for _ in range(9):
        clock.pass_by(60 * SECOND)
        assert browser.post(address, {"page": "/clients/new/"}).status_code < 500
        assert browser.get(address).status_code < 500
    assert last_seen() == began

    clock.pass_by(61 * SECOND)
    assert not is_answered(browser)


def guesses() -> Iterator[tuple[str, str]]:
    """Make up names that some other product might obey, and values for them."""
    random = Random(SEED)  # the same guesses in each run
    for _ in range(GUESSES):
        name = random.choice("_- ").join(random.sample(WORDS, random.randint(1, 3)))
        yield name.replace(" ", ""), random.choice(VALUES)


def test_no_guessed_word_makes_a_quiet_request_count(browser: Client, clock: Clock) -> None:
    began, drafts = last_seen(), reverse("accounts:drafts")
    clock.pass_by(300 * SECOND)
    for name, value in guesses():
        header = {f"X-{name.replace('_', '-')}": value}
        browser.cookies[name] = value
        browser.post(f"{drafts}?{name}={value}", {name: value}, headers=header)
        del browser.cookies[name]

    assert last_seen() == began


def test_no_guessed_word_opens_a_session_that_is_over(clock: Clock, front_desk: Membership) -> None:
    browser, stay = browser_of(front_desk), reverse("accounts:stay")
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    [row] = SignInSession.objects.all()
    clock.pass_by(601 * SECOND)
    answered = []
    for name, value in guesses():
        row.save(force_insert=not SignInSession.objects.exists())
        browser.cookies.clear()
        browser.cookies[settings.SESSION_COOKIE_NAME] = key
        browser.cookies[name] = value
        header = {f"X-{name.replace('_', '-')}": value}
        answer = browser.post(f"{stay}?{name}={value}", {name: value}, headers=header)
        answered += [name] if answer.status_code == 204 else []

    assert answered == []
    assert not SignInSession.objects.exists()


def test_the_page_is_told_the_same_limits(browser: Client, clock: Clock) -> None:
    SignInSession.objects.update(idle_seconds=120)
    clock.pass_by(90 * SECOND)

    page = browser.get(reverse("clients:new")).content.decode()

    assert 'data-idle="60"' in page
    assert 'data-warn-after="60"' in page
    assert "Ends after 2 quiet minutes" in page
    ends_in = int(page.split('data-ends-in="')[1].split('"')[0])
    assert abs(ends_in - (12 * 3600 - 90)) <= 1
