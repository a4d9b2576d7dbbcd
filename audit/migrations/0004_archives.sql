-- What is older than six years may be moved out of the log (45 CFR 164.316(b)(2)(i); 164.528(a)(3)).
-- A row here says that the first "size" events were: where the rest of the chain begins.

ALTER TABLE audit_archive ADD CONSTRAINT audit_archive_hash_is_sha256 CHECK (octet_length(hash) = 32);
ALTER TABLE audit_archive ADD CONSTRAINT audit_archive_files_are_sha256
    CHECK (octet_length(files_sha256) = 32);
ALTER TABLE audit_archive ADD CONSTRAINT audit_archive_holds_events CHECK (after >= 0 AND size > after);
ALTER TABLE audit_archive ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_archive FORCE ROW LEVEL SECURITY;
CREATE POLICY practice ON audit_archive
    USING (practice_id = (SELECT current_practice_id()))
    WITH CHECK (practice_id = (SELECT current_practice_id()));
GRANT SELECT ON audit_archive TO app, backup;

-- Only the owner writes one, after the files were read back: it names a checkpoint that was signed
-- more than six years ago, and goes on where the one before ended.
CREATE FUNCTION audit_archive_is_old() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    limit_at CONSTANT timestamptz := now() - interval '6 years';
BEGIN
    IF NOT EXISTS (
        SELECT FROM audit_checkpoint WHERE practice_id = NEW.practice_id
            AND size = NEW.size AND hash = NEW.hash AND at < limit_at
    ) OR EXISTS (
        SELECT FROM audit_event
        WHERE practice_id = NEW.practice_id AND seq <= NEW.size AND at >= limit_at
    ) THEN
        RAISE EXCEPTION 'the log is kept for six years' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.after <> (SELECT coalesce(max(size), 0) FROM audit_archive
            WHERE practice_id = NEW.practice_id) THEN
        RAISE EXCEPTION 'an archive goes on where the one before ended'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER is_old BEFORE INSERT ON audit_archive
    FOR EACH ROW EXECUTE FUNCTION audit_archive_is_old();
SELECT audit_guard('audit_archive');

-- Of the log, what was moved out may go, and nothing else.
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'STATEMENT'
        AND TG_TABLE_NAME NOT IN ('audit_head', 'audit_checkpoint', 'audit_archive')
        AND EXISTS (SELECT FROM audit_archive) THEN
        RETURN NULL; -- Each row is looked at: audit_refuse_young().
    END IF;
    RAISE EXCEPTION '% is append-only: what happened stays written', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE FUNCTION audit_refuse_young() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM audit_archive WHERE practice_id = OLD.practice_id AND size >= OLD.seq
    ) THEN
        RAISE EXCEPTION '% is append-only: what happened stays written', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END;
$$;
CREATE TRIGGER refuse_young BEFORE DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_young();
CREATE TRIGGER refuse_young BEFORE DELETE ON audit_touch
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_young();
CREATE TRIGGER refuse_young BEFORE DELETE ON audit_value
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_young();

-- reverse
DROP TRIGGER refuse_young ON audit_value;
DROP TRIGGER refuse_young ON audit_touch;
DROP TRIGGER refuse_young ON audit_event;
DROP FUNCTION audit_refuse_young();
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: what happened stays written', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;
DROP TRIGGER append_only ON audit_archive;
DROP TRIGGER is_old ON audit_archive;
DROP FUNCTION audit_archive_is_old();
REVOKE ALL ON audit_archive FROM app, backup;
DROP POLICY practice ON audit_archive;
