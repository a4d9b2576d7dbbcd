"""A right that new practices start with comes to the roles of those that were there before it."""

import re
from collections.abc import Iterator

import pytest
from django.db import connections, transaction
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts.models import Role
from accounts.permissions import BUILT_IN_ROLES, Permission
from accounts.selectors import members
from accounts.services import own_roles, roles
from accounts.tenancy import practice_scope
from tests.houses import House

GIVES = "INSERT INTO auth_group_permissions"
MAKES = re.compile(r"CREATE (?:FUNCTION|POLICY|TRIGGER)|GRANT ")
RENAMED = re.compile(r"UPDATE auth_permission [^;]*;")
BY_CODENAME = {right.codename: right for right in Permission}


def statements() -> Iterator[tuple[str, str]]:
    """Yield the name of each migration of accounts with what it runs."""
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app == "accounts":
            run = [str(each.sql) for each in migration.operations if isinstance(each, RunSQL)]
            yield name, "\n".join(run)


GIVING = {
    name: sql
    for name, sql in sorted(statements())
    if GIVES in sql and not MAKES.search(sql) and name > "0016"
}
"""Migrations that give rights and do nothing else, which can therefore run once more."""


def test_there_are_such_migrations() -> None:
    assert len(GIVING) >= 6


@pytest.mark.commits
@pytest.mark.parametrize("migration", GIVING)
def test_built_in_roles_get_a_later_right_and_own_ones_do_not(
    practice: House, migration: str
) -> None:
    """In a practice with people and roles, which the schema's own tests never see."""
    by = practice.people["administrator"]
    given = RENAMED.sub("", GIVING[migration])
    rights = {BY_CODENAME[w] for w in re.findall(r"'(\w+)'", given) if w in BY_CODENAME}
    with practice_scope(practice.id, person_id=by.person_id):
        before = {slug: members.permissions_of(who) for slug, who in practice.people.items()}
        for slug in (role.slug for role in BUILT_IN_ROLES):
            role = Role.objects.get(slug=slug)
            roles.set_permissions(role=role, permissions=before[slug] - rights)
        own = own_roles.copy(
            original=role, name="Stand-in", description="", now=timezone.now(), by=by
        )

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(GIVING[migration])
        cursor.execute(GIVING[migration])

    with practice_scope(practice.id):
        after = {slug: members.permissions_of(who) for slug, who in practice.people.items()}
        codenames = set(own.group.permissions.values_list("codename", flat=True))
    assert all(after[slug] <= before[slug] for slug in before)
    assert rights
    assert rights <= frozenset().union(*after.values())
    assert not {right.codename for right in rights} & codenames
