-- Posting in one round trip: vouchers come in as JSON, the entries that stand go back. It runs as the
-- caller, under row security, and every guard of the tables holds below it. It only says beforehand,
-- while the transaction can still go on, what they would refuse.

-- A version 7 UUID (RFC 9562): rows that are written together lie together in their indexes.
CREATE FUNCTION ledger_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(set_bit(set_bit(overlay(
    uuid_send(gen_random_uuid())
    PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
    FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid;

-- What a posting says, as text that can be compared and hashed.
CREATE FUNCTION ledger_line(account uuid, debit bigint, credit bigint, party uuid, item uuid)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN account::text || ' ' || debit::text || ' ' || credit::text || ' '
    || coalesce(party::text, '-') || ' ' || coalesce(item::text, '-');

-- The months that are closed to a member: so far, those over which a close stands.
CREATE FUNCTION ledger_closed_months(practice uuid, member uuid) RETURNS SETOF date
LANGUAGE sql STABLE AS $$
    SELECT period.month FROM ledger_period AS period
    JOIN ledger_periodclose AS close
        ON close.practice_id = period.practice_id AND close.period_id = period.id
    WHERE period.practice_id = practice AND NOT EXISTS (
        SELECT FROM ledger_periodreopen AS reopen
        WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
$$;

-- The lines that each voucher asks for: its own, or the mirror of the entry that it reverses.
CREATE FUNCTION ledger_asked(vouchers jsonb, practice uuid) RETURNS TABLE (
    place integer, role text, account uuid, debit bigint, credit bigint, party uuid, item uuid
) LANGUAGE sql STABLE AS $$
    SELECT voucher.place::integer, line.role, account.id, line.debit, line.credit, line.party, line.item
    FROM ROWS FROM (jsonb_to_recordset(vouchers) AS (lines jsonb)) WITH ORDINALITY AS voucher (lines, place)
    CROSS JOIN jsonb_to_recordset(voucher.lines)
        AS line (role text, debit bigint, credit bigint, party uuid, item uuid)
    LEFT JOIN ledger_account AS account
        ON account.practice_id = practice AND account.role = line.role
    UNION ALL
    SELECT voucher.place::integer, '', posting.account_id, posting.credit, posting.debit,
        posting.party, posting.item
    FROM ROWS FROM (jsonb_to_recordset(vouchers) AS (reverses uuid, lines jsonb)) WITH ORDINALITY
        AS voucher (reverses, lines, place)
    JOIN ledger_posting AS posting
        ON posting.practice_id = practice AND posting.entry_id = voucher.reverses
    WHERE voucher.lines IS NULL
$$;

-- SHA-256 over the lines of an entry, one below the other, in the order of their bytes.
CREATE FUNCTION ledger_lines(lines text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(array_to_string(lines, E'\n'), 'UTF8')), 'hex');

-- What an entry says, as its event has it: the sum of its debits, and the hash of its lines.
CREATE FUNCTION ledger_said(practice uuid, entry uuid) RETURNS TABLE (cents bigint, digest text)
LANGUAGE sql STABLE AS $$
    SELECT sum(debit)::bigint, ledger_lines(array_agg(
        ledger_line(account_id, debit, credit, party, item)
        ORDER BY ledger_line(account_id, debit, credit, party, item) COLLATE "C"))
    FROM ledger_posting WHERE practice_id = practice AND entry_id = entry
$$;

-- Posts vouchers `{id, source, date, memo, by, reverses, currency,
-- lines: [{role, debit, credit, party, item}]}` and returns a row for each, by its place from 1. Without lines it posts the mirror of the entry that
-- it reverses. Outcomes: POSTED; REPLAYED, with the entry that there is; OTHER_LINES, CLOSED, REVERSED
-- and EMPTY, where nothing of that voucher is posted; and NO_ACCOUNT, where nothing of any is.
CREATE FUNCTION ledger_post(vouchers jsonb) RETURNS TABLE (
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

-- reverse
DROP FUNCTION ledger_post(jsonb);
DROP FUNCTION ledger_said(uuid, uuid);
DROP FUNCTION ledger_lines(text[]);
DROP FUNCTION ledger_asked(jsonb, uuid);
DROP FUNCTION ledger_closed_months(uuid, uuid);
DROP FUNCTION ledger_line(uuid, bigint, bigint, uuid, uuid);
DROP FUNCTION ledger_new_id();
