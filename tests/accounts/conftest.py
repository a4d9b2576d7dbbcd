"""A person of the practice with a second factor, and a browser that is nobody's yet."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import Membership, User
from accounts.services import totp
from tests.houses import PASSWORD, user_of

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SignInPerson:
    """Somebody who can sign in, and the secret of their app."""

    user: User
    secret: str
    password: str = PASSWORD

    def code(self, at: datetime = NOW) -> str:
        return totp.code_at(self.secret, at)


@pytest.fixture
def person(front_desk: Membership) -> SignInPerson:
    """The front desk's user, with a confirmed authenticator app."""
    user = user_of(front_desk)
    secret = totp.new_secret()
    totp.install(user=user, secret=secret, now=NOW)
    return SignInPerson(user, secret)


@pytest.fixture
def newcomer(therapist: Membership) -> User:
    """The therapist's user, who has not signed in yet."""
    return user_of(therapist)


@pytest.fixture
def browser() -> Client:
    return Client()
