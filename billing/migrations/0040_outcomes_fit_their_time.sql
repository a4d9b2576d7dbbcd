-- What became of an hour fits its time. The guard refuses, and never computes.

-- An hour that has begun was held or missed: moved, it would cost nothing. Nobody cancelled what was not
-- planned yet; what people type has no seconds.
CREATE FUNCTION billing_outcome_in_its_time() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    hour billing_appointment;
BEGIN
    SELECT * INTO hour FROM billing_appointment
        WHERE practice_id = NEW.practice_id AND id = NEW.appointment_id;
    IF NEW.kind = 'MOVED' AND NEW.noted_at >= hour.starts_at THEN
        RAISE EXCEPTION 'appointment % has begun', NEW.appointment_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.told_at < date_trunc('minute', hour.planned_at) THEN
        RAISE EXCEPTION 'appointment % is cancelled before it was planned', NEW.appointment_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER in_its_time AFTER INSERT ON billing_appointmentoutcome
    FOR EACH ROW EXECUTE FUNCTION billing_outcome_in_its_time();

-- reverse
DROP TRIGGER in_its_time ON billing_appointmentoutcome;
DROP FUNCTION billing_outcome_in_its_time();
