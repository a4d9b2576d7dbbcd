-- Two people agree that two records are of one person; of three records, two are shown with the third, never in a chain.
CREATE FUNCTION client_is_merged_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.merged_into_id IS NULL THEN
        IF EXISTS (
            SELECT FROM clients_merge
            WHERE merged_id = NEW.id AND decision = 'APPROVED' AND undone_at IS NULL
        ) THEN
            RAISE EXCEPTION 'a merge ends by being undone' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END IF;
    -- The lock lets two merges that meet in one client come one after the other.
    PERFORM FROM clients_client
        WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a client is merged into one who is merged into nobody'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM clients_client WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'a client into whom others are merged is merged into nobody'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM clients_merge
        WHERE merged_id = NEW.id AND kept_id = NEW.merged_into_id
            AND decision = 'APPROVED' AND undone_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a second person approves a merge' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION merge_stays_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.decision <> '' AND (NEW.decision, NEW.decided_at, NEW.decided_by_id)
            IS DISTINCT FROM (OLD.decision, OLD.decided_at, OLD.decided_by_id))
        OR (OLD.undone_at IS NOT NULL AND (NEW.undone_at, NEW.undone_by_id)
            IS DISTINCT FROM (OLD.undone_at, OLD.undone_by_id)) THEN
        RAISE EXCEPTION 'what was decided of a merge stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER client_is_merged_by_two AFTER INSERT ON clients_client
    FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION client_is_merged_by_two();
CREATE TRIGGER client_stays_merged_by_two AFTER UPDATE ON clients_client
    FOR EACH ROW WHEN (NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)
    EXECUTE FUNCTION client_is_merged_by_two();
CREATE TRIGGER merge_stays_decided AFTER UPDATE ON clients_merge
    FOR EACH ROW EXECUTE FUNCTION merge_stays_decided();

-- reverse
DROP TRIGGER merge_stays_decided ON clients_merge;
DROP TRIGGER client_stays_merged_by_two ON clients_client;
DROP TRIGGER client_is_merged_by_two ON clients_client;
DROP FUNCTION merge_stays_decided();
DROP FUNCTION client_is_merged_by_two();
