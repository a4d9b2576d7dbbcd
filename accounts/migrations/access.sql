-- References that older tables gained, the door for invitations, and what practices that exist need.

ALTER TABLE accounts_membership ADD CONSTRAINT accounts_membership_readmitted_by_id_same_practice
    FOREIGN KEY (practice_id, readmitted_by_id) REFERENCES accounts_membership (practice_id, id) NOT DEFERRABLE;
ALTER TABLE accounts_role ADD CONSTRAINT accounts_role_copied_from_id_same_practice
    FOREIGN KEY (practice_id, copied_from_id) REFERENCES accounts_role (practice_id, id) NOT DEFERRABLE;
ALTER TABLE accounts_role ADD CONSTRAINT accounts_role_retired_by_id_same_practice
    FOREIGN KEY (practice_id, retired_by_id) REFERENCES accounts_membership (practice_id, id) NOT DEFERRABLE;
CREATE INDEX accounts_membership_readmitted_by_id_key ON accounts_membership (practice_id, readmitted_by_id);
CREATE INDEX accounts_role_copied_from_id_key ON accounts_role (practice_id, copied_from_id);
CREATE INDEX accounts_role_retired_by_id_key ON accounts_role (practice_id, retired_by_id);

ALTER TABLE accounts_networkrange ADD CONSTRAINT accounts_networkrange_canonical
    CHECK (network = network::cidr::text);

CREATE POLICY doors ON accounts_invitation FOR SELECT TO doors USING (true);
GRANT SELECT (practice_id, digest) ON accounts_invitation TO doors;

CREATE FUNCTION practice_of_token(wanted bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT practice_id FROM accounts_invitation WHERE digest = wanted
$$;
GRANT CREATE ON SCHEMA public TO doors;
ALTER FUNCTION practice_of_token(bytea) OWNER TO doors;
REVOKE CREATE ON SCHEMA public FROM doors;
REVOKE EXECUTE ON FUNCTION practice_of_token(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION practice_of_token(bytea) TO app;

-- Practices founded before these rules existed: the calendar, as their passwords were meant to be
-- changed, and the new rights of the built-in roles. In a new database there is none.
ALTER TABLE accounts_membership NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_securitypolicy NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_approvallimit NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions NO FORCE ROW LEVEL SECURITY;

INSERT INTO accounts_securitypolicy
    (id, practice_id, password_profile, rotation_days, idle_minutes, sessions_max, changed_at, changed_by_id)
SELECT gen_random_uuid(), practice_id, 'CALENDAR', 90, 10, 3, created_at, id
FROM accounts_membership WHERE person_id IS NULL;

INSERT INTO accounts_approvallimit (id, practice_id, role_id, act, limit_cents, changed_at, changed_by_id)
SELECT gen_random_uuid(), role.practice_id, role.id, built_in.act, built_in.cents, member.created_at, member.id
FROM (VALUES ('accountant', 'REFUND', 50000), ('accountant', 'WRITE_OFF', 20000), ('front-desk', 'REFUND', 10000))
    AS built_in (slug, act, cents)
JOIN accounts_role AS role ON role.slug = built_in.slug
JOIN accounts_membership AS member ON member.practice_id = role.practice_id AND member.person_id IS NULL;

CREATE TABLE new_right (slug text, codename text, words text);
INSERT INTO new_right VALUES
    ('administrator', 'access_review', 'Confirm each quarter who may do what'),
    ('administrator', 'approval_decide', 'Approve refunds and write-offs above a limit'),
    ('administrator', 'emergency_review', 'Review records opened in an emergency'),
    ('administrator', 'member_change', 'Invite people and end their access'),
    ('administrator', 'security_change', 'Set the rules for passwords, time limits and networks'),
    ('accountant', 'approval_decide', 'Approve refunds and write-offs above a limit'),
    ('therapist', 'emergency_open', 'Open the record of any client in an emergency');

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
ALTER TABLE accounts_approvallimit FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_securitypolicy FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_membership FORCE ROW LEVEL SECURITY;

-- reverse
DROP FUNCTION practice_of_token(bytea);
REVOKE ALL ON accounts_invitation FROM doors;
DROP POLICY doors ON accounts_invitation;
ALTER TABLE accounts_networkrange DROP CONSTRAINT accounts_networkrange_canonical;
DROP INDEX accounts_role_retired_by_id_key;
DROP INDEX accounts_role_copied_from_id_key;
DROP INDEX accounts_membership_readmitted_by_id_key;
ALTER TABLE accounts_role DROP CONSTRAINT accounts_role_retired_by_id_same_practice;
ALTER TABLE accounts_role DROP CONSTRAINT accounts_role_copied_from_id_same_practice;
ALTER TABLE accounts_membership DROP CONSTRAINT accounts_membership_readmitted_by_id_same_practice;
