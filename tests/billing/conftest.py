"""Fixtures of billing's tests: a desk with open books, a client, and a house with history."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Invoice
from clients.models import Client
from clients.services import assignments
from tests.billing import desk as at
from tests.houses import House


@pytest.fixture
def desk(practice: House, front_desk: Membership) -> Iterator[Membership]:
    """Harbor Lane's scope with open books, held for the test; gives who sits at the desk."""
    with practice_scope(practice.id, person_id=front_desk.person_id):
        at.open_books(front_desk)
        yield front_desk
        transaction.set_rollback(True)


@pytest.fixture
def amara(desk: Membership) -> Client:
    """A client of Harbor Lane, C-0001."""
    return at.client(desk)


@dataclass(frozen=True, slots=True)
class Billed:
    """A practice with two clients: the therapist cares for the first one only."""

    house: House
    own: Client
    other: Client
    own_invoice: Invoice
    other_invoice: Invoice


@pytest.fixture
def billed(practice: House, front_desk: Membership, therapist: Membership) -> Billed:
    """Harbor Lane with an invoice of 150.00 for each of two clients, and no scope open."""
    with practice_scope(practice.id, person_id=front_desk.person_id):
        at.open_books(front_desk)
        own, other = at.client(front_desk), at.client(front_desk, "Whitfield")
        assignments.assign(
            client=own, therapist=therapist, starts_on=at.TODAY, now=at.NOW, by=front_desk
        )
        return Billed(
            practice,
            own,
            other,
            at.invoice(own, front_desk),
            at.invoice(other, front_desk),
        )
