"""Answers of devices that come at the same time, against real commits."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connections

from accounts.models import Passkey, User
from accounts.services import factors, passkeys, signin, totp
from accounts.services.factors import OnlyOne
from accounts.services.passkeys import Purpose, Question
from accounts.services.signin import TicketOver
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests
from accounts.tenancy import practice_scope
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import NOW, SignInPerson
from tests.accounts.services.test_passkeys import register
from tests.figures import Tell
from tests.houses import House

pytestmark = pytest.mark.commits
TICKET = "the ticket"

many = pytest.mark.parametrize(
    "count", [12, pytest.param(50, marks=pytest.mark.brute)], ids=["a few", "many"]
)


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Do all of these at the same moment, and count what became of them."""
    start = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        try:
            for alias in ("default", "gate"):
                connections[alias].ensure_connection()
            start.wait(timeout=30)
            act()
        except (CodeRefused, NameRests, OnlyOne, TicketOver) as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))


def asked(user: User) -> Question:
    return passkeys.ask_for_proof(user=user, purpose=Purpose.SIGN_IN, now=NOW, bound_to=TICKET)


def proof(user: User, answer: str) -> Callable[[], None]:
    return lambda: passkeys.prove(
        user=user, purpose=Purpose.SIGN_IN, answer=answer, now=NOW, bound_to=TICKET
    )


@many
def test_one_answer_counts_once(person: SignInPerson, count: int, tell: Tell) -> None:
    device = Authenticator(step=0)
    register(person.user, device)
    answer = device.answer(asked(person.user))

    done = at_once([proof(person.user, answer)] * count)

    tell(f"G17: one answer of a passkey, {count} times at once: {done['done']} taken")
    assert done["done"] == 1


def test_of_two_copies_of_a_key_at_the_same_count_one_counts(person: SignInPerson) -> None:
    device = Authenticator()
    register(person.user, device)
    copies = [
        Authenticator(keys={id: replace(held) for id, held in device.keys.items()})
        for _ in range(8)
    ]

    done = at_once([proof(person.user, copy.answer(asked(person.user))) for copy in copies])

    assert done == {"done": 1, "PasskeyCountedBack": 7}


@many
def test_one_code_counts_once(person: SignInPerson, count: int, tell: Tell) -> None:
    code = person.code()

    done = at_once([lambda: totp.verify(user=person.user, code=code, now=NOW)] * count)

    tell(f"G17: one code, {count} times at once: {done['done']} taken")
    assert done == {"done": 1, "CodeAlreadyUsed": count - 1}


def test_of_an_app_and_a_passkey_at_once_one_is_first(newcomer: User, person: SignInPerson) -> None:
    tickets = [
        signin.give_password(email=newcomer.email, password=person.password, now=NOW).text
        for _ in range(2)
    ]
    code = totp.code_at(totp.secret_to_show(newcomer) or "", NOW)
    question = passkeys.ask_for_new(user=newcomer, now=NOW, bound_to=tickets[0])
    answer = Authenticator().answer(question)

    done = at_once(
        [
            lambda: signin.confirm_passkey(
                ticket=tickets[0], answer=answer, name="Laptop", now=NOW
            ),
            lambda: signin.confirm_device(ticket=tickets[1], code=code, now=NOW),
        ]
    )

    assert done == {"done": 1, "HasOne": 1}
    assert totp.has_device(newcomer) != passkeys.has_any(newcomer)


def test_two_passkeys_that_are_removed_at_once_leave_one(
    person: SignInPerson, practice: House
) -> None:
    user = person.user
    user.totp.delete()
    keys = [register(user, Authenticator(), name).pk for name in ("Blue key", "Green key")]

    def removal(key: object) -> Callable[[], None]:
        def remove() -> None:
            with practice_scope(practice.id, person_id=user.pk):
                factors.remove_passkey(user=user, passkey_id=key, now=NOW)  # type: ignore[arg-type]  # a row's own id

        return remove

    done = at_once([removal(key) for key in keys])

    assert done == {"done": 1, "OnlyOne": 1}
    assert Passkey.objects.filter(user=user).count() == 1
