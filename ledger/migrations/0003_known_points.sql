-- The point up to which the books are known. Whoever posts shares a lock from before the clock is
-- read until the commit; whoever settles has it alone for a moment. So everything posted before a
-- settled point is committed and seen, and everything after it is posted later.

CREATE FUNCTION ledger_known_lock(practice uuid) RETURNS bigint LANGUAGE sql IMMUTABLE
AS $$ SELECT hashtextextended('ledger known ' || practice::text, 0) $$;

CREATE FUNCTION ledger_entries_share_the_clock() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(ledger_known_lock(current_practice_id()));
    RETURN NULL;
END;
$$;

CREATE TRIGGER entries_share_the_clock BEFORE INSERT ON ledger_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_share_the_clock();

-- The second guard holds even when the machine's clock was set back.
CREATE FUNCTION ledger_entries_after_known() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_entries AS entry WHERE entry.posted_at <= (
            SELECT max(point.at) FROM ledger_knownpoint AS point
            WHERE point.practice_id = entry.practice_id
        )
    ) THEN
        RAISE EXCEPTION 'the books are settled up to a later moment' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER entries_after_known AFTER INSERT ON ledger_journalentry
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_after_known();

-- A point is never set into the future, nor before one that stands.
CREATE FUNCTION ledger_known_points_advance() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.at > clock_timestamp() OR NEW.at <= (
        SELECT max(at) FROM ledger_knownpoint WHERE practice_id = NEW.practice_id
    ) THEN
        RAISE EXCEPTION 'a point is settled at the time of settling' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER known_points_advance BEFORE INSERT ON ledger_knownpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_known_points_advance();

-- The lock is held for the length of this function alone: nobody waits for a report to be written.
-- It runs as the caller, under row security.
CREATE FUNCTION ledger_settle(point uuid) RETURNS timestamptz LANGUAGE plpgsql
SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    lock bigint := ledger_known_lock(current_practice_id());
    settled timestamptz;
BEGIN
    PERFORM pg_advisory_lock(lock);
    BEGIN
        settled := clock_timestamp();
        INSERT INTO ledger_knownpoint (id, at) VALUES (point, settled);
    EXCEPTION WHEN OTHERS OR query_canceled THEN
        PERFORM pg_advisory_unlock(lock);
        RAISE;
    END;
    PERFORM pg_advisory_unlock(lock);
    RETURN settled;
END;
$$;

-- reverse
DROP FUNCTION ledger_settle(uuid);
DROP TRIGGER known_points_advance ON ledger_knownpoint;
DROP TRIGGER entries_after_known ON ledger_journalentry;
DROP TRIGGER entries_share_the_clock ON ledger_journalentry;
DROP FUNCTION ledger_known_points_advance();
DROP FUNCTION ledger_entries_after_known();
DROP FUNCTION ledger_entries_share_the_clock();
DROP FUNCTION ledger_known_lock(uuid);
