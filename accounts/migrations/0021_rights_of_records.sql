-- Practices founded before these rights existed: their built-in roles hold them. In a new database
-- there is none.
ALTER TABLE accounts_role NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions NO FORCE ROW LEVEL SECURITY;

CREATE TABLE new_right (slug text, codename text, words text);
INSERT INTO new_right VALUES
    ('administrator', 'consent_text_change', 'Publish the texts that clients consent to'),
    ('accountant', 'fee_agreement_change', 'Agree on fees with clients'),
    ('accountant', 'fee_agreement_view', 'See agreements about fees'),
    ('front-desk', 'consent_record', 'Record consents and their withdrawal'),
    ('front-desk', 'consent_view', 'See which consents were given'),
    ('front-desk', 'coverage_change', 'Add, correct and end insurance'),
    ('front-desk', 'coverage_view', 'See insurance, with member ids masked'),
    ('front-desk', 'fee_agreement_change', 'Agree on fees with clients'),
    ('front-desk', 'fee_agreement_view', 'See agreements about fees'),
    ('front-desk', 'member_id_show', 'Show whole member ids, each time on the log'),
    ('therapist', 'consent_record', 'Record consents and their withdrawal'),
    ('therapist', 'consent_view', 'See which consents were given'),
    ('therapist', 'coverage_view', 'See insurance, with member ids masked'),
    ('therapist', 'diagnosis_change', 'Enter and end diagnoses'),
    ('therapist', 'diagnosis_view', 'See diagnoses');

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
SELECT 1;
