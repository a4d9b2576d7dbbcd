"""Recovery codes."""

import pytest

from accounts.models import RecoveryCode
from accounts.services import recovery
from accounts.services.recovery import UnknownRecoveryCode
from tests.accounts.conftest import NOW, SignInPerson


def test_there_are_ten_codes_of_a_hundred_and_twenty_bits(person: SignInPerson) -> None:
    codes = recovery.issue(user=person.user)

    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) * 5 for code in codes} == {120}


def test_the_database_holds_only_their_hashes(person: SignInPerson) -> None:
    codes = recovery.issue(user=person.user)

    held = [bytes(row.digest) for row in RecoveryCode.objects.filter(user=person.user)]
    assert {len(digest) for digest in held} == {32}
    assert not any(code.encode() in digest for code in codes for digest in held)


def test_a_code_works_once(person: SignInPerson) -> None:
    code = recovery.issue(user=person.user)[0]
    recovery.redeem(user=person.user, code=code, now=NOW)

    with pytest.raises(UnknownRecoveryCode):
        recovery.redeem(user=person.user, code=code, now=NOW)


def test_new_codes_end_the_old_ones(person: SignInPerson) -> None:
    old = recovery.issue(user=person.user)[0]
    recovery.issue(user=person.user)

    with pytest.raises(UnknownRecoveryCode):
        recovery.redeem(user=person.user, code=old, now=NOW)
