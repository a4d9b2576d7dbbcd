"""A house with history and browsers of its people."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from billing.views import pay_base
from tests.billing.conftest import Billed

SignIn = Callable[[Membership], Browser]


@pytest.fixture(autouse=True)
def _many_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests of one minute, which share the count, not run into the limit of an address."""
    monkeypatch.setattr(pay_base, "TRIES_PER_ADDRESS", 10_000)
    monkeypatch.setattr(pay_base, "TRIES_PER_PRACTICE", 10_000)


@pytest.fixture
def at_desk(billed: Billed, front_desk: Membership, signed_in: SignIn) -> Browser:
    return signed_in(front_desk)


@pytest.fixture
def as_accountant(billed: Billed, accountant: Membership, signed_in: SignIn) -> Browser:
    return signed_in(accountant)


@pytest.fixture
def as_therapist(billed: Billed, therapist: Membership, signed_in: SignIn) -> Browser:
    return signed_in(therapist)


@pytest.fixture
def as_auditor(billed: Billed, auditor: Membership, signed_in: SignIn) -> Browser:
    return signed_in(auditor)
