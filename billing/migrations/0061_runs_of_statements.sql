-- The guards of runs of statements. They refuse as the caller, under row security, and never compute.

GRANT UPDATE (message, started_at, started_by_id, dropped_at, dropped_by_id)
    ON billing_statementrun TO app;
GRANT UPDATE (way, tries, statement_id, outcome, closed_at) ON billing_statementrunitem TO app;

-- A run is started or dropped once, and its rule stays.
CREATE FUNCTION billing_statement_run_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a run of statements is dropped, never deleted'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.started_at, OLD.started_by_id) IS DISTINCT FROM (NEW.started_at, NEW.started_by_id)
        AND (OLD.started_at IS NOT NULL OR OLD.dropped_at IS NOT NULL)
    OR (OLD.dropped_at, OLD.dropped_by_id) IS DISTINCT FROM (NEW.dropped_at, NEW.dropped_by_id)
        AND (OLD.started_at IS NOT NULL OR OLD.dropped_at IS NOT NULL)
    OR (OLD.until, OLD.at_least, OLD.days_apart, OLD.item_count, OLD.key, OLD.drawn_up_at)
        IS DISTINCT FROM
        (NEW.until, NEW.at_least, NEW.days_apart, NEW.item_count, NEW.key, NEW.drawn_up_at)
    THEN
        RAISE EXCEPTION 'a run of statements that was started or dropped stays so'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER billing_statement_run_stays BEFORE UPDATE OR DELETE ON billing_statementrun
    FOR EACH ROW EXECUTE FUNCTION billing_statement_run_stays();

-- What came of a client stays; nothing is made before the run is started, and a statement is the
-- client's own, until the last day of the run.
CREATE FUNCTION billing_statement_run_item_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    run billing_statementrun;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a client of a run of statements stays' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO run FROM billing_statementrun
        WHERE practice_id = NEW.practice_id AND id = NEW.run_id;
    IF OLD.closed_at IS NOT NULL AND (run.started_at IS NOT NULL OR OLD.outcome <> 'LEFT_OUT')
        OR OLD.statement_id IS NOT NULL AND NEW.statement_id IS DISTINCT FROM OLD.statement_id
        OR (OLD.run_id, OLD.client_id, OLD.owed) IS DISTINCT FROM (NEW.run_id, NEW.client_id, NEW.owed)
    THEN
        RAISE EXCEPTION 'what came of a client of a run stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF run.dropped_at IS NOT NULL
        OR run.started_at IS NULL AND (NEW.statement_id IS NOT NULL OR NEW.outcome NOT IN ('', 'LEFT_OUT'))
    THEN
        RAISE EXCEPTION 'nothing is made before a run is started' USING ERRCODE = 'restrict_violation';
    END IF;
    -- Whether there is such a statement, its key says.
    IF OLD.statement_id IS NULL AND EXISTS (
        SELECT FROM billing_accountstatement WHERE practice_id = NEW.practice_id
            AND id = NEW.statement_id AND (client_id, until) <> (NEW.client_id, run.until)
    ) THEN
        RAISE EXCEPTION 'a statement of a run is of its client and its day'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER billing_statement_run_item_stays BEFORE UPDATE OR DELETE ON billing_statementrunitem
    FOR EACH ROW EXECUTE FUNCTION billing_statement_run_item_stays();

-- No client joins a run that is drawn up.
CREATE FUNCTION billing_statement_run_is_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT practice_id, run_id FROM added) AS grown
        JOIN billing_statementrun AS run
            ON run.practice_id = grown.practice_id AND run.id = grown.run_id
        WHERE run.item_count < (SELECT count(*) FROM billing_statementrunitem AS item
            WHERE item.practice_id = run.practice_id AND item.run_id = run.id)
    )
    THEN
        RAISE EXCEPTION 'no client joins a run of statements' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_statement_run_is_whole AFTER INSERT ON billing_statementrunitem
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_statement_run_is_whole();

-- reverse
DROP TRIGGER billing_statement_run_is_whole ON billing_statementrunitem;
DROP FUNCTION billing_statement_run_is_whole();
DROP TRIGGER billing_statement_run_item_stays ON billing_statementrunitem;
DROP FUNCTION billing_statement_run_item_stays();
DROP TRIGGER billing_statement_run_stays ON billing_statementrun;
DROP FUNCTION billing_statement_run_stays();
