ALTER TABLE accounts_role NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions NO FORCE ROW LEVEL SECURITY;

CREATE TABLE new_right (slug text, codename text, words text);
INSERT INTO new_right VALUES
    ('front-desk', 'intake_manage', 'Mend and map what the medical-record system sends'),
    ('administrator', 'ehr_connect', 'Connect the medical-record system');

INSERT INTO auth_permission (name, content_type_id, codename)
SELECT DISTINCT new_right.words, kind.id, new_right.codename
FROM new_right JOIN django_content_type AS kind ON kind.app_label = 'accounts' AND kind.model = 'role'
ON CONFLICT (content_type_id, codename) DO NOTHING;

INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT role.group_id, permission.id
FROM new_right
JOIN accounts_role AS role ON role.slug = new_right.slug
JOIN auth_permission AS permission ON permission.codename = new_right.codename
JOIN django_content_type AS kind ON kind.id = permission.content_type_id
    AND kind.app_label = 'accounts' AND kind.model = 'role'
ON CONFLICT (group_id, permission_id) DO NOTHING;

DROP TABLE new_right;

-- With practices there, the new rows wait for their checks, and no table changes while they do.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE auth_group_permissions FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role FORCE ROW LEVEL SECURITY;

-- reverse
