-- The log. Events are written by audit_append() alone, and changed by nobody.

CREATE TABLE audit_event (
    practice_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    at timestamptz NOT NULL,
    action text NOT NULL,
    person_id uuid,
    target_kind text NOT NULL,
    target_id uuid,
    label text NOT NULL,
    facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
    commitment bytea CHECK (octet_length(commitment) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (practice_id, seq, at)
) PARTITION BY RANGE (at);
COMMENT ON COLUMN audit_event.facts IS 'Flat: ids, codes, counts and cents only.';
COMMENT ON COLUMN audit_event.commitment IS 'HMAC of the sealed values in audit_value.';
COMMENT ON COLUMN audit_event.hash IS 'SHA-256 over 0x00, the hash before, and the entry: audit_entry().';

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: what happened stays written', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;

-- A statement trigger of the parent does not fire for a partition named directly: each has its own.
CREATE FUNCTION audit_guard(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', guarded);
END;
$$;

-- Archiving is DETACH of a month by the owner; what no month takes falls into the default.
CREATE FUNCTION audit_partition(name text, bounds text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I PARTITION OF audit_event %s', name, bounds);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT ON %I TO backup', name);
    PERFORM audit_guard(name::regclass);
END;
$$;

CREATE FUNCTION audit_partition_months(since date, months integer) RETURNS void LANGUAGE sql AS $$
    SELECT audit_partition(
        to_char(month, '"audit_event_"YYYY_MM'),
        format('FOR VALUES FROM (%L) TO (%L)', month || '+00', (month + interval '1 month') || '+00')
    )
    FROM generate_series(
        date_trunc('month', since::timestamp),
        date_trunc('month', since::timestamp) + make_interval(months => months - 1),
        interval '1 month'
    ) AS month
$$;

SELECT audit_guard('audit_event');
SELECT audit_guard('audit_touch');
SELECT audit_guard('audit_checkpoint');
SELECT audit_partition('audit_event_other', 'DEFAULT');
SELECT audit_partition_months((now() AT TIME ZONE 'UTC')::date, 48);

ALTER TABLE audit_head ADD CONSTRAINT audit_head_hash_is_sha256 CHECK (octet_length(hash) = 32);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER forward_only BEFORE UPDATE ON audit_head FOR EACH ROW
    WHEN (NEW.practice_id <> OLD.practice_id OR NEW.seq <= OLD.seq)
    EXECUTE FUNCTION audit_refuse_change();

-- Key rotation may re-seal a value; which event it belongs to stays.
CREATE TRIGGER append_only BEFORE UPDATE OF practice_id, seq OR DELETE OR TRUNCATE ON audit_value
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE FUNCTION audit_field(value bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(int4send(octet_length(value)) || value, '\xffffffff'::bytea);

-- The bytes that are hashed; audit/verifier.py describes and recomputes them.
CREATE FUNCTION audit_entry(
    practice uuid, seq bigint, at timestamptz, action text, person uuid, target_kind text,
    target_id uuid, label text, facts jsonb, touched uuid[], commitment bytea
) RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN '\x01'::bytea || uuid_send(practice) || int8send(seq)
        || int8send((extract(epoch FROM at) * 1000000)::bigint)
        || audit_field(convert_to(action, 'UTF8'))
        || audit_field(uuid_send(person))
        || audit_field(convert_to(target_kind, 'UTF8'))
        || audit_field(uuid_send(target_id))
        || audit_field(convert_to(label, 'UTF8'))
        || audit_field(convert_to(facts::text, 'UTF8'))
        || audit_field((SELECT sha256(string_agg(uuid_send(client), ''::bytea ORDER BY client))
                        FROM unnest(touched) AS client))
        || audit_field(commitment);
END;
$$;

CREATE FUNCTION audit_link(hash bytea, previous bytea, entry bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sha256('\x00'::bytea || coalesce(hash, previous) || entry);
END;
$$;

-- As a window function: the running hash of a chain that goes on from "previous".
CREATE AGGREGATE audit_chain(previous bytea, entry bytea) (SFUNC = audit_link, STYPE = bytea);

-- Appends events to the chain of the practice in scope, and returns the last number.
-- The head's row is locked from here to the commit, so the chain has no gaps and no forks.
CREATE FUNCTION audit_append(events jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    practice CONSTANT uuid := current_practice_id();
    person CONSTANT uuid := current_person_id();
    head audit_head;
    moment timestamptz;
BEGIN
    IF practice IS NULL THEN
        RAISE EXCEPTION 'an event belongs to a scope, and none is open'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO head FROM audit_head WHERE practice_id = practice FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_head VALUES (practice, 0, decode(repeat('00', 32), 'hex'))
            ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM audit_head WHERE practice_id = practice FOR NO KEY UPDATE;
    END IF;
    moment := clock_timestamp();

    WITH given AS (
        SELECT
            head.seq + place AS seq, action, coalesce(kind, '') AS kind, target,
            coalesce(label, '') AS label, coalesce(facts, '{}') AS facts,
            CASE WHEN touched IS NOT NULL THEN ARRAY(SELECT DISTINCT unnest(touched)) END AS clients,
            decode(commitment, 'hex') AS commitment, ciphertext, key_version
        FROM ROWS FROM (jsonb_to_recordset(events) AS (
            action text, kind text, target uuid, label text, facts jsonb, touched uuid[],
            commitment text, ciphertext text, key_version integer
        )) WITH ORDINALITY AS event (
            action, kind, target, label, facts, touched, commitment, ciphertext, key_version, place
        )
    ), chained AS (
        SELECT *, audit_chain(head.hash, audit_entry(
            practice, seq, moment, action, person, kind, target, label, facts, clients, commitment
        )) OVER (ORDER BY seq) AS hash
        FROM given
    ), appended AS (
        INSERT INTO audit_event
            SELECT practice, seq, moment, action, person, kind, target, label, facts, commitment, hash
            FROM chained
            RETURNING audit_event.seq, audit_event.hash
    ), touches AS (
        INSERT INTO audit_touch (practice_id, client_id, seq, at)
            SELECT practice, client, seq, moment FROM chained, unnest(clients) AS client
    ), sealed AS (
        INSERT INTO audit_value (practice_id, seq, ciphertext, key_version)
            SELECT practice, seq, decode(ciphertext, 'base64'), key_version
            FROM chained WHERE commitment IS NOT NULL
    )
    UPDATE audit_head SET seq = last.seq, hash = last.hash
        FROM (SELECT seq, hash FROM appended ORDER BY seq DESC LIMIT 1) AS last
        WHERE practice_id = practice
        RETURNING audit_head.seq INTO head.seq;
    RETURN head.seq;
END;
$$;
REVOKE EXECUTE ON FUNCTION audit_append(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(jsonb) TO app;

-- reverse
DROP FUNCTION audit_append(jsonb);
DROP AGGREGATE audit_chain(bytea, bytea);
DROP FUNCTION audit_link(bytea, bytea, bytea);
DROP FUNCTION audit_entry(uuid, bigint, timestamptz, text, uuid, text, uuid, text, jsonb, uuid[], bytea);
DROP FUNCTION audit_field(bytea);
DROP TRIGGER append_only ON audit_value;
DROP TRIGGER forward_only ON audit_head;
DROP TRIGGER append_only ON audit_head;
ALTER TABLE audit_head DROP CONSTRAINT audit_head_hash_is_sha256;
DROP TRIGGER append_only ON audit_checkpoint;
DROP TRIGGER append_only ON audit_touch;
DROP TABLE audit_event;
DROP FUNCTION audit_partition_months(date, integer);
DROP FUNCTION audit_partition(text, text);
DROP FUNCTION audit_guard(regclass);
DROP FUNCTION audit_refuse_change();
