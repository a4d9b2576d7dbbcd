"""A link to a new password, followed by many at the same moment."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import OutgoingMail, PasswordReset, PastPassword
from accounts.services import resets, users
from accounts.services.passwords import PasswordRefused
from accounts.services.resets import LinkOver
from accounts.tenancy import installation_scope
from tests.attacks.conftest import Street
from tests.houses import PASSWORD

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)
HANDS = 12


def link_of(email: str) -> str:
    """Ask for a link, let the worker write it, and return what it holds."""
    resets.ask(email=email, now=NOW)
    resets.answer_waiting(now=NOW)
    with installation_scope():
        bodies = [
            letter.body for letter in OutgoingMail.objects.order_by("-id") if letter.to == email
        ]
    return str(bodies[0]).split("/reset/")[1].split("/")[0]


def test_one_of_many_who_follow_a_link_sets_the_password(street: Street) -> None:
    user = users.create(email=f"{uuid4().hex}@harbor-lane.example", password=PASSWORD, now=NOW)
    token, start = link_of(user.email), Barrier(HANDS)

    def follow(number: int) -> str:
        try:
            start.wait(timeout=20)
            password = f"kestrel lantern nutmeg {number} quartz"
            resets.redeem(token=token, password=password, now=NOW)
        except (LinkOver, PasswordRefused):
            return "refused"
        finally:
            connections.close_all()
        return "set"

    with ThreadPoolExecutor(HANDS) as pool:
        told = Counter(pool.map(follow, range(HANDS)))

    assert told == {"set": 1, "refused": HANDS - 1}
    assert PastPassword.objects.filter(user=user).count() == 1


def test_an_ask_that_two_workers_take_is_answered_once(street: Street) -> None:
    user = users.create(email=f"{uuid4().hex}@harbor-lane.example", password=PASSWORD, now=NOW)
    resets.ask(email=user.email, now=NOW)
    start = Barrier(4)

    def answer(_: int) -> None:
        try:
            start.wait(timeout=20)
            resets.answer_waiting(now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(answer, range(4)))

    assert PasswordReset.objects.filter(user=user).count() == 1
