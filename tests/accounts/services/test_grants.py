"""Roles changed by two people at the same moment."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connections

from accounts.models import Role
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.services import grants, roles
from accounts.services.roles import LastAdministrator
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
