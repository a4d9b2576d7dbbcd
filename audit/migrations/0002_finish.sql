-- The last statement of a scope: every deferred constraint is checked, as the caller, and only then
-- the chain is locked and appended to.
CREATE FUNCTION audit_finish(events jsonb) RETURNS bigint LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    RETURN audit_append(events);
END;
$$;

-- reverse
DROP FUNCTION audit_finish(jsonb);
