"""A right that new practices start with comes to the roles of those that were there before it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Role
from accounts.permissions import BUILT_IN_ROLES, Permission
from accounts.selectors import members
from accounts.services import own_roles, roles
from accounts.tenancy import practice_scope
from audit.sql import REVERSE
from tests.houses import House

MIGRATIONS: Path = settings.BASE_DIR / "accounts" / "migrations"
RIGHTS = {
    "0025_merges_for_standing_practices.sql": Permission.CLIENT_MERGE,
    "0026_releases.sql": Permission.RECORD_RELEASE,
}


@pytest.mark.commits
@pytest.mark.parametrize("file", sorted(RIGHTS))
def test_built_in_roles_get_a_later_right_and_own_ones_do_not(practice: House, file: str) -> None:
    right, by = RIGHTS[file], practice.people["administrator"]
    holders = [role.slug for role in BUILT_IN_ROLES if right in role.permissions]
    with practice_scope(practice.id, person_id=by.person_id):
        for slug in holders:
            role = Role.objects.get(slug=slug)
            held = members.permissions_of(practice.people[slug])
            roles.set_permissions(role=role, permissions=held - {right})
        own = own_roles.copy(
            original=role, name="Stand-in", description="", now=timezone.now(), by=by
        )
    forward = (MIGRATIONS / file).read_text(encoding="utf-8").split(REVERSE)[0]

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(forward)
        cursor.execute(forward)

    with practice_scope(practice.id):
        for slug, person in practice.people.items():
            assert (right in members.permissions_of(person)) == (slug in holders), slug
        codenames = own.group.permissions.values_list("codename", flat=True)
        assert right.codename not in set(codenames)
