-- What somebody found of an emergency is not found otherwise later.
CREATE FUNCTION emergency_stays_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.finding <> '' AND (NEW.finding, NEW.reviewed_at, NEW.reviewed_by_id)
            IS DISTINCT FROM (OLD.finding, OLD.reviewed_at, OLD.reviewed_by_id) THEN
        RAISE EXCEPTION 'an emergency that was reviewed stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER emergency_stays_reviewed BEFORE UPDATE ON clients_emergencyaccess
    FOR EACH ROW EXECUTE FUNCTION emergency_stays_reviewed();

-- reverse
DROP TRIGGER emergency_stays_reviewed ON clients_emergencyaccess;
DROP FUNCTION emergency_stays_reviewed();
