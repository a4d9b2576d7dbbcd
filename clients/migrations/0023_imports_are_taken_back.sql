-- Clients of a file are taken out again through this function alone: nobody may delete them otherwise.

CREATE TRIGGER stays_over BEFORE UPDATE ON clients_clientimportundo FOR EACH ROW
    WHEN (OLD.finished_at IS NOT NULL OR OLD.refused_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- Deletes clients of a file that is being taken back, with what the file itself told of them, and
-- returns how many. Whatever else names one of them keeps all: the keys between the tables refuse.
CREATE FUNCTION remove_imported_clients(undone uuid, wanted uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked clients_clientimportundo;
    run clients_clientimport;
    gone uuid[];
BEGIN
    SELECT * INTO asked FROM clients_clientimportundo
        WHERE id = undone AND finished_at IS NULL AND refused_at IS NULL;
    SELECT * INTO run FROM clients_clientimport WHERE id = asked.run_id AND finished_at IS NOT NULL;
    IF run.id IS NULL THEN
        RAISE EXCEPTION 'no file is being taken back' USING ERRCODE = 'insufficient_privilege';
    END IF;
    gone := ARRAY(
        SELECT id FROM clients_client
        WHERE id = ANY (wanted) AND created_at = run.finished_at
            AND created_by_id = run.confirmed_by_id AND version = 1
            AND code IN (
                SELECT 'C-' || lpad(n::text, greatest(4, length(n::text)), '0')
                FROM generate_series(run.codes_from, run.codes_from + run.rows_count - 1) AS n
            )
        FOR UPDATE
    );
    DELETE FROM clients_searchtext WHERE client_id = ANY (gone);
    DELETE FROM clients_contact
        WHERE client_id = ANY (gone) AND added_at = run.finished_at AND version = 1 AND ended_at IS NULL;
    DELETE FROM clients_address
        WHERE client_id = ANY (gone) AND added_at = run.finished_at AND version = 1;
    DELETE FROM clients_coverage
        WHERE client_id = ANY (gone) AND added_at = run.finished_at AND ended_at IS NULL
            AND withdrawn_at IS NULL;
    DELETE FROM clients_assignment
        WHERE client_id = ANY (gone) AND assigned_at = run.finished_at AND ended_at IS NULL
            AND closed_at IS NULL;
    DELETE FROM clients_client WHERE id = ANY (gone);
    RETURN cardinality(gone);
END;
$$;
REVOKE EXECUTE ON FUNCTION remove_imported_clients(uuid, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_imported_clients(uuid, uuid[]) TO app;

-- reverse
DROP FUNCTION remove_imported_clients(uuid, uuid[]);
DROP TRIGGER stays_over ON clients_clientimportundo;
