-- Every policy asks whose rows exist, some twenty times in a posting. A function in SQL is planned
-- for each statement that calls it; one in PL/pgSQL is planned once for a connection.

-- Nothing of the context is looked at before its MAC holds; what is no context reads as none.
CREATE OR REPLACE FUNCTION context_part(place integer) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    context CONSTANT text := current_setting('app.context', true);
    parts CONSTANT text[] := string_to_array(context, '.');
    key public.accounts_contextkey;
BEGIN
    SELECT * INTO key FROM public.accounts_contextkey WHERE key_id::text = parts[2];
    IF NOT FOUND OR array_length(parts, 1) IS DISTINCT FROM 6 OR parts[1] <> 'v1'
        OR parts[6] <> encode(sha256(key.outer_block || sha256(key.inner_block
        || convert_to(left(context, -65), 'UTF8'))), 'hex') THEN
        RETURN NULL;
    END IF;
    -- now() is the transaction's start, so a long job never loses its rows half-way.
    IF to_timestamp(parts[5]::bigint) < now() THEN
        RETURN NULL;
    END IF;
    RETURN nullif(parts[place], '-')::uuid;
END;
$$;

CREATE OR REPLACE FUNCTION current_practice_id() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN context_part(3);
END;
$$;

CREATE OR REPLACE FUNCTION current_person_id() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN context_part(4);
END;
$$;

-- reverse
CREATE OR REPLACE FUNCTION context_part(place integer) RETURNS uuid
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
CREATE OR REPLACE FUNCTION current_practice_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = public, pg_temp AS 'SELECT context_part(3)';

CREATE OR REPLACE FUNCTION current_person_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = public, pg_temp AS 'SELECT context_part(4)';
