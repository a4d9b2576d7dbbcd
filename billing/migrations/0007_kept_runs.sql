-- A kept run is known at a moment up to which the books are settled: its answer is fixed for ever.
-- It runs as the caller, under row security.
CREATE FUNCTION billing_report_run_is_settled() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_knownpoint
        WHERE practice_id = NEW.practice_id AND at >= NEW.known_at
    ) THEN
        RAISE EXCEPTION 'the books are not settled up to the moment of this run'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER run_is_settled BEFORE INSERT ON billing_reportrun
    FOR EACH ROW EXECUTE FUNCTION billing_report_run_is_settled();

-- reverse
DROP TRIGGER run_is_settled ON billing_reportrun;
DROP FUNCTION billing_report_run_is_settled();
