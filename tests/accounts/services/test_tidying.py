"""What signing in leaves behind goes away once it is over, and nothing before."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db.models import Model

from accounts.models import (
    KnownDevice,
    Membership,
    PasskeyChallenge,
    PasswordReset,
    SignInSession,
    SignInTicket,
    SignInTry,
)
from accounts.services import tidying
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW
from tests.houses import user_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBER = count()

KEPT_FOR: dict[type[Model], timedelta] = {
    SignInSession: timedelta(0),
    SignInTicket: DAY,
    PasskeyChallenge: DAY,
    PasswordReset: DAY,
    SignInTry: 30 * DAY,
    KnownDevice: 365 * DAY,
}


def make(kind: type[Model], member: Membership, age: timedelta) -> Model:
    """Make a row that was over, or last used, that long ago."""
    user, at, mark = user_of(member), NOW - age, next(NUMBER).to_bytes(32, "big")
    values: dict[type[Model], dict[str, Any]] = {
        SignInSession: {"session_key": mark.hex(), "session_data": "", "expire_date": at},
        SignInTicket: {"user": user, "digest": mark, "expires_at": at},
        PasskeyChallenge: {
            "user": user,
            "challenge": mark,
            "purpose": PasskeyChallenge.Purpose.SIGN_IN,
            "expires_at": at,
        },
        PasswordReset: {"user": user, "digest": mark, "asked_at": at, "expires_at": at},
        SignInTry: {"name_hash": mark, "at": at},
        KnownDevice: {
            "user": user,
            "digest": mark,
            "label": "A browser",
            "created_at": at,
            "last_used_at": at,
        },
    }
    return kind._default_manager.create(**values[kind])


@pytest.mark.parametrize("kind", KEPT_FOR)
def test_what_is_over_for_long_enough_goes(kind: type[Model], front_desk: Membership) -> None:
    make(kind, front_desk, KEPT_FOR[kind])
    young = make(kind, front_desk, KEPT_FOR[kind] - HOUR)

    assert tidying.clean_up(now=NOW) == 1

    assert kind._default_manager.get() == young


def test_a_session_that_was_ended_is_kept_a_day_for_its_last_word(front_desk: Membership) -> None:
    for age in (DAY - HOUR, DAY):
        row = make(SignInSession, front_desk, -HOUR)
        SignInSession.objects.filter(pk=row.pk).update(ended_at=NOW - age, end_reason="ended")

    assert tidying.clean_up(now=NOW) == 1


def test_the_log_tells_how_much_it_was_and_nothing_of_nothing(
    front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "BATCH", 2)
    for _ in range(5):
        make(SignInTry, front_desk, 31 * DAY)

    counts = [tidying.clean_up(now=NOW) for _ in range(2)]

    assert counts == [5, 0]
    with installation_scope():
        [told] = Event.objects.filter(action=Action.CLEANED_UP)
    assert told.facts == {"count": 5}
