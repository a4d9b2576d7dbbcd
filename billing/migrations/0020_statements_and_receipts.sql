-- Like all guards these refuse and never compute, as the caller, under row security.

-- What the records of a statement owe less what is kept as their credit, before a day or at the end of
-- one, as known at a moment.
CREATE FUNCTION billing_owed(practice uuid, of_statement uuid, before date, known timestamptz)
RETURNS bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(posting.debit - posting.credit), 0)::bigint
    FROM billing_statementrecord AS record
    JOIN ledger_posting AS posting
        ON posting.practice_id = record.practice_id AND posting.party = record.client_id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
    WHERE record.practice_id = practice AND record.statement_id = of_statement
    AND account.role IN ('CLIENT_RECEIVABLE', 'CLIENT_CREDITS')
    AND posting.entry_date < before AND entry.posted_at <= known
$$;

-- A statement says what the books say (I-13), of a moment after which nothing can be posted before it.
CREATE FUNCTION billing_statement_is_true() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_knownpoint WHERE practice_id = NEW.practice_id AND at >= NEW.known_at
    ) THEN
        RAISE EXCEPTION 'a statement is known at a settled moment' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.record_count <> (
        SELECT count(*) FROM billing_statementrecord
        WHERE practice_id = NEW.practice_id AND statement_id = NEW.id
    ) OR NOT EXISTS (
        SELECT FROM billing_statementrecord WHERE practice_id = NEW.practice_id
        AND statement_id = NEW.id AND client_id = NEW.client_id
    ) THEN
        RAISE EXCEPTION 'a statement names its own client and each other record'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.opening <> billing_owed(NEW.practice_id, NEW.id, NEW.since, NEW.known_at)
    OR NEW.closing <> billing_owed(NEW.practice_id, NEW.id, NEW.until + 1, NEW.known_at) THEN
        RAISE EXCEPTION 'statement % is not what the books say', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER statement_is_true AFTER INSERT ON billing_accountstatement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_statement_is_true();

-- No record joins a statement that stands: it would be another statement.
CREATE FUNCTION billing_statement_is_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_accountstatement AS statement
        WHERE statement.practice_id = NEW.practice_id AND statement.id = NEW.statement_id
        AND statement.record_count >= (
            SELECT count(*) FROM billing_statementrecord AS record
            WHERE record.practice_id = NEW.practice_id AND record.statement_id = NEW.statement_id)
    ) THEN
        RAISE EXCEPTION 'statement % stands: no record can join it', NEW.statement_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER statement_is_whole AFTER INSERT ON billing_statementrecord
    FOR EACH ROW EXECUTE FUNCTION billing_statement_is_whole();

-- reverse
DROP TRIGGER statement_is_whole ON billing_statementrecord;
DROP FUNCTION billing_statement_is_whole();
DROP TRIGGER statement_is_true ON billing_accountstatement;
DROP FUNCTION billing_statement_is_true();
DROP FUNCTION billing_owed(uuid, uuid, date, timestamptz);
