"""Sessions: what the cookie and the database hold, and when a session is over."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, SignInSession
from accounts.selectors import doors
from accounts.sessions import PRACTICE, SIGNED_IN_AT, SessionStore, digest
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.houses import House, browser_of
from tests.told import said

IDLE = timedelta(seconds=settings.SESSION_IDLE_SECONDS)


def aged(**times: timedelta) -> None:
    """Let the only session have been seen, or end, that long before now."""
    SignInSession.objects.update(**{name: timezone.now() - age for name, age in times.items()})


def is_signed_in(browser: Client) -> bool:
    return browser.post(reverse("accounts:stay")).status_code == 204


def test_the_database_holds_no_usable_key(front_desk: Membership) -> None:
    key = browser_of(front_desk).cookies[settings.SESSION_COOKIE_NAME].value

    row = SignInSession.objects.get()
    assert row.session_key == digest(key)
    assert key not in row.session_data
    assert len(key) >= 43


def test_the_key_in_the_database_signs_nobody_in(front_desk: Membership) -> None:
    browser_of(front_desk)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = SignInSession.objects.get().session_key

    assert not is_signed_in(thief)


def test_an_unknown_key_is_never_taken_over(db: None) -> None:
    session = SessionStore("attacker-chose-this-key-0000000000000000000")
    session["theme"] = "dark"
    session.save()

    assert not SignInSession.objects.filter(
        session_key=digest("attacker-chose-this-key-0000000000000000000")
    ).exists()


def test_a_session_that_was_deleted_meanwhile_is_not_written_again(front_desk: Membership) -> None:
    key = browser_of(front_desk).cookies[settings.SESSION_COOKIE_NAME].value
    session = SessionStore(key)
    session["theme"] = "dark"
    SignInSession.objects.all().delete()

    with pytest.raises(UpdateError):
        session.save()


def test_a_session_is_awake_a_second_before_the_limit(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    aged(last_seen_at=IDLE - timedelta(seconds=1))

    assert is_signed_in(browser)


def test_a_session_is_over_at_the_limit(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    aged(last_seen_at=IDLE)

    assert not is_signed_in(browser)
    assert not SignInSession.objects.exists()


def test_a_session_is_over_after_twelve_hours_however_busy(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    aged(expire_date=timedelta(0))

    assert not is_signed_in(browser)


def test_a_new_key_gains_no_time(front_desk: Membership) -> None:
    key = browser_of(front_desk).cookies[settings.SESSION_COOKIE_NAME].value
    session = SessionStore(key)
    session[SIGNED_IN_AT] -= 3600
    session.cycle_key()

    row = SignInSession.objects.get()
    assert row.session_key == digest(str(session.session_key)) != digest(key)
    assert row.expire_date - timezone.now() < timedelta(hours=11)


def test_being_here_is_noted_at_most_once_a_second_and_in_one_statement(
    front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(front_desk)
    aged(last_seen_at=timedelta(seconds=5))
    came, seen = timezone.now(), []

    for later in (timedelta(0), timedelta(milliseconds=900), timedelta(seconds=1)):
        monkeypatch.setattr(timezone, "now", lambda later=later: came + later)
        with CaptureQueriesContext(connections["gate"]) as queries:
            browser.post(reverse("accounts:stay"))
        assert len(queries) == 1
        seen.append(SignInSession.objects.get().last_seen_at)

    assert seen == [came, came, came + timedelta(seconds=1)]


@pytest.mark.parametrize(
    ("state", "values"),
    [
        ("quiet for too long", {"last_seen_at": timedelta(hours=1)}),
        ("after its hours", {"expire_date": timedelta(seconds=1), "last_seen_at": timedelta(0)}),
        ("ended", {"ended_at": timedelta(seconds=1), "last_seen_at": timedelta(minutes=1)}),
    ],
)
def test_a_session_that_is_over_is_not_kept_by_being_asked_for(
    front_desk: Membership, state: str, values: dict[str, timedelta]
) -> None:
    """Of two requests at once the second must not find what the first one kept awake."""
    browser_of(front_desk)
    now = timezone.now()
    reason = {"end_reason": "remote"} if "ended_at" in values else {}
    SignInSession.objects.update(**{name: now - ago for name, ago in values.items()}, **reason)
    before = SignInSession.objects.get()

    with connections["gate"].cursor() as cursor:
        cursor.execute(
            "SELECT FROM session_seen(%s, %s, '1 s', '10 min')",
            [before.session_key, now + timedelta(seconds=2)],
        )

    assert SignInSession.objects.get().last_seen_at == before.last_seen_at


def test_a_quiet_route_does_not_keep_a_session_awake(
    front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(front_desk)
    monkeypatch.setattr("accounts.middleware.QUIET_ROUTES", frozenset({"accounts:stay"}))
    aged(last_seen_at=IDLE / 2)
    before = SignInSession.objects.get().last_seen_at

    assert is_signed_in(browser)
    assert SignInSession.objects.get().last_seen_at == before


def test_the_end_of_a_session_is_on_the_log_once(front_desk: Membership, practice: House) -> None:
    browser = browser_of(front_desk)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    aged(last_seen_at=IDLE)
    for _ in range(3):
        browser.cookies[settings.SESSION_COOKIE_NAME] = key
        browser.get(reverse("accounts:sign_in"))

    with practice_scope(practice.id):
        ended = Event.objects.filter(action=Action.SESSION_ENDED)
        assert [(event.person_id, said(event)) for event in ended] == [
            (front_desk.person_id, {"reason": "quiet for too long"})
        ]


def test_the_sign_in_page_says_why_a_session_ended(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    aged(last_seen_at=IDLE)

    answer = browser.get(reverse("accounts:sign_in"))

    assert "nothing had happened for a while" in answer.content.decode()
    assert answer.cookies[settings.SESSION_COOKIE_NAME].value == ""


def test_an_answer_to_an_old_key_does_not_take_the_new_cookie_away(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    old = browser.cookies[settings.SESSION_COOKIE_NAME].value
    SessionStore(old).cycle_key()

    answer = browser.get(reverse("accounts:sign_in"))

    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert not is_signed_in(browser)


def test_signing_out_takes_the_cookie_away(front_desk: Membership) -> None:
    answer = browser_of(front_desk).post(reverse("accounts:sign_out"))

    assert answer.cookies[settings.SESSION_COOKIE_NAME].value == ""


def test_signing_out_ends_the_session_for_good(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value

    browser.post(reverse("accounts:sign_out"))
    browser.cookies[settings.SESSION_COOKIE_NAME] = key

    assert not is_signed_in(browser)


def test_a_session_holds_ids_times_and_choices_only(front_desk: Membership) -> None:
    key = browser_of(front_desk).cookies[settings.SESSION_COOKIE_NAME].value

    data = dict(SessionStore(key).items())

    assert front_desk.display_name not in str(data)
    assert data[PRACTICE] == str(doors.memberships_of(front_desk.person_id or front_desk.pk)[0])
