-- Totals are true when they are made, and nothing makes them untrue while their close stands: the
-- month takes no entry. They are made whole, of a close that stands, and dropped whole.

CREATE FUNCTION ledger_totals_are_true() RETURNS trigger LANGUAGE plpgsql
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

CREATE TRIGGER totals_are_true AFTER INSERT ON ledger_monthtotal
    REFERENCING NEW TABLE AS new_totals
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_totals_are_true();

CREATE FUNCTION ledger_totals_go_together() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_monthtotal AS total
        WHERE (total.practice_id, total.close_id) IN (SELECT practice_id, close_id FROM old_totals)
    ) THEN
        RAISE EXCEPTION 'the totals of a month are dropped together' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER totals_go_together AFTER DELETE ON ledger_monthtotal
    REFERENCING OLD TABLE AS old_totals
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_totals_go_together();

-- Nobody deletes but through this: all totals of the practice in scope. The owner is under row
-- security too.
CREATE FUNCTION ledger_drop_totals() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_practice_id() IS NULL THEN
        RAISE EXCEPTION 'totals are of a practice' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM ledger_monthtotal WHERE practice_id = current_practice_id();
END;
$$;
REVOKE EXECUTE ON FUNCTION ledger_drop_totals() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_drop_totals() TO app;

-- reverse
DROP FUNCTION ledger_drop_totals();
DROP TRIGGER totals_go_together ON ledger_monthtotal;
DROP FUNCTION ledger_totals_go_together();
DROP TRIGGER totals_are_true ON ledger_monthtotal;
DROP FUNCTION ledger_totals_are_true();
