"""Codes of an authenticator app."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import TotpDevice
from accounts.services import totp
from accounts.services.totp import CodeAlreadyUsed, WrongCode
from tests.accounts.conftest import NOW, SignInPerson

# RFC 6238, appendix B: the SHA-1 secret "12345678901234567890", cut to six digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, datetime.fromtimestamp(seconds, UTC)) == code


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(person: SignInPerson, steps: int) -> None:
    shown = NOW + timedelta(seconds=30 * steps)

    totp.verify(user=person.user, code=person.code(shown), now=NOW)

    device = TotpDevice.objects.get(user=person.user)
    assert device.last_step == int(shown.timestamp()) // 30


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_not_be_two_steps_off(person: SignInPerson, steps: int) -> None:
    shown = NOW + timedelta(seconds=30 * steps)

    with pytest.raises(WrongCode):
        totp.verify(user=person.user, code=person.code(shown), now=NOW)


def test_a_code_works_once(person: SignInPerson) -> None:
    totp.verify(user=person.user, code=person.code(), now=NOW)

    with pytest.raises(CodeAlreadyUsed):
        totp.verify(user=person.user, code=person.code(), now=NOW)


def test_an_older_code_is_refused_after_a_newer_one(person: SignInPerson) -> None:
    newer, older = NOW + timedelta(seconds=30), NOW - timedelta(seconds=30)
    totp.verify(user=person.user, code=person.code(newer), now=NOW)

    with pytest.raises(CodeAlreadyUsed):
        totp.verify(user=person.user, code=person.code(older), now=NOW)


@pytest.mark.parametrize("shape", ["{0} ", " {0}", "{0}\n", "{0}0", "+{0}", ""])
def test_only_six_digits_are_a_code(person: SignInPerson, shape: str) -> None:
    with pytest.raises(WrongCode):
        totp.verify(user=person.user, code=shape.format(person.code()), now=NOW)


def test_digits_of_other_scripts_are_no_code(person: SignInPerson) -> None:
    arabic = person.code().translate({ord("0") + n: 0x0660 + n for n in range(10)})

    with pytest.raises(WrongCode):
        totp.verify(user=person.user, code=arabic, now=NOW)


def test_the_secret_is_not_readable_in_the_database(person: SignInPerson) -> None:
    held = bytes(TotpDevice.objects.values_list("secret", flat=True).get(user=person.user))

    assert person.secret.encode() not in held
    assert TotpDevice.objects.get(user=person.user).secret == person.secret


def test_the_square_code_names_the_person_and_the_secret(person: SignInPerson) -> None:
    address = totp.address(user=person.user, secret=person.secret)

    assert address.startswith("otpauth://totp/Quietledger:front-desk%40harbor-lane.example?")
    assert f"secret={person.secret}" in address
