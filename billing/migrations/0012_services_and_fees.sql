GRANT SELECT ON billing_knowncode TO app, backup;

-- What a service is called is the practice's own words: invoices keep those of their day.
GRANT UPDATE (label) ON billing_servicecode TO app;

-- A practice's own business date of a moment.
CREATE FUNCTION billing_day_of(practice uuid, moment timestamptz) RETURNS date
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT (moment AT TIME ZONE accounts_practice.time_zone)::date
    FROM accounts_practice WHERE id = practice
$$;

-- A fee of a day that is over does not change: a further one starts on its own day or later.
CREATE FUNCTION billing_servicefee_not_backwards() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('fees of ' || NEW.service_code_id::text, 0));
    -- IS NOT TRUE: whoever drops the context sees no practice, and is refused.
    IF EXISTS (
        SELECT FROM billing_servicefee AS other
        WHERE other.practice_id = NEW.practice_id AND other.id <> NEW.id
            AND other.service_code_id = NEW.service_code_id
    ) AND (NEW.starts_on >= billing_day_of(NEW.practice_id, NEW.set_at)) IS NOT TRUE THEN
        RAISE EXCEPTION 'a fee of the past does not change: % is over', NEW.starts_on
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_servicefee_not_backwards AFTER INSERT ON billing_servicefee
    FOR EACH ROW EXECUTE FUNCTION billing_servicefee_not_backwards();

-- A code that is known is used on the days on which it can be billed; others are the practice's own.
CREATE FUNCTION billing_session_code_valid() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    named text;
    held date;
BEGIN
    SELECT code INTO named FROM billing_servicecode
        WHERE practice_id = NEW.practice_id AND id = NEW.service_code_id;
    held := billing_day_of(NEW.practice_id, NEW.started_at);
    IF EXISTS (SELECT FROM billing_knowncode WHERE code = named) AND NOT EXISTS (
        SELECT FROM billing_knowncode WHERE code = named
            AND valid_from <= held AND (valid_until IS NULL OR valid_until >= held)
    ) THEN
        RAISE EXCEPTION 'code % cannot be billed on %', named, held
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_session_code_valid AFTER INSERT ON billing_session
    FOR EACH ROW EXECUTE FUNCTION billing_session_code_valid();

-- reverse
DROP TRIGGER billing_session_code_valid ON billing_session;
DROP FUNCTION billing_session_code_valid();
DROP TRIGGER billing_servicefee_not_backwards ON billing_servicefee;
DROP FUNCTION billing_servicefee_not_backwards();
DROP FUNCTION billing_day_of(uuid, timestamptz);
REVOKE UPDATE (label) ON billing_servicecode FROM app;
REVOKE SELECT ON billing_knowncode FROM app, backup;
