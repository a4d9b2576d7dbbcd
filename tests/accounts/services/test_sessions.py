"""Ending and renewing a person's sessions, and how many they may have."""

import copy
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import pytest
from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import Membership, Role, SecurityPolicy, SignInSession
from accounts.selectors import presence
from accounts.services import members, sessions
from accounts.services.sessions import NoSuchSession
from accounts.sessions import MFA_AT, SessionStore, digest
from accounts.tenancy import practice_scope
from accounts.views.presence import Theme
from accounts.views.signin import WHY
from audit.actions import Action
from audit.models import Event
from tests.figures import Tell
from tests.houses import House, browser_of, user_of

REPLAYS = 20


def key_of(browser: Client) -> str:
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def is_signed_in(browser: Client) -> bool:
    return browser.post(reverse("accounts:stay")).status_code == 204


def with_key(key: str) -> Client:
    """Return another browser that sends this key."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    return thief


def allow(practice: House, count: int) -> None:
    with practice_scope(practice.id):
        SecurityPolicy.objects.update(sessions_max=count)


def test_every_session_of_one_person_ends_and_nobody_elses(
    front_desk: Membership, accountant: Membership
) -> None:
    mine, other = [browser_of(front_desk) for _ in range(3)], browser_of(accountant)

    assert sessions.end_all(user_of(front_desk).pk) == 3

    assert not any(is_signed_in(browser) for browser in mine)
    assert is_signed_in(other)


def test_the_session_that_is_kept_stays(front_desk: Membership) -> None:
    kept, *others = [browser_of(front_desk) for _ in range(3)]

    assert sessions.end_others(user_of(front_desk).pk, keep=key_of(kept)) == 2

    assert is_signed_in(kept)
    assert not any(is_signed_in(browser) for browser in others)


def test_a_hundred_sessions_end_together(front_desk: Membership, tell: Tell) -> None:
    mine = [browser_of(front_desk) for _ in range(100)]
    began = perf_counter()

    sessions.end_all(user_of(front_desk).pk)

    took = perf_counter() - began
    tell(f"signing 100 browsers out took {took * 1000:.0f} ms")
    assert not any(is_signed_in(browser) for browser in mine)


def sign_out(browser: Client, member: Membership) -> None:
    browser.post(reverse("accounts:sign_out"))


def end_all(browser: Client, member: Membership) -> None:
    sessions.end_all(user_of(member).pk)


@pytest.mark.parametrize("end", [sign_out, end_all])
@pytest.mark.parametrize(
    "count", [REPLAYS, pytest.param(1000, marks=pytest.mark.brute)], ids=["a few", "many"]
)
def test_the_cookie_of_a_session_that_ended_opens_nothing(
    front_desk: Membership, end: Callable[[Client, Membership], None], count: int, tell: Tell
) -> None:
    browser = browser_of(front_desk)
    key = key_of(browser)
    end(browser, front_desk)

    opened = sum(is_signed_in(with_key(key)) for _ in range(count))

    tell(f"{opened} of {count} replays of an ended session opened something ({end.__name__})")
    assert opened == 0


@pytest.mark.parametrize("why", ["elsewhere", "ended", "password", "remote", "reported"])
def test_the_next_request_is_told_why_once(front_desk: Membership, why: str) -> None:
    browser = browser_of(front_desk)
    sessions.end_all(user_of(front_desk).pk, why=why)

    page = browser.get(reverse("accounts:home"), follow=True)

    assert WHY[why] in page.content.decode()
    assert not SignInSession.objects.exists()


def test_a_session_that_ended_is_not_brought_back_by_a_request_under_way(
    front_desk: Membership,
) -> None:
    """Nor by a new key: a step-up that was asked for before, for instance."""
    under_way = SessionStore(key_of(browser_of(front_desk)))
    under_way[MFA_AT] = 1
    sessions.end_all(user_of(front_desk).pk)

    with pytest.raises(SessionInterrupted):
        under_way.cycle_key()

    under_way.save()
    assert SignInSession.objects.filter(ended_at=None).count() == 0


def test_changed_rights_bring_a_new_key_with_the_next_answer(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    old = key_of(browser)
    sessions.renew(user_of(front_desk).pk)

    assert is_signed_in(browser)

    assert key_of(browser) != old
    assert not is_signed_in(with_key(old))
    newer = key_of(browser)
    assert is_signed_in(browser)
    assert key_of(browser) == newer


@pytest.mark.parametrize("asks", ["a new key", "something kept"])
def test_what_another_answer_has_overtaken_is_answered_still(
    front_desk: Membership, monkeypatch: pytest.MonkeyPatch, asks: str
) -> None:
    """Two requests with the same cookie: the slower one has done what it did all the same."""
    browser, rival = browser_of(front_desk), browser_of(front_desk)
    rival.cookies = copy.deepcopy(browser.cookies)
    if asks == "a new key":
        sessions.renew(user_of(front_desk).pk)

    def overtaken(view: Theme, request: HttpRequest) -> HttpResponse:
        sessions.renew(user_of(front_desk).pk)
        assert is_signed_in(rival)
        request.session["theme"] = "dark"
        return HttpResponse("done")

    monkeypatch.setattr(Theme, "post", overtaken)
    answer = browser.post(reverse("accounts:theme"))

    assert (answer.status_code, answer.content) == (200, b"done")
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert is_signed_in(rival)
    assert not is_signed_in(browser)


def test_a_request_whose_session_was_ended_meanwhile_is_answered_so(
    front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(front_desk)
    sessions.renew(user_of(front_desk).pk)

    def ended(view: Theme, request: HttpRequest) -> HttpResponse:
        sessions.end_all(user_of(front_desk).pk)
        return HttpResponse("done")

    monkeypatch.setattr(Theme, "post", ended)

    assert browser.post(reverse("accounts:theme")).status_code == 400


def test_a_new_key_is_the_same_session(front_desk: Membership) -> None:
    browser = browser_of(front_desk)
    before = SignInSession.objects.get()
    sessions.renew(user_of(front_desk).pk)

    is_signed_in(browser)

    after = SignInSession.objects.get()
    assert (after.handle, after.began_at, after.expire_date) == (
        before.handle,
        before.began_at,
        before.expire_date,
    )
    assert after.session_key == digest(key_of(browser))


def test_the_database_holds_no_key_that_can_be_used(front_desk: Membership) -> None:
    key = key_of(browser_of(front_desk))

    told = str(SignInSession.objects.values().get())

    assert key not in told
    assert not is_signed_in(with_key(SignInSession.objects.get().session_key))


def test_a_fresh_key_has_a_bit_length_that_nobody_guesses(front_desk: Membership) -> None:
    keys = {key_of(browser_of(front_desk)) for _ in range(50)}

    assert len(keys) == 50
    assert min(len(key) for key in keys) * 6 >= 128


def test_the_oldest_session_ends_at_the_limit(practice: House, front_desk: Membership) -> None:
    allow(practice, 2)
    oldest, older, newest = [browser_of(front_desk) for _ in range(3)]
    user = user_of(front_desk)

    sessions.keep_to_limit(user.pk, now=timezone.now())

    assert [is_signed_in(browser) for browser in (oldest, older, newest)] == [False, True, True]
    with practice_scope(practice.id):
        ended = Event.objects.get(action=Action.SESSION_ENDED)
    assert (ended.person_id, ended.facts["reason"]) == (user.pk, "signed in elsewhere")


def test_a_session_that_is_over_anyway_counts_for_nothing(
    practice: House, front_desk: Membership
) -> None:
    allow(practice, 2)
    awake, asleep, newest = [browser_of(front_desk) for _ in range(3)]
    long_ago = timezone.now() - timedelta(hours=1)
    SignInSession.objects.filter(session_key=digest(key_of(asleep))).update(last_seen_at=long_ago)

    sessions.keep_to_limit(user_of(front_desk).pk, now=timezone.now())

    assert is_signed_in(awake)
    assert is_signed_in(newest)


def test_the_strictest_practice_decides(
    practice: House, other_practice: House, front_desk: Membership
) -> None:
    allow(practice, 3)
    allow(other_practice, 1)
    with practice_scope(other_practice.id):
        members.add(
            person_id=user_of(front_desk).pk,
            display_name="Also here",
            role=Role.objects.get(slug="auditor"),
            now=timezone.now(),
            by=other_practice.automaton,
        )
    browsers = [browser_of(front_desk) for _ in range(3)]

    sessions.keep_to_limit(user_of(front_desk).pk, now=timezone.now())

    assert [is_signed_in(browser) for browser in browsers] == [False, False, True]


def test_a_person_sees_their_own_sessions_this_one_first(
    front_desk: Membership, accountant: Membership
) -> None:
    here, _ = browser_of(front_desk), browser_of(front_desk)
    browser_of(accountant)

    shown = presence.sessions_of(user_of(front_desk).pk, key=key_of(here), now=timezone.now())

    assert [session.is_this for session in shown] == [True, False]


def test_one_ends_ones_own_session_only(
    practice: House, front_desk: Membership, accountant: Membership
) -> None:
    browser = browser_of(accountant)
    handle = SignInSession.objects.get().handle
    mine = user_of(front_desk).pk
    with practice_scope(practice.id, person_id=mine):
        for wanted in (handle, uuid7()):
            with pytest.raises(NoSuchSession):
                sessions.end_one(handle=wanted, person_id=mine)

    assert is_signed_in(browser)
