"""Migration operation that gives built-in roles a right in the practices that are there already."""

from django.db.migrations import RunSQL

GIVES = """
-- The owner is under row security too, and would see no role of any practice.
ALTER TABLE accounts_role NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions NO FORCE ROW LEVEL SECURITY;

INSERT INTO auth_permission (name, content_type_id, codename)
SELECT '{words}', kind.id, '{codename}'
FROM django_content_type AS kind WHERE kind.app_label = 'accounts' AND kind.model = 'role'
ON CONFLICT (content_type_id, codename) DO NOTHING;

INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT role.group_id, permission.id
FROM accounts_role AS role
JOIN auth_permission AS permission ON permission.codename = '{codename}'
JOIN django_content_type AS kind ON kind.id = permission.content_type_id
    AND kind.app_label = 'accounts' AND kind.model = 'role'
WHERE role.slug IN ({roles})
ON CONFLICT (group_id, permission_id) DO NOTHING;

-- With practices there, the new rows wait for their checks, and no table changes while they do.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE auth_group_permissions FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role FORCE ROW LEVEL SECURITY;
"""


def give_right(codename: str, words: str, *, roles: tuple[str, ...]) -> RunSQL:
    """Return the operation that gives the built-in ``roles``, by slug, a right.

    New practices get it from ``permissions.BUILT_IN_ROLES``; own roles are their makers' affair.
    """
    named = ", ".join(f"'{slug}'" for slug in roles)
    return RunSQL(GIVES.format(codename=codename, words=words, roles=named), RunSQL.noop)
