-- Of what a client has by rank, no two stand on one day. The table's trigger names the column that
-- must differ; rows without it, and rows that were withdrawn, stand beside anything.
CREATE FUNCTION no_two_on_a_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told jsonb := to_jsonb(NEW);
    is_taken boolean;
BEGIN
    IF NEW.withdrawn_at IS NOT NULL OR told ->> TG_ARGV[0] IS NULL THEN
        RETURN NULL;
    END IF;
    -- Whoever else writes for this client has committed, and is seen by what follows, or waits.
    PERFORM FROM clients_client
        WHERE practice_id = NEW.practice_id AND id = NEW.client_id FOR NO KEY UPDATE;
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %I WHERE practice_id = $1 AND client_id = $2 AND id <> $3'
        ' AND withdrawn_at IS NULL AND %I::text = $4'
        ' AND daterange(starts_on, ends_on, ''[]'') && daterange($5, $6, ''[]''))',
        TG_TABLE_NAME, TG_ARGV[0])
        INTO is_taken
        USING NEW.practice_id, NEW.client_id, NEW.id, told ->> TG_ARGV[0], NEW.starts_on, NEW.ends_on;
    IF is_taken THEN
        RAISE EXCEPTION 'two rows of % have one % on one day', TG_TABLE_NAME, TG_ARGV[0]
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER no_two_on_a_day
    AFTER INSERT OR UPDATE OF client_id, rank, starts_on, ends_on, withdrawn_at ON clients_coverage
    FOR EACH ROW EXECUTE FUNCTION no_two_on_a_day('rank');

-- What was withdrawn stays withdrawn.
CREATE FUNCTION stays_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL
            AND (NEW.withdrawn_at, NEW.withdrawn_by_id, to_jsonb(NEW) ->> 'withdrawal')
            IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id, to_jsonb(OLD) ->> 'withdrawal') THEN
        RAISE EXCEPTION 'what was withdrawn stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER stays_withdrawn BEFORE UPDATE ON clients_coverage
    FOR EACH ROW EXECUTE FUNCTION stays_withdrawn();

ALTER TABLE clients_coverage ADD CONSTRAINT clients_coverage_ended_by_id_same_practice
    FOREIGN KEY (practice_id, ended_by_id) REFERENCES accounts_membership (practice_id, id) NOT DEFERRABLE;
ALTER TABLE clients_coverage ADD CONSTRAINT clients_coverage_withdrawn_by_id_same_practice
    FOREIGN KEY (practice_id, withdrawn_by_id) REFERENCES accounts_membership (practice_id, id) NOT DEFERRABLE;
ALTER TABLE clients_coverage ADD CONSTRAINT clients_coverage_corrects_id_same_practice
    FOREIGN KEY (practice_id, corrects_id) REFERENCES clients_coverage (practice_id, id) NOT DEFERRABLE;
CREATE INDEX clients_coverage_ended_by_id_key ON clients_coverage (practice_id, ended_by_id);
CREATE INDEX clients_coverage_withdrawn_by_id_key ON clients_coverage (practice_id, withdrawn_by_id);

-- What a coverage says is corrected by another row: app changes its end, its withdrawal, whose it is
-- (two records of one person become one), and under which key its values are sealed.
REVOKE UPDATE ON clients_coverage FROM app;
GRANT UPDATE (client_id, rank, ends_on, ended_at, ended_by_id, withdrawal, withdrawn_at, withdrawn_by_id,
    payer_name, plan_name, group_number, member_id, subscriber_given_names, subscriber_family_name,
    subscriber_birth_date) ON clients_coverage TO app;

-- reverse
REVOKE UPDATE ON clients_coverage FROM app;
GRANT UPDATE ON clients_coverage TO app;
DROP INDEX clients_coverage_withdrawn_by_id_key;
DROP INDEX clients_coverage_ended_by_id_key;
ALTER TABLE clients_coverage DROP CONSTRAINT clients_coverage_corrects_id_same_practice;
ALTER TABLE clients_coverage DROP CONSTRAINT clients_coverage_withdrawn_by_id_same_practice;
ALTER TABLE clients_coverage DROP CONSTRAINT clients_coverage_ended_by_id_same_practice;
DROP TRIGGER stays_withdrawn ON clients_coverage;
DROP FUNCTION stays_withdrawn();
DROP TRIGGER no_two_on_a_day ON clients_coverage;
DROP FUNCTION no_two_on_a_day();
