"""Answers that no device gives: all of them are one refusal, and none is a failure of ours."""

import json
import random

import pytest

from accounts.models import User
from accounts.services.passkeys import PasskeyRefused
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import SignInPerson
from tests.accounts.services.test_passkeys import asked, prove, register


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def user(person: SignInPerson, device: Authenticator) -> User:
    register(person.user, device)
    return person.user


def mangled(answer: str, dice: random.Random) -> str:
    """Return an answer that some program or somebody has spoilt."""
    told = json.loads(answer)
    places: list[tuple[dict[str, object], str]] = [(told, name) for name in told if name != "asked"]
    places += [(told["response"], name) for name in told["response"]]
    place, name = dice.choice(places)
    junk: list[object] = [
        None,
        7,
        [],
        {},
        "",
        "\u2603",
        "A" * 9000,
        "AAAA",
        "\x00",
        [[[]]] * 50,
        True,
        "=",
        "e30",
    ]
    place[name] = dice.choice(junk)
    return json.dumps(told)


@pytest.mark.parametrize(
    "times", [60, pytest.param(2000, marks=pytest.mark.brute)], ids=["a few", "many"]
)
def test_spoilt_answers_are_refused_and_nothing_else(
    user: User, device: Authenticator, times: int
) -> None:
    dice = random.Random(20261124)
    for _ in range(times):
        spoilt = mangled(device.answer(asked(user)), dice)
        with pytest.raises(PasskeyRefused):
            prove(user, spoilt)


@pytest.mark.parametrize(
    "answer",
    ["", "{", "[]", "7", "null", '{"asked": 7}', '{"asked": "x"}', "[" * 9000, "x" * 20000],
)
def test_what_is_no_answer_at_all_is_refused(user: User, answer: str) -> None:
    with pytest.raises(PasskeyRefused):
        prove(user, answer)
