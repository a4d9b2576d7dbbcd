-- The door for tokens of programs, what keeps a revoked one revoked, and the right to make them.
CREATE POLICY doors ON accounts_apitoken FOR SELECT TO doors USING (CURRENT_USER = 'doors');
GRANT SELECT (practice_id, id, digest, made_by_id) ON accounts_apitoken TO doors;
GRANT SELECT (id) ON accounts_membership TO doors;

CREATE FUNCTION holder_of_api_token(named uuid, shown bytea)
RETURNS TABLE (practice uuid, person uuid, token uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT held.practice_id, member.person_id, held.id FROM accounts_apitoken AS held
    JOIN accounts_membership AS member
        ON member.practice_id = held.practice_id AND member.id = held.made_by_id
    WHERE held.id = named AND held.digest = shown
$$;
GRANT CREATE ON SCHEMA public TO doors;
ALTER FUNCTION holder_of_api_token(uuid, bytea) OWNER TO doors;
REVOKE CREATE ON SCHEMA public FROM doors;
REVOKE EXECUTE ON FUNCTION holder_of_api_token(uuid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holder_of_api_token(uuid, bytea) TO app;

CREATE FUNCTION api_token_stays_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL
        AND (NEW.revoked_at, NEW.revoked_by_id) IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id)
    THEN
        RAISE EXCEPTION 'a revoked token stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER api_token_stays_revoked BEFORE UPDATE ON accounts_apitoken
    FOR EACH ROW EXECUTE FUNCTION api_token_stays_revoked();

-- Practices founded before: their administrators get the right. In a new database there is none.
ALTER TABLE accounts_role NO FORCE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions NO FORCE ROW LEVEL SECURITY;

INSERT INTO auth_permission (name, content_type_id, codename)
SELECT 'Make tokens for programs, which do no more than their maker may, and revoke any', id,
    'api_token_change'
FROM django_content_type WHERE app_label = 'accounts' AND model = 'role'
ON CONFLICT (content_type_id, codename) DO NOTHING;

INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT role.group_id, permission.id
FROM accounts_role AS role
JOIN django_content_type AS kind ON kind.app_label = 'accounts' AND kind.model = 'role'
JOIN auth_permission AS permission
    ON permission.content_type_id = kind.id AND permission.codename = 'api_token_change'
WHERE role.slug = 'administrator'
ON CONFLICT (group_id, permission_id) DO NOTHING;

-- With practices there, the new rows wait for their checks, and no table changes while they do.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE auth_group_permissions FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_role FORCE ROW LEVEL SECURITY;

-- reverse
DROP TRIGGER api_token_stays_revoked ON accounts_apitoken;
DROP FUNCTION api_token_stays_revoked();
DROP FUNCTION holder_of_api_token(uuid, bytea);
REVOKE SELECT (id) ON accounts_membership FROM doors;
REVOKE ALL ON accounts_apitoken FROM doors;
DROP POLICY doors ON accounts_apitoken;
