"""Passkeys: what a device has to show, and everything that is not it."""

import json
from datetime import timedelta

import pytest

from accounts.models import Passkey, PasskeyChallenge, User
from accounts.services import passkeys
from accounts.services.passkeys import (
    NoPasskey,
    PasskeyCountedBack,
    PasskeyKnown,
    PasskeyRefused,
    Purpose,
)
from tests.accounts.authenticator import PRESENT, Authenticator, changed
from tests.accounts.conftest import NOW, SignInPerson

TICKET = "the ticket"
SOON = NOW + timedelta(seconds=60)


def register(user: User, device: Authenticator, name: str = "Blue key") -> Passkey:
    """Add a passkey as a signed-in person does."""
    answer = device.answer(passkeys.ask_for_new(user=user, now=NOW))
    key = passkeys.made(user=user, answer=answer, name=name, now=NOW)
    passkeys.keep(key)
    return key


def asked(user: User, *, purpose: Purpose = Purpose.SIGN_IN) -> passkeys.Question:
    return passkeys.ask_for_proof(user=user, purpose=purpose, now=NOW, bound_to=TICKET)


def prove(user: User, answer: str, *, purpose: Purpose = Purpose.SIGN_IN) -> None:
    passkeys.prove(user=user, purpose=purpose, answer=answer, now=SOON, bound_to=TICKET)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def user(person: SignInPerson, device: Authenticator) -> User:
    """The front desk's user, who has an app and this device."""
    register(person.user, device)
    return person.user


def test_what_a_device_signs_is_taken(user: User, device: Authenticator) -> None:
    prove(user, device.answer(asked(user)))

    assert Passkey.objects.get().last_used_at == SOON


def test_a_device_that_does_not_count_is_taken_again_and_again(
    person: SignInPerson,
) -> None:
    device = Authenticator(step=0)
    register(person.user, device)

    for _ in range(2):
        prove(person.user, device.answer(asked(person.user)))

    assert Passkey.objects.get().sign_count == 0


def test_the_options_ask_for_the_person_themselves(user: User) -> None:
    proof, new = asked(user).options, passkeys.ask_for_new(user=user, now=NOW).options

    assert (proof["rpId"], proof["userVerification"]) == ("localhost", "required")
    assert new["authenticatorSelection"]["userVerification"] == "required"
    assert new["attestation"] == "none"
    assert len(new["excludeCredentials"]) == 1


def test_a_challenge_is_thirty_two_random_bytes(user: User) -> None:
    shown = {asked(user).options["challenge"] for _ in range(3)}

    assert len(shown) == 3
    assert {len(bytes(row.challenge)) for row in PasskeyChallenge.objects.all()} == {32}


FALSE_DEVICES: dict[str, dict[str, object]] = {
    "another origin": {"origin": "http://localhost.evil.example:8000"},
    "another port": {"origin": "http://localhost:8001"},
    "another scheme": {"origin": "https://localhost:8000"},
    "the bare address": {"origin": "http://127.0.0.1:8000"},
    "another domain": {"domain": "evil.example"},
    "another challenge": {"challenge": b"x" * 32},
    "nobody there": {"flags": 0},
    "nobody verified": {"flags": PRESENT},
    "inside another page": {"is_framed": True},
    "somebody else's handle": {"user_handle": b"x" * 16},
}


@pytest.mark.parametrize("wrong", FALSE_DEVICES.values(), ids=FALSE_DEVICES)
def test_what_does_not_fit_is_refused_as_a_proof(
    user: User, device: Authenticator, wrong: dict[str, object]
) -> None:
    for name, value in wrong.items():
        setattr(device, name, value)

    with pytest.raises(PasskeyRefused):
        prove(user, device.answer(asked(user)))
    assert Passkey.objects.get().last_used_at is None


@pytest.mark.parametrize("name", sorted(set(FALSE_DEVICES) - {"somebody else's handle"}))
def test_what_does_not_fit_is_refused_as_a_new_key(person: SignInPerson, name: str) -> None:
    false = Authenticator()
    for attribute, value in FALSE_DEVICES[name].items():
        setattr(false, attribute, value)

    with pytest.raises(PasskeyRefused):
        register(person.user, false)
    assert not Passkey.objects.exists()


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_an_answer_with_a_flipped_bit_is_refused(
    user: User, device: Authenticator, part: str
) -> None:
    for bit in (0, 7, 133, 250):
        with pytest.raises(PasskeyRefused):
            prove(user, changed(device.answer(asked(user)), part, bit=bit))


def test_an_answer_to_one_purpose_does_not_serve_another(user: User, device: Authenticator) -> None:
    for put, taken in [(Purpose.STEP_UP, Purpose.SIGN_IN), (Purpose.SIGN_IN, Purpose.STEP_UP)]:
        with pytest.raises(PasskeyRefused):
            prove(user, device.answer(asked(user, purpose=put)), purpose=taken)


def test_an_answer_to_one_ticket_does_not_serve_another(user: User, device: Authenticator) -> None:
    answer = device.answer(asked(user))

    with pytest.raises(PasskeyRefused):
        passkeys.prove(
            user=user, purpose=Purpose.SIGN_IN, answer=answer, now=SOON, bound_to="another"
        )


def test_somebody_elses_key_is_refused(user: User, newcomer: User) -> None:
    theirs = Authenticator()
    register(newcomer, theirs)

    with pytest.raises(PasskeyRefused):
        prove(user, theirs.answer(asked(user)))


def test_somebody_elses_challenge_is_refused(
    user: User, newcomer: User, device: Authenticator
) -> None:
    register(newcomer, Authenticator())

    with pytest.raises(PasskeyRefused):
        prove(user, device.answer(asked(newcomer)))


def test_a_challenge_lasts_five_minutes(user: User, device: Authenticator) -> None:
    for seconds, is_taken in [(299, True), (300, False)]:
        answer, at = device.answer(asked(user)), NOW + timedelta(seconds=seconds)
        try:
            passkeys.prove(
                user=user, purpose=Purpose.SIGN_IN, answer=answer, now=at, bound_to=TICKET
            )
        except PasskeyRefused:
            assert not is_taken
        else:
            assert is_taken


@pytest.mark.parametrize(
    "times", [20, pytest.param(1000, marks=pytest.mark.brute)], ids=["a few", "many"]
)
def test_an_answer_is_taken_once(user: User, device: Authenticator, times: int) -> None:
    device.step = 0
    Passkey.objects.update(sign_count=0)
    for held in device.keys.values():
        held.count = 0
    answer = device.answer(asked(user))
    prove(user, answer)

    taken = 0
    for _ in range(times):
        try:
            prove(user, answer)
        except PasskeyRefused:
            continue
        taken += 1

    assert taken == 0


def test_a_challenge_is_used_up_by_a_wrong_answer_too(user: User, device: Authenticator) -> None:
    answer = device.answer(asked(user))
    with pytest.raises(PasskeyRefused):
        prove(user, changed(answer, "signature"))

    with pytest.raises(PasskeyRefused):
        prove(user, answer)


def test_a_copied_key_is_refused_once_it_falls_behind(user: User, device: Authenticator) -> None:
    copy = Authenticator(keys=dict(device.keys))
    for _ in range(3):
        prove(user, device.answer(asked(user)))
    for held in copy.keys.values():
        held.count = 1

    with pytest.raises(PasskeyCountedBack):
        prove(user, copy.answer(asked(user)))
    assert Passkey.objects.get().sign_count == 3


def test_a_count_of_nothing_after_a_count_is_refused(user: User, device: Authenticator) -> None:
    prove(user, device.answer(asked(user)))
    device.step = 0
    for held in device.keys.values():
        held.count = 0

    with pytest.raises(PasskeyCountedBack):
        prove(user, device.answer(asked(user)))


def test_a_forged_count_does_not_lock_the_true_key_out(user: User, device: Authenticator) -> None:
    forged = Authenticator()
    register(user, forged, "Another")
    [held] = forged.keys.values()
    held.count = 2**31
    told = json.loads(forged.answer(asked(user)))
    told["id"] = told["rawId"] = json.loads(device.answer(asked(user)))["id"]

    with pytest.raises(PasskeyRefused):
        prove(user, json.dumps(told))
    prove(user, device.answer(asked(user)))


def test_a_device_refuses_to_be_added_twice(user: User, device: Authenticator) -> None:
    with pytest.raises(LookupError):
        register(user, device)


def test_the_database_holds_a_key_once(user: User, newcomer: User) -> None:
    held = Passkey.objects.get()
    again = Passkey(
        user=newcomer,
        credential_id=held.credential_id,
        public_key=held.public_key,
        sign_count=0,
        is_backed_up=False,
        name="Stolen",
        created_at=NOW,
    )

    with pytest.raises(PasskeyKnown):
        passkeys.keep(again)


def test_nobody_without_a_key_is_asked_for_one(person: SignInPerson) -> None:
    with pytest.raises(NoPasskey):
        asked(person.user)
