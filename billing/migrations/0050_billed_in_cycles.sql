-- The guards of billing in cycles. They refuse, and never compute.

-- A week ends on Sunday, a month on its last day.
ALTER TABLE billing_cyclerun ADD CONSTRAINT billing_cyclerun_ends_a_period CHECK (
    CASE rhythm
        WHEN 'WEEKLY' THEN extract(isodow FROM last_day) = 7
        WHEN 'MONTHLY' THEN extract(day FROM last_day + 1) = 1
        ELSE true
    END
);

-- How often somebody is billed does not change for days that are over.
CREATE FUNCTION billing_billingcycle_not_backwards() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    -- IS NOT TRUE: whoever drops the context sees no practice, and is refused.
    IF (NEW.starts_on >= billing_day_of(NEW.practice_id, NEW.set_at)) IS NOT TRUE THEN
        RAISE EXCEPTION 'how often is billed does not change for the past: % is over', NEW.starts_on
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_billingcycle_not_backwards AFTER INSERT ON billing_billingcycle
    FOR EACH ROW EXECUTE FUNCTION billing_billingcycle_not_backwards();

-- A client's invoice in a run is their own, and what was invoiced stays so.
CREATE FUNCTION billing_cyclerunclient_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.invoice_id IS NOT NULL THEN
        RAISE EXCEPTION 'client % was invoiced in run %', OLD.client_id, OLD.run_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.invoice_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_invoice AS invoice
        JOIN billing_cyclerun AS run
            ON run.practice_id = NEW.practice_id AND run.id = NEW.run_id
        WHERE invoice.practice_id = NEW.practice_id AND invoice.id = NEW.invoice_id
            AND invoice.client_id = NEW.client_id AND invoice.issued_on = run.last_day
    ) THEN
        RAISE EXCEPTION 'the invoice of client % in run % is another client''s or day''s',
            NEW.client_id, NEW.run_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_cyclerunclient_stays AFTER INSERT OR UPDATE ON billing_cyclerunclient
    FOR EACH ROW EXECUTE FUNCTION billing_cyclerunclient_stays();

-- Who ran what is history: no row of it goes.
CREATE TRIGGER stays BEFORE DELETE ON billing_cyclerun
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays_truncate BEFORE TRUNCATE ON billing_cyclerun
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays BEFORE DELETE ON billing_cyclerunclient
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays_truncate BEFORE TRUNCATE ON billing_cyclerunclient
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A run is over once nobody waits in it.
CREATE FUNCTION billing_cyclerun_over() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_cyclerunclient AS waiting
        WHERE waiting.practice_id = NEW.practice_id AND waiting.run_id = NEW.id
            AND waiting.outcome = 'WAITING') THEN
        RAISE EXCEPTION 'somebody waits in run % still', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_cyclerun_over AFTER INSERT OR UPDATE ON billing_cyclerun
    FOR EACH ROW WHEN (NEW.finished_at IS NOT NULL) EXECUTE FUNCTION billing_cyclerun_over();

-- reverse
DROP TRIGGER billing_cyclerun_over ON billing_cyclerun;
DROP FUNCTION billing_cyclerun_over();
DROP TRIGGER stays_truncate ON billing_cyclerunclient;
DROP TRIGGER stays ON billing_cyclerunclient;
DROP TRIGGER stays_truncate ON billing_cyclerun;
DROP TRIGGER stays ON billing_cyclerun;
DROP TRIGGER billing_cyclerunclient_stays ON billing_cyclerunclient;
DROP FUNCTION billing_cyclerunclient_stays();
DROP TRIGGER billing_billingcycle_not_backwards ON billing_billingcycle;
DROP FUNCTION billing_billingcycle_not_backwards();
ALTER TABLE billing_cyclerun DROP CONSTRAINT billing_cyclerun_ends_a_period;
