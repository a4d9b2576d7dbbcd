-- The guards of the books. They refuse, and never compute. They run as the caller, under row
-- security, with a pinned search_path: a temporary table of the same name deceives none of them.

-- An entry stands at commit: it has the postings that it counted, and debits equal credits.
CREATE FUNCTION ledger_entry_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    postings bigint;
    imbalance bigint;
BEGIN
    SELECT count(*), coalesce(sum(debit) - sum(credit), 0) INTO postings, imbalance
        FROM ledger_posting WHERE practice_id = NEW.practice_id AND entry_id = NEW.id;
    IF postings <> NEW.posting_count THEN
        RAISE EXCEPTION 'entry % has % of its % postings', NEW.id, postings, NEW.posting_count
            USING ERRCODE = 'check_violation';
    END IF;
    IF imbalance <> 0 THEN
        RAISE EXCEPTION 'entry % is out of balance by % cents', NEW.id, imbalance
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER entry_stands AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_stands();

-- A reversing entry mirrors an entry that is not itself a reversal, so that nothing is left of both.
CREATE FUNCTION ledger_reversal_mirrors() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_journalentry
        WHERE practice_id = NEW.practice_id AND id = NEW.reverses_id AND reverses_id IS NULL
    ) THEN
        RAISE EXCEPTION 'entry % reverses a reversal', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM ledger_posting
        WHERE practice_id = NEW.practice_id AND entry_id IN (NEW.id, NEW.reverses_id)
        GROUP BY account_id, party, item HAVING sum(debit) <> sum(credit)
    ) THEN
        RAISE EXCEPTION 'entry % does not mirror the entry that it reverses', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER reversal_mirrors AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION ledger_reversal_mirrors();

-- No posting joins an entry that has all of its own: not in a later transaction, nor in this one.
CREATE FUNCTION ledger_postings_belong() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    offender uuid;
BEGIN
    SELECT entry.id INTO offender FROM ledger_journalentry AS entry
        WHERE (entry.practice_id, entry.id) IN (SELECT practice_id, entry_id FROM new_postings)
        AND entry.posting_count < (
            SELECT count(*) FROM ledger_posting AS posting
            WHERE posting.practice_id = entry.practice_id AND posting.entry_id = entry.id
        ) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % is complete: no posting can join it', offender
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT posting.id INTO offender FROM new_postings AS posting
        JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
        WHERE account.is_control AND (posting.party IS NULL OR posting.item IS NULL) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'posting % on a control account names no party and item', offender
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER postings_belong AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS new_postings
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_belong();

-- Whoever posts into a month shares this lock, whoever closes or reopens it has it alone.
CREATE FUNCTION ledger_period_lock(practice uuid, month date) RETURNS bigint LANGUAGE sql IMMUTABLE
AS $$ SELECT hashtextextended('ledger ' || practice::text || (month - DATE '2000-01-01')::text, 0) $$;

-- An entry is posted now, and never into a month that is closed, or was when it was posted.
CREATE FUNCTION ledger_entries_in_open_period() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    book record;
BEGIN
    IF EXISTS (
        SELECT FROM new_entries WHERE posted_at NOT BETWEEN transaction_timestamp() AND clock_timestamp()
    ) THEN
        RAISE EXCEPTION 'an entry is posted at the time of posting' USING ERRCODE = 'check_violation';
    END IF;
    FOR book IN
        SELECT practice_id, date_trunc('month', entry_date)::date AS month, min(posted_at) AS posted_at
        FROM new_entries GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        PERFORM pg_advisory_xact_lock_shared(ledger_period_lock(book.practice_id, book.month));
        IF EXISTS (
            SELECT FROM ledger_period AS period
            JOIN ledger_periodclose AS close
                ON close.practice_id = period.practice_id AND close.period_id = period.id
            LEFT JOIN ledger_periodreopen AS reopen
                ON reopen.practice_id = close.practice_id AND reopen.close_id = close.id
            WHERE period.practice_id = book.practice_id AND period.month = book.month
            AND (reopen.id IS NULL
                OR (close.closed_at <= book.posted_at AND book.posted_at < reopen.reopened_at))
        ) THEN
            RAISE EXCEPTION 'the period % is closed', to_char(book.month, 'YYYY-MM')
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;

CREATE TRIGGER entries_in_open_period AFTER INSERT ON ledger_journalentry
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_in_open_period();

-- A month is closed once, now, and after everything that was posted into it.
CREATE FUNCTION ledger_period_closes() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    first date := (SELECT month FROM ledger_period
        WHERE practice_id = NEW.practice_id AND id = NEW.period_id);
BEGIN
    IF first IS NULL THEN
        RAISE EXCEPTION 'there is no period % to close', NEW.period_id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(ledger_period_lock(NEW.practice_id, first));
    IF EXISTS (
        SELECT FROM ledger_periodclose AS close
        WHERE close.practice_id = NEW.practice_id AND close.period_id = NEW.period_id
        AND NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
            WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
    ) THEN
        RAISE EXCEPTION 'the period % is closed', to_char(first, 'YYYY-MM')
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.closed_at NOT BETWEEN transaction_timestamp() AND clock_timestamp() OR EXISTS (
        SELECT FROM ledger_journalentry
        WHERE practice_id = NEW.practice_id AND posted_at > NEW.closed_at
        AND entry_date >= first AND entry_date < first + INTERVAL '1 month'
    ) THEN
        RAISE EXCEPTION 'a period is closed at the time of closing' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER period_closes BEFORE INSERT ON ledger_periodclose
    FOR EACH ROW EXECUTE FUNCTION ledger_period_closes();

-- A close is taken back now, while nobody posts into the month.
CREATE FUNCTION ledger_period_reopens() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(ledger_period_lock(period.practice_id, period.month))
        FROM ledger_periodclose AS close JOIN ledger_period AS period
        ON period.practice_id = close.practice_id AND period.id = close.period_id
        WHERE close.practice_id = NEW.practice_id AND close.id = NEW.close_id;
    IF NEW.reopened_at NOT BETWEEN transaction_timestamp() AND clock_timestamp() THEN
        RAISE EXCEPTION 'a period is reopened at the time of reopening'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER period_reopens BEFORE INSERT ON ledger_periodreopen
    FOR EACH ROW EXECUTE FUNCTION ledger_period_reopens();

-- A practice renames and renumbers its accounts; what an account is for stays.
CREATE FUNCTION ledger_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a ledger account is for does not change' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER account_stays BEFORE UPDATE ON ledger_account FOR EACH ROW
    WHEN ((OLD.id, OLD.practice_id, OLD.role, OLD.kind, OLD.normal_side, OLD.is_control)
        IS DISTINCT FROM (NEW.id, NEW.practice_id, NEW.role, NEW.kind, NEW.normal_side, NEW.is_control))
    EXECUTE FUNCTION ledger_account_stays();
CREATE TRIGGER account_is_kept BEFORE DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_stays();

-- reverse
DROP TRIGGER account_is_kept ON ledger_account;
DROP TRIGGER account_stays ON ledger_account;
DROP TRIGGER period_reopens ON ledger_periodreopen;
DROP TRIGGER period_closes ON ledger_periodclose;
DROP TRIGGER entries_in_open_period ON ledger_journalentry;
DROP TRIGGER postings_belong ON ledger_posting;
DROP TRIGGER reversal_mirrors ON ledger_journalentry;
DROP TRIGGER entry_stands ON ledger_journalentry;
DROP FUNCTION ledger_account_stays();
DROP FUNCTION ledger_period_reopens();
DROP FUNCTION ledger_period_closes();
DROP FUNCTION ledger_entries_in_open_period();
DROP FUNCTION ledger_period_lock(uuid, date);
DROP FUNCTION ledger_postings_belong();
DROP FUNCTION ledger_reversal_mirrors();
DROP FUNCTION ledger_entry_stands();
