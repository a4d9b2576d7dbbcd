-- What is open at the end of the closed months is added up once, when a month is closed, and thrown away
-- when one of them is reopened. Nobody writes it but this function, so it needs no guard: `app` reads.
-- The owner is under row security too.

CREATE FUNCTION ledger_items_lock(practice uuid) RETURNS bigint LANGUAGE sql IMMUTABLE
AS $$ SELECT hashtextextended('ledger items ' || practice::text, 0) $$;

CREATE FUNCTION ledger_drop_items() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_practice_id() IS NULL THEN
        RAISE EXCEPTION 'open items are of a practice' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(ledger_items_lock(current_practice_id()));
    DELETE FROM ledger_itemtotal WHERE practice_id = current_practice_id();
    DELETE FROM ledger_itemsnapshot WHERE practice_id = current_practice_id();
END;
$$;

-- Adds up the months from the first of the books to the last before an open one. It returns that day, or
-- NULL where the first month is open. What a snapshot has of earlier months stays as it is: no month of it
-- was reopened, or it would be gone.
CREATE FUNCTION ledger_renew_items() RETURNS date LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    practice CONSTANT uuid := current_practice_id();
    first CONSTANT date := date_trunc('month', (
        SELECT min(entry_date) FROM ledger_journalentry WHERE practice_id = practice))::date;
    last date;
    made uuid;
    done date;
BEGIN
    IF practice IS NULL THEN
        RAISE EXCEPTION 'open items are of a practice' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The lock comes before the closes are read: who reopens one of them takes it too.
    PERFORM pg_advisory_xact_lock(ledger_items_lock(practice));
    SELECT (max(month) + INTERVAL '1 month')::date - 1 INTO last FROM (
        SELECT period.month, row_number() OVER (ORDER BY period.month) AS place
        FROM ledger_period AS period
        JOIN ledger_periodclose AS close
            ON close.practice_id = period.practice_id AND close.period_id = period.id
        WHERE period.practice_id = practice AND period.month >= first AND close.kind = 'HARD'
        AND NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
            WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id)
    ) AS closed WHERE month = first + (place - 1) * INTERVAL '1 month';
    SELECT id, ends_on INTO made, done FROM ledger_itemsnapshot
        WHERE practice_id = practice AND begins_on = first AND ends_on <= last;
    IF NOT FOUND THEN
        PERFORM ledger_drop_items();
        IF last IS NULL THEN
            RETURN NULL;
        END IF;
        made := ledger_new_id();
        done := '-infinity';
        INSERT INTO ledger_itemsnapshot (id, practice_id, begins_on, ends_on)
            VALUES (made, practice, first, last);
    ELSE
        UPDATE ledger_itemsnapshot SET ends_on = last, made_at = clock_timestamp()
            WHERE practice_id = practice AND id = made;
    END IF;
    -- What moved since is added up anew, whole: an item that was at zero has older postings.
    DELETE FROM ledger_itemtotal AS total USING ledger_posting AS posting
        WHERE total.practice_id = practice AND posting.practice_id = practice
        AND posting.account_id = total.account_id AND posting.party = total.party
        AND posting.item = total.item AND posting.entry_date > done AND posting.entry_date <= last;
    INSERT INTO ledger_itemtotal
        (id, practice_id, snapshot_id, account_id, party, item, debit, credit, debit_count, first_on)
    SELECT ledger_new_id(), practice, made, moved.account_id, moved.party, moved.item,
        sum(posting.debit), sum(posting.credit), count(*) FILTER (WHERE posting.debit > 0),
        coalesce(min(posting.entry_date) FILTER (WHERE posting.debit > 0), min(posting.entry_date))
    FROM (
        SELECT DISTINCT account.id AS account_id, posting.party, posting.item
        FROM ledger_account AS account JOIN ledger_posting AS posting
            ON posting.practice_id = account.practice_id AND posting.account_id = account.id
        WHERE account.practice_id = practice AND account.is_control
        AND posting.entry_date > done AND posting.entry_date <= last
        AND posting.party IS NOT NULL AND posting.item IS NOT NULL
    ) AS moved JOIN ledger_posting AS posting
        ON posting.practice_id = practice AND posting.account_id = moved.account_id
        AND posting.party = moved.party AND posting.item = moved.item AND posting.entry_date <= last
    GROUP BY moved.account_id, moved.party, moved.item
    HAVING sum(posting.debit) <> sum(posting.credit);
    RETURN last;
END;
$$;

-- A month that is reopened takes entries again: what was added up with it goes.
CREATE FUNCTION ledger_reopening_drops_items() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_periodclose
        WHERE practice_id = NEW.practice_id AND id = NEW.close_id AND kind = 'HARD') THEN
        PERFORM ledger_drop_items();
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER reopening_drops_items AFTER INSERT ON ledger_periodreopen
    FOR EACH ROW EXECUTE FUNCTION ledger_reopening_drops_items();

REVOKE EXECUTE ON FUNCTION ledger_drop_items(), ledger_renew_items() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_drop_items(), ledger_renew_items() TO app;

-- reverse
DROP TRIGGER reopening_drops_items ON ledger_periodreopen;
DROP FUNCTION ledger_reopening_drops_items();
DROP FUNCTION ledger_renew_items();
DROP FUNCTION ledger_drop_items();
DROP FUNCTION ledger_items_lock(uuid);
