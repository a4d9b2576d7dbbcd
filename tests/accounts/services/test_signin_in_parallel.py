"""Guesses that come at the same time, against real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections, transaction

from accounts.services import signin, totp, tries
from accounts.services.signin import NotAccepted
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests
from tests.accounts.conftest import NOW, SignInPerson

pytestmark = pytest.mark.commits
THREADS = 12


def at_once(act: Callable[[], object]) -> list[type[BaseException] | None]:
    """Run an act in many threads at the same moment; return what each one raised."""
    start = Barrier(THREADS)

    def one() -> type[BaseException] | None:
        try:
            for alias in ("default", "gate"):
                connections[alias].ensure_connection()
            start.wait(timeout=10)
            act()
        except (NameRests, NotAccepted, CodeRefused, signin.TicketOver) as refused:
            return type(refused)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(THREADS) as pool:
        return [done.result() for done in [pool.submit(one) for _ in range(THREADS)]]


def test_exactly_five_passwords_are_hashed(
    person: SignInPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    real = Argon2PasswordHasher.verify

    def counting(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        hashed.append(password)
        return bool(real(self, password, encoded))

    monkeypatch.setattr(Argon2PasswordHasher, "verify", counting)

    refused = at_once(
        lambda: signin.give_password(email=person.user.email, password="wrong", now=NOW)
    )

    assert len(hashed) == 5
    assert (refused.count(NotAccepted), refused.count(NameRests)) == (5, THREADS - 5)


def test_a_guess_waits_for_those_that_are_being_reserved(person: SignInPerson) -> None:
    def guess() -> None:
        try:
            signin.give_password(email=person.user.email, password=person.password, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(using="gate"):
            for _ in range(5):
                tries.reserve(person.user.email, now=NOW)
            late = pool.submit(guess)
            waited = not wait([late], timeout=0.5).done

        assert waited
        assert isinstance(late.exception(), NameRests)


def test_one_code_signs_in_once(person: SignInPerson) -> None:
    code = person.code()

    refused = at_once(lambda: totp.verify(user=person.user, code=code, now=NOW))

    assert refused.count(None) == 1


def test_one_ticket_opens_once(person: SignInPerson) -> None:
    ticket = signin.give_password(email=person.user.email, password=person.password, now=NOW)
    code = person.code()

    refused = at_once(lambda: signin.give_code(ticket=ticket.text, code=code, now=NOW))

    assert refused.count(None) == 1
