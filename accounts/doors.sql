-- What must be read before a scope exists. Each door is owned by the role "doors", which may see
-- every practice's rows of these few columns, and returns ids only.

CREATE POLICY doors ON accounts_membership FOR SELECT TO doors USING (true);
CREATE POLICY doors ON accounts_practice FOR SELECT TO doors USING (true);
GRANT SELECT (practice_id, person_id, ended_at) ON accounts_membership TO doors;
GRANT SELECT (id, slug) ON accounts_practice TO doors;

CREATE FUNCTION memberships_of(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT practice_id FROM accounts_membership
    WHERE person_id = person AND ended_at IS NULL ORDER BY practice_id
$$;

CREATE FUNCTION practice_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM accounts_practice ORDER BY id
$$;

CREATE FUNCTION practice_of_slug(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM accounts_practice WHERE slug = wanted
$$;

GRANT CREATE ON SCHEMA public TO doors;
ALTER FUNCTION memberships_of(uuid) OWNER TO doors;
ALTER FUNCTION practice_ids() OWNER TO doors;
ALTER FUNCTION practice_of_slug(text) OWNER TO doors;
REVOKE CREATE ON SCHEMA public FROM doors;
REVOKE EXECUTE ON FUNCTION memberships_of(uuid), practice_ids(), practice_of_slug(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION memberships_of(uuid), practice_ids(), practice_of_slug(text) TO app;

-- reverse
DROP FUNCTION practice_of_slug(text);
DROP FUNCTION practice_ids();
DROP FUNCTION memberships_of(uuid);
REVOKE ALL ON accounts_membership, accounts_practice FROM doors;
DROP POLICY doors ON accounts_practice;
DROP POLICY doors ON accounts_membership;
