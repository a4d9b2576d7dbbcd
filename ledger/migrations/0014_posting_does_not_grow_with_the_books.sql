-- A plan is kept for a connection, until the table is analyzed. One that was made while the books were
-- small read all entries to find those of the new postings, and each posting took longer than the one
-- before: a millisecond for every two hundred. With LIMIT each entry is looked up by itself.

CREATE OR REPLACE FUNCTION ledger_postings_belong() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    offender uuid;
BEGIN
    SELECT entry.id INTO offender
        FROM (SELECT DISTINCT practice_id, entry_id FROM new_postings) AS joined
        CROSS JOIN LATERAL (
            SELECT id, posting_count FROM ledger_journalentry
            WHERE practice_id = joined.practice_id AND id = joined.entry_id LIMIT 1
        ) AS entry
        WHERE entry.posting_count < (
            SELECT count(*) FROM ledger_posting AS posting
            WHERE posting.practice_id = joined.practice_id AND posting.entry_id = joined.entry_id
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
        -- One condition inside the other: "NULL AND EXISTS" would ask about roles in an open month.
        IF hindrance = 'SOFT' THEN
            IF EXISTS (
                SELECT FROM (SELECT DISTINCT posted_by_id FROM new_entries AS entry
                    WHERE entry.practice_id = book.practice_id
                    AND date_trunc('month', entry.entry_date)::date = book.month) AS poster
                WHERE NOT ledger_may_post_late(book.practice_id, poster.posted_by_id)
            ) THEN
                RAISE EXCEPTION 'the period % is closed to all but accountants', to_char(book.month, 'YYYY-MM')
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;

-- The plan for any voucher is the plan for each: it is made once, and not for every call.
ALTER FUNCTION ledger_post(jsonb) SET plan_cache_mode = force_generic_plan;

-- reverse
ALTER FUNCTION ledger_post(jsonb) RESET plan_cache_mode;
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
CREATE OR REPLACE FUNCTION ledger_postings_belong() RETURNS trigger LANGUAGE plpgsql
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
