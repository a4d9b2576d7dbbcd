-- A place of service is on the list on a day, or is not said.
CREATE FUNCTION billing_place_is_used(place text, on_day date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM billing_knowndetail WHERE kind = 'PLACE' AND code = place
            AND valid_from <= on_day AND (valid_until IS NULL OR valid_until >= on_day)
    )
$$;

CREATE FUNCTION billing_payerrule_known() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.place_of_service <> '' AND NOT billing_place_is_used(NEW.place_of_service, NEW.starts_on)
    THEN
        RAISE EXCEPTION 'place of service % is not used on %', NEW.place_of_service, NEW.starts_on
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_payerrule_known AFTER INSERT ON billing_payerrule
    FOR EACH ROW EXECUTE FUNCTION billing_payerrule_known();

-- An hour is planned at a place that is on the list on its day.
CREATE FUNCTION billing_appointment_place_known() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT billing_place_is_used(
        NEW.place_of_service, billing_day_of(NEW.practice_id, NEW.starts_at)
    ) THEN
        RAISE EXCEPTION 'an hour is planned at a place that is not used: %', NEW.place_of_service
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_appointment_place_known AFTER INSERT ON billing_appointment
    FOR EACH ROW EXECUTE FUNCTION billing_appointment_place_known();

-- reverse
DROP TRIGGER billing_appointment_place_known ON billing_appointment;
DROP FUNCTION billing_appointment_place_known();
DROP TRIGGER billing_payerrule_known ON billing_payerrule;
DROP FUNCTION billing_payerrule_known();
DROP FUNCTION billing_place_is_used(text, date);
