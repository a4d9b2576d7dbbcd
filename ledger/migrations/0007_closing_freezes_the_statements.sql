ALTER TABLE ledger_periodsnapshot ADD CONSTRAINT ledger_periodsnapshot_has_its_hash
    CHECK (sha256 = encode(sha256(content), 'hex'));

-- A month that is closed to everybody has its statements frozen in the same transaction.
CREATE FUNCTION ledger_close_is_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_periodsnapshot
        WHERE practice_id = NEW.practice_id AND close_id = NEW.id AND known_at >= NEW.closed_at
    ) THEN
        RAISE EXCEPTION 'the close % froze no statements', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER close_is_frozen AFTER INSERT ON ledger_periodclose
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'HARD') EXECUTE FUNCTION ledger_close_is_frozen();

-- Statements are frozen at a settled moment, with the close, and never for one from before.
CREATE FUNCTION ledger_snapshot_is_of_now() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_knownpoint WHERE practice_id = NEW.practice_id AND at = NEW.known_at
    ) OR NEW.known_at < transaction_timestamp() THEN
        RAISE EXCEPTION 'statements are frozen at a moment settled just now'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER snapshot_is_of_now AFTER INSERT ON ledger_periodsnapshot
    FOR EACH ROW EXECUTE FUNCTION ledger_snapshot_is_of_now();

-- Who closes a month posts nothing meanwhile, and neither does anybody else: what is frozen is what
-- stands. The lock is of the transaction. It runs as the caller.
CREATE FUNCTION ledger_hold() RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(ledger_known_lock(current_practice_id()));
END;
$$;

-- reverse
DROP FUNCTION ledger_hold();
DROP TRIGGER snapshot_is_of_now ON ledger_periodsnapshot;
DROP TRIGGER close_is_frozen ON ledger_periodclose;
DROP FUNCTION ledger_snapshot_is_of_now();
DROP FUNCTION ledger_close_is_frozen();
