"""The seat that every request takes: what it says, and what it costs."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.permissions import BUILT_IN_ROLES, BuiltInRole, Permission
from accounts.selectors import seats
from accounts.services import own_roles
from accounts.tenancy import practice_scope
from tests.accounts.services.asking import ask
from tests.houses import House


def seat_of(practice: House, member: Membership, viewed: UUID | None = None) -> seats.Seat:
    with practice_scope(practice.id, person_id=member.person_id):
        seat = seats.taken(now=timezone.now(), viewed=viewed)
        assert seat
        return seat


def role(practice: House, slug: str) -> Role:
    with practice_scope(practice.id):
        return Role.objects.get(slug=slug)


@pytest.mark.parametrize("built_in", BUILT_IN_ROLES, ids=lambda role: role.slug)
def test_a_seat_holds_what_its_roles_hold(practice: House, built_in: BuiltInRole) -> None:
    seat = seat_of(practice, practice.people[built_in.slug])

    assert seat.permissions == built_in.permissions
    assert seat.role_names == [built_in.name]
    assert seat.viewed is None


@pytest.mark.parametrize("is_looking", [False, True])
def test_it_takes_two_queries_also_while_one_looks_as_a_role(
    practice: House, administrator: Membership, is_looking: bool
) -> None:
    viewed = role(practice, "therapist").pk if is_looking else None
    with practice_scope(practice.id, person_id=administrator.person_id):
        with CaptureQueriesContext(connection) as queries:
            seats.taken(now=timezone.now(), viewed=viewed)

        assert len(queries) == 2


def test_looking_as_a_role_gives_no_right(practice: House, administrator: Membership) -> None:
    seat = seat_of(practice, administrator, role(practice, "front-desk").pk)

    assert Permission.CLIENT_VIEW not in seat.permissions
    assert seat.role_names == ["Administrator"]
    assert seat.viewed
    assert Permission.CLIENT_VIEW in seat.viewed.permissions


def test_nobody_else_and_no_retired_or_foreign_role_is_looked_as(
    practice: House, other_practice: House, administrator: Membership, auditor: Membership
) -> None:
    with practice_scope(practice.id, person_id=administrator.person_id):
        now = timezone.now()
        retired = own_roles.copy(
            original=Role.objects.get(slug="therapist"),
            name="Gone",
            description="",
            now=now,
            by=administrator,
        )
        own_roles.retire(role=retired, now=now, by=administrator)
    foreign, own = role(other_practice, "therapist"), role(practice, "therapist")

    assert seat_of(practice, auditor, own.pk).viewed is None
    assert seat_of(practice, administrator, retired.pk).viewed is None
    assert seat_of(practice, administrator, foreign.pk).viewed is None


def test_what_waits_is_counted_for_those_who_may_answer(
    practice: House, front_desk: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        ask(front_desk, now=timezone.now())

    waiting = {
        slug: seat_of(practice, member).approvals_waiting
        for slug, member in practice.people.items()
    }

    assert waiting == {
        "administrator": 1,
        "accountant": 1,
        "front-desk": 0,
        "therapist": 0,
        "auditor": 0,
    }
