-- The signed context: `v1.key.practice.person.expiry.mac`, set by accounts/tenancy.py for one
-- transaction. Anything that is not signed by a provisioned key reads as no context at all.
-- HMAC (RFC 2104) by core sha256 over the key's two ready-made padded blocks.

GRANT USAGE ON SCHEMA public TO app, gate, backup, doors;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE FUNCTION context_part(place integer) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts text[] := string_to_array(current_setting('app.context', true), '.');
    inner_pad bytea;
    outer_pad bytea;
BEGIN
    IF array_length(parts, 1) IS DISTINCT FROM 6 OR parts[1] <> 'v1'
        OR parts[2] !~ '^[0-9]{1,9}$' OR parts[5] !~ '^[0-9]{1,12}$' THEN
        RETURN NULL;
    END IF;
    SELECT inner_block, outer_block INTO inner_pad, outer_pad
        FROM public.accounts_contextkey WHERE key_id = parts[2]::integer;
    IF NOT FOUND OR parts[6] IS DISTINCT FROM encode(sha256(outer_pad || sha256(inner_pad
        || convert_to(array_to_string(parts[1:5], '.'), 'UTF8'))), 'hex') THEN
        RETURN NULL;
    END IF;
    -- now() is the transaction's start, so a long job never loses its rows half-way.
    IF to_timestamp(parts[5]::bigint) < now() THEN
        RETURN NULL;
    END IF;
    RETURN nullif(parts[place], '-')::uuid;
END;
$$;
REVOKE EXECUTE ON FUNCTION context_part(integer) FROM PUBLIC;

CREATE FUNCTION current_practice_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = public, pg_temp AS 'SELECT context_part(3)';

CREATE FUNCTION current_person_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = public, pg_temp AS 'SELECT context_part(4)';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: what stands there is corrected by a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;

-- reverse
DROP FUNCTION refuse_change();
DROP FUNCTION current_person_id();
DROP FUNCTION current_practice_id();
DROP FUNCTION context_part(integer);
