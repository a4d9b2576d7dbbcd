GRANT SELECT ON billing_knowndetail TO app, backup;

-- A place is on the list on the session's day, a modifier that is known is used on its days, and
-- none stands twice.
CREATE FUNCTION billing_sessioncoding_known() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    held date;
    named text[] := array_remove(string_to_array(NEW.modifiers, ' '), '');
BEGIN
    SELECT billing_day_of(NEW.practice_id, started_at) INTO held FROM billing_session
        WHERE practice_id = NEW.practice_id AND id = NEW.session_id;
    IF NOT EXISTS (
        SELECT FROM billing_knowndetail WHERE kind = 'PLACE' AND code = NEW.place_of_service
            AND valid_from <= held AND (valid_until IS NULL OR valid_until >= held)
    ) THEN
        RAISE EXCEPTION 'place of service % is not used on %', NEW.place_of_service, held
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(named) AS modifier
        WHERE EXISTS (SELECT FROM billing_knowndetail WHERE kind = 'MODIFIER' AND code = modifier)
            AND NOT EXISTS (SELECT FROM billing_knowndetail
                WHERE kind = 'MODIFIER' AND code = modifier
                    AND valid_from <= held AND (valid_until IS NULL OR valid_until >= held))
    ) THEN
        RAISE EXCEPTION 'a modifier of % is not used on %', NEW.modifiers, held
            USING ERRCODE = 'check_violation';
    END IF;
    IF cardinality(named) <> (SELECT count(DISTINCT modifier) FROM unnest(named) AS modifier) THEN
        RAISE EXCEPTION 'a modifier stands twice' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_sessioncoding_known AFTER INSERT ON billing_sessioncoding
    FOR EACH ROW EXECUTE FUNCTION billing_sessioncoding_known();

-- reverse
DROP TRIGGER billing_sessioncoding_known ON billing_sessioncoding;
DROP FUNCTION billing_sessioncoding_known();
REVOKE SELECT ON billing_knowndetail FROM app, backup;
