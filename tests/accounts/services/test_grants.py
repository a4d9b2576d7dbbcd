"""Roles changed by two people at the same moment."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest
from django.db import IntegrityError, connections

from accounts.models import Membership, Role, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.services import grants, offboarding, roles
from accounts.services.roles import ChangedMeanwhile, LastAdministrator
from accounts.tenancy import practice_scope
from tests.accounts.conftest import NOW
from tests.houses import House


@pytest.mark.commits
def test_two_administrators_cannot_both_take_the_others_role(practice: House) -> None:
    first, second = practice.people["administrator"], practice.people["auditor"]
    with practice_scope(practice.id):
        both = Role.objects.get(slug="administrator")
        roles.grant(member=second, role=both, now=NOW, by=first)

    def take_back() -> None:
        try:
            with practice_scope(practice.id, person_id=second.person_id):
                grants.hold_exactly(member=first, wanted=[], now=NOW, by=second)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with practice_scope(practice.id, person_id=first.person_id):
            grants.hold_exactly(member=second, wanted=[], now=NOW, by=first)
            late = pool.submit(take_back)
            waited = not wait([late], timeout=0.5).done

        assert waited
        assert isinstance(late.exception(), LastAdministrator)
    with practice_scope(practice.id):
        present = [members.permissions_of(member) for member in (first, second)]
        assert sum(Permission.ROLE_CHANGE in held for held in present) == 1


@pytest.mark.parametrize("how", ["left", "changed"])
def test_what_was_decided_on_a_stale_look_is_refused(practice: House, how: str) -> None:
    by, member = practice.people["administrator"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        seen, wanted = members.roles_of(member), Role.objects.filter(slug="accountant")
        if how == "left":
            offboarding.end(member=member, now=NOW, by=by)
        else:
            roles.withdraw(member=member, role=seen[0], now=NOW, by=by)

        with pytest.raises(grants.HasLeft if how == "left" else ChangedMeanwhile):
            grants.hold_exactly(member=member, wanted=wanted, seen=seen, now=NOW, by=by)

        assert members.roles_of(member) == []


@pytest.mark.commits
def test_two_who_go_round_the_lock_cannot_both_take_the_others_role(practice: House) -> None:
    """As raw statements, at the same moment: the database lets the second wait, and refuses it."""
    first, second = practice.people["administrator"], practice.people["auditor"]
    with practice_scope(practice.id):
        both = Role.objects.get(slug="administrator")
        roles.grant(member=second, role=both, now=NOW, by=first)
    meeting = Barrier(2)

    def take(from_whom: Membership, by: Membership) -> str:
        try:
            with practice_scope(practice.id, person_id=by.person_id):
                RoleGrant.objects.filter(member=from_whom, role=both).update(
                    withdrawn_at=NOW, withdrawn_by=by
                )
                meeting.wait(timeout=5)
        except IntegrityError as refused:
            return str(refused)
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(take, first, second)
        other = pool.submit(take, second, first)

    ended = sorted([one.result(), other.result()])
    assert ended[0] == ""
    assert "somebody must stay who can change roles" in ended[1]
    with practice_scope(practice.id):
        present = [members.permissions_of(member) for member in (first, second)]
        assert sum(Permission.ROLE_CHANGE in held for held in present) == 1
