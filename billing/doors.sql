-- Which practice a webhook endpoint belongs to, before any scope exists. Returns an id only.

CREATE POLICY doors ON billing_webhookendpoint FOR SELECT TO doors USING (true);
GRANT SELECT (id, practice_id) ON billing_webhookendpoint TO doors;

CREATE FUNCTION practice_of_endpoint(endpoint uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT practice_id FROM billing_webhookendpoint WHERE id = endpoint
$$;

GRANT CREATE ON SCHEMA public TO doors;
ALTER FUNCTION practice_of_endpoint(uuid) OWNER TO doors;
REVOKE CREATE ON SCHEMA public FROM doors;
REVOKE EXECUTE ON FUNCTION practice_of_endpoint(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION practice_of_endpoint(uuid) TO app;

-- reverse
DROP FUNCTION practice_of_endpoint(uuid);
REVOKE ALL ON billing_webhookendpoint FROM doors;
DROP POLICY doors ON billing_webhookendpoint;
