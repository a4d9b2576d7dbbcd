-- The built-in administrators of practices that exist gain the right. In a new database there is none.

ALTER TABLE accounts_role NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions NO FORCE ROW LEVEL SECURITY;

INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'Change the keys that seal records, and destroy them with a second person', kind.id, 'key_change'
FROM django_content_type AS kind WHERE kind.app_label = 'accounts' AND kind.model = 'role'
ON CONFLICT (content_type_id, codename) DO NOTHING;

INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT role.group_id, permission.id
FROM accounts_role AS role
JOIN auth_permission AS permission ON permission.codename = 'key_change'
JOIN django_content_type AS kind ON kind.id = permission.content_type_id
    AND kind.app_label = 'accounts' AND kind.model = 'role'
WHERE role.slug = 'administrator'
ON CONFLICT (group_id, permission_id) DO NOTHING;

-- With practices there, the new rows wait for their checks, and no table changes while they do.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE auth_group_permissions FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role FORCE ROW LEVEL SECURITY;

-- reverse
SELECT 1;
