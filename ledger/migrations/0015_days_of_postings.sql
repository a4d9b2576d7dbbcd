-- Each posting holds the day of its entry, and the key makes it the same day: an account, or a party of
-- it, is read in the order of its days from one index, without a look at the entries. Nothing that
-- stands is changed: the owner writes the day beside the postings that there are, past the triggers
-- that keep them from change and past row security, and puts both back.

ALTER TABLE ledger_journalentry ADD CONSTRAINT ledger_journalentry_dated UNIQUE (practice_id, id, entry_date);

ALTER TABLE ledger_posting NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_journalentry NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_posting DISABLE TRIGGER USER;
UPDATE ledger_posting AS posting SET entry_date = entry.entry_date
    FROM ledger_journalentry AS entry
    WHERE entry.practice_id = posting.practice_id AND entry.id = posting.entry_id;
ALTER TABLE ledger_posting ENABLE TRIGGER USER;
ALTER TABLE ledger_posting FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_journalentry FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_entry_id_same_practice;
ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_entry_id_same_practice
    FOREIGN KEY (practice_id, entry_id, entry_date)
    REFERENCES ledger_journalentry (practice_id, id, entry_date) NOT DEFERRABLE;
DROP INDEX ledger_posting_account_id_key;
CREATE INDEX ledger_posting_account_id_key ON ledger_posting (practice_id, account_id, entry_date, entry_id)
    INCLUDE (debit, credit, party, item);

-- Totals also count the postings of a month, so that a page of an account knows where it begins.
ALTER TABLE ledger_posting NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_monthtotal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_periodclose NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_period NO FORCE ROW LEVEL SECURITY;
UPDATE ledger_monthtotal AS total SET posting_count = (
    SELECT count(*) FROM ledger_posting AS posting
    WHERE posting.practice_id = total.practice_id AND posting.account_id = total.account_id
    AND posting.entry_date >= period.month AND posting.entry_date < period.month + INTERVAL '1 month'
) FROM ledger_periodclose AS close JOIN ledger_period AS period
    ON period.practice_id = close.practice_id AND period.id = close.period_id
    WHERE close.practice_id = total.practice_id AND close.id = total.close_id;
ALTER TABLE ledger_period FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_periodclose FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_monthtotal FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_posting FORCE ROW LEVEL SECURITY;
CREATE OR REPLACE FUNCTION ledger_totals_are_true() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT DISTINCT total.practice_id, total.close_id, period.month
        FROM new_totals AS total
        JOIN ledger_periodclose AS close
            ON close.practice_id = total.practice_id AND close.id = total.close_id
            AND close.kind = 'HARD'
        JOIN ledger_period AS period
            ON period.practice_id = close.practice_id AND period.id = close.period_id
        WHERE NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
            WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
    LOOP
        IF EXISTS (
            (SELECT account_id, debit, credit, posting_count FROM ledger_monthtotal
                WHERE practice_id = made.practice_id AND close_id = made.close_id)
            EXCEPT
            (SELECT account_id, sum(debit), sum(credit), count(*) FROM ledger_posting
                WHERE practice_id = made.practice_id AND entry_date >= made.month
                AND entry_date < made.month + INTERVAL '1 month' GROUP BY account_id)
        ) OR (SELECT count(*) FROM ledger_monthtotal
            WHERE practice_id = made.practice_id AND close_id = made.close_id)
        <> (SELECT count(DISTINCT account_id) FROM ledger_posting
            WHERE practice_id = made.practice_id AND entry_date >= made.month
            AND entry_date < made.month + INTERVAL '1 month')
        THEN
            RAISE EXCEPTION 'the totals of % are not what was posted', to_char(made.month, 'YYYY-MM')
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    IF EXISTS (
        SELECT FROM new_totals AS total WHERE NOT EXISTS (
            SELECT FROM ledger_periodclose AS close
            WHERE close.practice_id = total.practice_id AND close.id = total.close_id
            AND close.kind = 'HARD'
            AND NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
                WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
        )
    ) THEN
        RAISE EXCEPTION 'totals are made of a month that is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION ledger_post(vouchers jsonb) RETURNS TABLE (
    place integer, outcome text, entry_id uuid, entry_date date, memo text, posting_count integer,
    posted_at timestamptz, posted_by_id uuid, reverses_id uuid, cents bigint, digest text, lacks text
) LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    practice CONSTANT uuid := current_practice_id();
    posted integer;
BEGIN
    IF jsonb_path_exists(vouchers, '$[*].currency ? (@ <> "USD")') THEN
        RAISE EXCEPTION 'the books are kept in USD' USING ERRCODE = 'check_violation';
    END IF;
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT * FROM ledger_asked(vouchers, practice)
    ), summed AS MATERIALIZED (
        SELECT place, count(*) AS lines, sum(debit)::bigint AS cents, ledger_lines(array_agg(
            ledger_line(account, debit, credit, party, item)
            ORDER BY ledger_line(account, debit, credit, party, item) COLLATE "C")) AS digest
        FROM asked GROUP BY place
    ), voucher AS MATERIALIZED (
        SELECT place::integer, id, source, date, memo, by, reverses
        FROM ROWS FROM (jsonb_to_recordset(vouchers) AS (
            id uuid, source text, date date, memo text, by uuid, reverses uuid
        )) WITH ORDINALITY AS voucher (id, source, date, memo, by, reverses, place)
    ), closed AS MATERIALIZED (
        SELECT poster.by, month FROM (SELECT DISTINCT by FROM voucher) AS poster
        CROSS JOIN LATERAL ledger_closed_months(practice, poster.by) AS month
    ), entry AS (
        INSERT INTO ledger_journalentry AS entry
            (id, practice_id, source, entry_date, memo, posting_count, posted_by_id, reverses_id)
        SELECT id, practice, source, date, memo, lines, by, reverses
        FROM voucher JOIN summed USING (place)
        WHERE NOT EXISTS (SELECT FROM asked WHERE account IS NULL)
        AND NOT EXISTS (SELECT FROM closed
            WHERE closed.by = voucher.by AND closed.month = date_trunc('month', date)::date)
        ORDER BY source
        ON CONFLICT DO NOTHING
        RETURNING entry.id, entry.posting_count, entry.posted_at
    ), posting AS (
        INSERT INTO ledger_posting
            (id, practice_id, entry_id, entry_date, account_id, debit, credit, party, item)
        SELECT ledger_new_id(), practice, entry.id, date, account, debit, credit, party, item
        FROM entry JOIN voucher USING (id) JOIN asked USING (place)
    )
    SELECT voucher.place, 'POSTED', entry.id, voucher.date, voucher.memo,
        entry.posting_count::integer, entry.posted_at, voucher.by, voucher.reverses,
        summed.cents, summed.digest, ''
    FROM entry JOIN voucher USING (id) JOIN summed USING (place);
    GET DIAGNOSTICS posted = ROW_COUNT;
    IF posted = jsonb_array_length(vouchers) THEN
        RETURN;
    END IF;
    -- A statement of its own: it sees what others committed while the first one waited for them.
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT * FROM ledger_asked(vouchers, practice)
    ), lacking AS (
        SELECT string_agg(DISTINCT role, ', ' ORDER BY role) AS roles FROM asked WHERE account IS NULL
    ), voucher AS (
        SELECT place::integer, id, source, date, by, reverses
        FROM ROWS FROM (jsonb_to_recordset(vouchers) AS (
            id uuid, source text, date date, by uuid, reverses uuid
        )) WITH ORDINALITY AS voucher (id, source, date, by, reverses, place)
    ), told AS (
        SELECT voucher.place, voucher.id, voucher.date, voucher.by, voucher.reverses, lacking.roles,
            found.id AS entry_id, found.entry_date, found.memo, found.posting_count,
            found.posted_at, found.posted_by_id, found.reverses_id,
            (SELECT array_agg(line ORDER BY line COLLATE "C") FROM (
                SELECT ledger_line(account, debit, credit, party, item)
                FROM asked WHERE asked.place = voucher.place) AS lines (line)) AS wanted,
            (SELECT array_agg(line ORDER BY line COLLATE "C") FROM (
                SELECT ledger_line(account_id, debit, credit, party, item)
                FROM ledger_posting AS posting WHERE posting.practice_id = practice
                AND posting.entry_id = found.id) AS lines (line)) AS stands
        FROM voucher CROSS JOIN lacking LEFT JOIN ledger_journalentry AS found
            ON found.practice_id = practice AND found.source = voucher.source
        WHERE found.id IS DISTINCT FROM voucher.id
    )
    SELECT place, CASE
            WHEN roles IS NOT NULL THEN 'NO_ACCOUNT'
            WHEN wanted IS NULL THEN 'EMPTY'
            WHEN entry_id IS NULL AND date_trunc('month', date)::date NOT IN (
                SELECT ledger_closed_months(practice, by)) AND EXISTS (
                SELECT FROM ledger_journalentry AS other
                WHERE other.practice_id = practice AND other.reverses_id = told.reverses)
                THEN 'REVERSED'
            -- Its month may have been reopened since the first statement met it closed.
            WHEN entry_id IS NULL THEN 'CLOSED'
            WHEN wanted = stands AND reverses IS NOT DISTINCT FROM reverses_id THEN 'REPLAYED'
            ELSE 'OTHER_LINES'
        END,
        entry_id, entry_date, memo::text, posting_count::integer, posted_at, posted_by_id,
        reverses_id, 0::bigint, '', coalesce(roles, '')
    FROM told ORDER BY place;
END;
$$;

ALTER FUNCTION ledger_post(jsonb) SET plan_cache_mode = force_generic_plan;

-- reverse
CREATE OR REPLACE FUNCTION ledger_post(vouchers jsonb) RETURNS TABLE (
    place integer, outcome text, entry_id uuid, entry_date date, memo text, posting_count integer,
    posted_at timestamptz, posted_by_id uuid, reverses_id uuid, cents bigint, digest text, lacks text
) LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    practice CONSTANT uuid := current_practice_id();
    posted integer;
BEGIN
    IF jsonb_path_exists(vouchers, '$[*].currency ? (@ <> "USD")') THEN
        RAISE EXCEPTION 'the books are kept in USD' USING ERRCODE = 'check_violation';
    END IF;
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT * FROM ledger_asked(vouchers, practice)
    ), summed AS MATERIALIZED (
        SELECT place, count(*) AS lines, sum(debit)::bigint AS cents, ledger_lines(array_agg(
            ledger_line(account, debit, credit, party, item)
            ORDER BY ledger_line(account, debit, credit, party, item) COLLATE "C")) AS digest
        FROM asked GROUP BY place
    ), voucher AS MATERIALIZED (
        SELECT place::integer, id, source, date, memo, by, reverses
        FROM ROWS FROM (jsonb_to_recordset(vouchers) AS (
            id uuid, source text, date date, memo text, by uuid, reverses uuid
        )) WITH ORDINALITY AS voucher (id, source, date, memo, by, reverses, place)
    ), closed AS MATERIALIZED (
        SELECT poster.by, month FROM (SELECT DISTINCT by FROM voucher) AS poster
        CROSS JOIN LATERAL ledger_closed_months(practice, poster.by) AS month
    ), entry AS (
        INSERT INTO ledger_journalentry AS entry
            (id, practice_id, source, entry_date, memo, posting_count, posted_by_id, reverses_id)
        SELECT id, practice, source, date, memo, lines, by, reverses
        FROM voucher JOIN summed USING (place)
        WHERE NOT EXISTS (SELECT FROM asked WHERE account IS NULL)
        AND NOT EXISTS (SELECT FROM closed
            WHERE closed.by = voucher.by AND closed.month = date_trunc('month', date)::date)
        ORDER BY source
        ON CONFLICT DO NOTHING
        RETURNING entry.id, entry.posting_count, entry.posted_at
    ), posting AS (
        INSERT INTO ledger_posting
            (id, practice_id, entry_id, account_id, debit, credit, party, item)
        SELECT ledger_new_id(), practice, entry.id, account, debit, credit, party, item
        FROM entry JOIN voucher USING (id) JOIN asked USING (place)
    )
    SELECT voucher.place, 'POSTED', entry.id, voucher.date, voucher.memo,
        entry.posting_count::integer, entry.posted_at, voucher.by, voucher.reverses,
        summed.cents, summed.digest, ''
    FROM entry JOIN voucher USING (id) JOIN summed USING (place);
    GET DIAGNOSTICS posted = ROW_COUNT;
    IF posted = jsonb_array_length(vouchers) THEN
        RETURN;
    END IF;
    -- A statement of its own: it sees what others committed while the first one waited for them.
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT * FROM ledger_asked(vouchers, practice)
    ), lacking AS (
        SELECT string_agg(DISTINCT role, ', ' ORDER BY role) AS roles FROM asked WHERE account IS NULL
    ), voucher AS (
        SELECT place::integer, id, source, date, by, reverses
        FROM ROWS FROM (jsonb_to_recordset(vouchers) AS (
            id uuid, source text, date date, by uuid, reverses uuid
        )) WITH ORDINALITY AS voucher (id, source, date, by, reverses, place)
    ), told AS (
        SELECT voucher.place, voucher.id, voucher.date, voucher.by, voucher.reverses, lacking.roles,
            found.id AS entry_id, found.entry_date, found.memo, found.posting_count,
            found.posted_at, found.posted_by_id, found.reverses_id,
            (SELECT array_agg(line ORDER BY line COLLATE "C") FROM (
                SELECT ledger_line(account, debit, credit, party, item)
                FROM asked WHERE asked.place = voucher.place) AS lines (line)) AS wanted,
            (SELECT array_agg(line ORDER BY line COLLATE "C") FROM (
                SELECT ledger_line(account_id, debit, credit, party, item)
                FROM ledger_posting AS posting WHERE posting.practice_id = practice
                AND posting.entry_id = found.id) AS lines (line)) AS stands
        FROM voucher CROSS JOIN lacking LEFT JOIN ledger_journalentry AS found
            ON found.practice_id = practice AND found.source = voucher.source
        WHERE found.id IS DISTINCT FROM voucher.id
    )
    SELECT place, CASE
            WHEN roles IS NOT NULL THEN 'NO_ACCOUNT'
            WHEN wanted IS NULL THEN 'EMPTY'
            WHEN entry_id IS NULL AND date_trunc('month', date)::date NOT IN (
                SELECT ledger_closed_months(practice, by)) AND EXISTS (
                SELECT FROM ledger_journalentry AS other
                WHERE other.practice_id = practice AND other.reverses_id = told.reverses)
                THEN 'REVERSED'
            -- Its month may have been reopened since the first statement met it closed.
            WHEN entry_id IS NULL THEN 'CLOSED'
            WHEN wanted = stands AND reverses IS NOT DISTINCT FROM reverses_id THEN 'REPLAYED'
            ELSE 'OTHER_LINES'
        END,
        entry_id, entry_date, memo::text, posting_count::integer, posted_at, posted_by_id,
        reverses_id, 0::bigint, '', coalesce(roles, '')
    FROM told ORDER BY place;
END;
$$;

ALTER FUNCTION ledger_post(jsonb) SET plan_cache_mode = force_generic_plan;

CREATE OR REPLACE FUNCTION ledger_totals_are_true() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT DISTINCT total.practice_id, total.close_id, period.month
        FROM new_totals AS total
        JOIN ledger_periodclose AS close
            ON close.practice_id = total.practice_id AND close.id = total.close_id
            AND close.kind = 'HARD'
        JOIN ledger_period AS period
            ON period.practice_id = close.practice_id AND period.id = close.period_id
        WHERE NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
            WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
    LOOP
        IF EXISTS (
            (SELECT account_id, sum(debit), sum(credit) FROM ledger_monthtotal
                WHERE practice_id = made.practice_id AND close_id = made.close_id GROUP BY account_id)
            EXCEPT
            (SELECT posting.account_id, sum(posting.debit), sum(posting.credit)
                FROM ledger_journalentry AS entry JOIN ledger_posting AS posting
                ON posting.practice_id = entry.practice_id AND posting.entry_id = entry.id
                WHERE entry.practice_id = made.practice_id AND entry.entry_date >= made.month
                AND entry.entry_date < made.month + INTERVAL '1 month' GROUP BY posting.account_id)
        ) OR (SELECT count(*) FROM ledger_monthtotal
            WHERE practice_id = made.practice_id AND close_id = made.close_id)
        <> (SELECT count(DISTINCT posting.account_id)
            FROM ledger_journalentry AS entry JOIN ledger_posting AS posting
            ON posting.practice_id = entry.practice_id AND posting.entry_id = entry.id
            WHERE entry.practice_id = made.practice_id AND entry.entry_date >= made.month
            AND entry.entry_date < made.month + INTERVAL '1 month')
        THEN
            RAISE EXCEPTION 'the totals of % are not what was posted', to_char(made.month, 'YYYY-MM')
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    IF EXISTS (
        SELECT FROM new_totals AS total WHERE NOT EXISTS (
            SELECT FROM ledger_periodclose AS close
            WHERE close.practice_id = total.practice_id AND close.id = total.close_id
            AND close.kind = 'HARD'
            AND NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
                WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
        )
    ) THEN
        RAISE EXCEPTION 'totals are made of a month that is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

DROP INDEX ledger_posting_account_id_key;
CREATE INDEX ledger_posting_account_id_key ON ledger_posting (practice_id, account_id)
    INCLUDE (entry_id, debit, credit, party, item);
ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_entry_id_same_practice;
ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_entry_id_same_practice
    FOREIGN KEY (practice_id, entry_id) REFERENCES ledger_journalentry (practice_id, id) NOT DEFERRABLE;
ALTER TABLE ledger_journalentry DROP CONSTRAINT ledger_journalentry_dated;
