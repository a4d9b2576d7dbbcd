"""Two who want the same rows in another order: one waits, and neither is thrown out."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.services import grants, roles
from accounts.tenancy import practice_scope
from billing import tasks
from billing.models import CardIntent, Invoice, Payment
from billing.services import checkout
from ledger.money import Money
from tests.attacks.till import Till, till_of
from tests.billing import desk as at
from tests.houses import House
from tests.ledger.elsewhere import elsewhere

pytestmark = pytest.mark.commits

LONG_ENOUGH_SECONDS = 0.4
"""For the other one to take its first lock and wait for the second."""


@pytest.fixture
def till(practice: House, tmp_path: Path, settings: Settings) -> Iterator[Till]:
    with till_of(practice, tmp_path, ["Okonkwo", "Whitfield"]) as till:
        settings.STRIPE_API_BASE = till.simulator.origin
        yield till


def invoiced(till: Till, place: int = 0) -> Invoice:
    with practice_scope(till.house.id):
        return at.invoice(till.clients[place], till.by)


def crossed(
    house: House,
    first: Callable[[], object],
    other: Callable[[], object],
    second: Callable[[], object],
) -> "Future[object]":
    """Do one thing, let another begin elsewhere, and do a second thing before the commit."""
    with ThreadPoolExecutor(1) as pool:
        with practice_scope(house.id):
            first()
            there = elsewhere(pool, house, other)
            wait([there], timeout=LONG_ENOUGH_SECONDS)
            second()
        there.result(timeout=20)
        return there


def test_a_card_payment_that_is_started_again_while_it_settles(till: Till) -> None:
    invoice = invoiced(till)
    page = till.open_page(invoice.pk)
    assert page
    assert page.intent_id
    intent_id, found = page.intent_id, till.pay(page)

    crossed(
        till.house,
        lambda: checkout.intend(invoice=invoice, now=at.NOW, by=till.by),
        lambda: checkout.settle(checkout=found, received_on=at.TODAY, now=at.NOW, by=till.by),
        lambda: checkout.note(intent_id=intent_id, state=checkout.State.CREATED),
    )

    with practice_scope(till.house.id):
        assert CardIntent.objects.get().state == checkout.State.PAID
        assert Payment.objects.get().amount == Money(150_00)


def test_roles_that_two_administrators_take_from_one_member(
    practice: House, accountant: Membership
) -> None:
    with practice_scope(practice.id):
        one, other = Role.objects.get(slug="front-desk"), Role.objects.get(slug="therapist")
        own = Role.objects.get(slug="accountant")
        grants.hold_exactly(
            member=accountant, wanted=[own, one, other], now=at.NOW, by=practice.automaton
        )

    def withdraw(role: Role) -> None:
        roles.withdraw(member=accountant, role=role, now=at.NOW, by=practice.automaton)

    crossed(practice, lambda: withdraw(one), lambda: withdraw(other), lambda: withdraw(other))

    with practice_scope(practice.id):
        assert [role.slug for role in members.roles_of(accountant)] == ["accountant"]


def test_permissions_and_roles_that_change_at_once(practice: House, accountant: Membership) -> None:
    with practice_scope(practice.id):
        role = Role.objects.get(slug="therapist")

    def give(permissions: list[Permission]) -> None:
        roles.set_permissions(role=role, permissions=permissions)

    crossed(
        practice,
        lambda: roles.withdraw(
            member=practice.people["therapist"], role=role, now=at.NOW, by=accountant
        ),
        lambda: give([]),
        lambda: give([Permission.CLIENT_VIEW]),
    )


def test_a_page_that_cannot_be_asked_about_holds_up_no_other(till: Till) -> None:
    first, second = invoiced(till), invoiced(till, 1)
    lost, paid = till.open_page(first.pk), till.open_page(second.pk)
    assert lost
    assert lost.intent_id
    assert paid
    assert paid.intent_id
    till.pay(paid)
    with practice_scope(till.house.id):
        CardIntent.objects.filter(pk=lost.intent_id).update(checkout_id="cs_test_nobody_knows")

    tasks.redrive_practice(practice_id=str(till.house.id))

    with practice_scope(till.house.id):
        assert CardIntent.objects.get(pk=paid.intent_id).state == checkout.State.PAID
        assert CardIntent.objects.get(pk=lost.intent_id).state == checkout.State.OPEN
