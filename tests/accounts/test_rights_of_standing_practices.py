"""A right that new practices start with comes to the roles of those that were there before it."""

import re
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
GIVES = "INSERT INTO auth_group_permissions"
MAKES = re.compile(r"CREATE (?:FUNCTION|POLICY|TRIGGER)|GRANT ")
BY_CODENAME = {right.codename: right for right in Permission}


def forward(path: Path) -> str:
    return path.read_text(encoding="utf-8").split(REVERSE)[0]


GIVING = [
    path
    for path in sorted(MIGRATIONS.glob("00*.sql"))
    if GIVES in forward(path) and not MAKES.search(forward(path))
]
"""Migrations that give rights and do nothing else, which can therefore run once more."""


def test_there_are_such_migrations() -> None:
    assert len(GIVING) >= 6


@pytest.mark.commits
@pytest.mark.parametrize("path", GIVING, ids=lambda path: path.stem)
def test_built_in_roles_get_a_later_right_and_own_ones_do_not(practice: House, path: Path) -> None:
    """In a practice with people and roles, which the schema's own tests never see."""
    by = practice.people["administrator"]
    rights = {BY_CODENAME[w] for w in re.findall(r"'(\w+)'", forward(path)) if w in BY_CODENAME}
    with practice_scope(practice.id, person_id=by.person_id):
        before = {slug: members.permissions_of(who) for slug, who in practice.people.items()}
        for slug in (role.slug for role in BUILT_IN_ROLES):
            role = Role.objects.get(slug=slug)
            roles.set_permissions(role=role, permissions=before[slug] - rights)
        own = own_roles.copy(
            original=role, name="Stand-in", description="", now=timezone.now(), by=by
        )

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(forward(path))
        cursor.execute(forward(path))

    with practice_scope(practice.id):
        after = {slug: members.permissions_of(who) for slug, who in practice.people.items()}
        codenames = set(own.group.permissions.values_list("codename", flat=True))
    assert all(after[slug] <= before[slug] for slug in before)
    assert rights
    assert rights <= frozenset().union(*after.values())
    assert not {right.codename for right in rights} & codenames
