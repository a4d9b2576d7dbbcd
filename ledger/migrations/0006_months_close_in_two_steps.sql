-- Like all guards of the books these refuse and never compute, as the caller, under row security.

ALTER TABLE ledger_periodreopen ADD CONSTRAINT ledger_periodreopen_approval_id_same_practice
    FOREIGN KEY (practice_id, approval_id) REFERENCES accounts_approval (practice_id, id) NOT DEFERRABLE;
CREATE INDEX ledger_periodreopen_approval_id_key ON ledger_periodreopen (practice_id, approval_id);

-- Who may post into a month that is closed to the others: whose roles hold the right at this moment.
CREATE FUNCTION ledger_may_post_late(practice uuid, member uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_rolegrant AS held
        JOIN accounts_membership AS person
            ON person.practice_id = held.practice_id AND person.id = held.member_id
        JOIN accounts_role AS role ON role.practice_id = held.practice_id AND role.id = held.role_id
        JOIN auth_group_permissions AS given ON given.group_id = role.group_id
        JOIN auth_permission AS permission ON permission.id = given.permission_id
        WHERE held.practice_id = practice AND held.member_id = member AND held.withdrawn_at IS NULL
        AND person.ended_at IS NULL AND permission.codename = 'period_post'
    )
$$;

-- The months that are closed to a member: to everybody, or to all but those who may post late.
CREATE OR REPLACE FUNCTION ledger_closed_months(practice uuid, member uuid) RETURNS SETOF date
LANGUAGE sql STABLE AS $$
    SELECT period.month FROM ledger_period AS period
    JOIN ledger_periodclose AS close
        ON close.practice_id = period.practice_id AND close.period_id = period.id
    WHERE period.practice_id = practice AND NOT EXISTS (
        SELECT FROM ledger_periodreopen AS reopen
        WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
    AND (close.kind = 'HARD' OR NOT ledger_may_post_late(practice, member))
$$;

-- An entry is posted now, and never into a month that is closed to its poster, or was when posted.
CREATE OR REPLACE FUNCTION ledger_entries_in_open_period() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    book record;
    hindrance text;
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
        SELECT min(close.kind) INTO hindrance FROM ledger_period AS period
            JOIN ledger_periodclose AS close
                ON close.practice_id = period.practice_id AND close.period_id = period.id
            LEFT JOIN ledger_periodreopen AS reopen
                ON reopen.practice_id = close.practice_id AND reopen.close_id = close.id
            WHERE period.practice_id = book.practice_id AND period.month = book.month
            AND (reopen.id IS NULL
                OR (close.closed_at <= book.posted_at AND book.posted_at < reopen.reopened_at));
        IF hindrance = 'HARD' THEN
            RAISE EXCEPTION 'the period % is closed', to_char(book.month, 'YYYY-MM')
                USING ERRCODE = 'check_violation';
        END IF;
        IF hindrance = 'SOFT' AND EXISTS (
            SELECT FROM (SELECT DISTINCT posted_by_id FROM new_entries AS entry
                WHERE entry.practice_id = book.practice_id
                AND date_trunc('month', entry.entry_date)::date = book.month) AS poster
            WHERE NOT ledger_may_post_late(book.practice_id, poster.posted_by_id)
        ) THEN
            RAISE EXCEPTION 'the period % is closed to all but accountants', to_char(book.month, 'YYYY-MM')
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;

-- A month is closed once in each way, the softer one first, now, and after all that was posted into it.
CREATE OR REPLACE FUNCTION ledger_period_closes() RETURNS trigger LANGUAGE plpgsql
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
        AND (NEW.kind = 'SOFT' OR close.kind = 'HARD')
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

-- A close is taken back by two people, the harder one first. It is asked after the row was written:
-- row security and the keys speak before it.
CREATE FUNCTION ledger_reopened_by_two() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    taken_back record;
BEGIN
    SELECT close.kind, close.period_id, period.month INTO taken_back
        FROM ledger_periodclose AS close JOIN ledger_period AS period
        ON period.practice_id = close.practice_id AND period.id = close.period_id
        WHERE close.practice_id = NEW.practice_id AND close.id = NEW.close_id;
    IF NOT EXISTS (
        SELECT FROM accounts_approval AS approval
        WHERE approval.practice_id = NEW.practice_id AND approval.id = NEW.approval_id
        AND approval.act = 'REOPEN' AND approval.subject_id = NEW.close_id
        AND approval.decision = 'APPROVED' AND approval.spent_at IS NOT NULL
        AND approval.asked_by_id = NEW.reopened_by_id AND approval.decided_by_id <> NEW.reopened_by_id
    ) THEN
        RAISE EXCEPTION 'a period is reopened by two people' USING ERRCODE = 'check_violation';
    END IF;
    IF taken_back.kind = 'SOFT' AND EXISTS (
        SELECT FROM ledger_periodclose AS close
        WHERE close.practice_id = NEW.practice_id AND close.period_id = taken_back.period_id
        AND close.kind = 'HARD'
        AND NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
            WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
    ) THEN
        RAISE EXCEPTION 'the period % is closed to everybody', to_char(taken_back.month, 'YYYY-MM')
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER reopened_by_two AFTER INSERT ON ledger_periodreopen
    FOR EACH ROW EXECUTE FUNCTION ledger_reopened_by_two();

-- reverse
DROP TRIGGER reopened_by_two ON ledger_periodreopen;
DROP FUNCTION ledger_reopened_by_two();

CREATE OR REPLACE FUNCTION ledger_period_closes() RETURNS trigger LANGUAGE plpgsql
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

CREATE OR REPLACE FUNCTION ledger_entries_in_open_period() RETURNS trigger LANGUAGE plpgsql
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

CREATE OR REPLACE FUNCTION ledger_closed_months(practice uuid, member uuid) RETURNS SETOF date
LANGUAGE sql STABLE AS $$
    SELECT period.month FROM ledger_period AS period
    JOIN ledger_periodclose AS close
        ON close.practice_id = period.practice_id AND close.period_id = period.id
    WHERE period.practice_id = practice AND NOT EXISTS (
        SELECT FROM ledger_periodreopen AS reopen
        WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
$$;

DROP FUNCTION ledger_may_post_late(uuid, uuid);
DROP INDEX ledger_periodreopen_approval_id_key;
ALTER TABLE ledger_periodreopen DROP CONSTRAINT ledger_periodreopen_approval_id_same_practice;
