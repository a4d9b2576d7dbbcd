-- A month before the first entry of the books is no month of them: nothing could be frozen or shown of
-- it. It refuses as the caller, under row security, and after the row was written, so that row security
-- and the keys speak before it. Entries never go, so a month that was one stays one.
CREATE FUNCTION ledger_close_within_books() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    first date := (SELECT month FROM ledger_period
        WHERE practice_id = NEW.practice_id AND id = NEW.period_id);
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_journalentry
        WHERE practice_id = NEW.practice_id AND entry_date < first + INTERVAL '1 month'
    ) THEN
        RAISE EXCEPTION 'the period % lies before the books begin', to_char(first, 'YYYY-MM')
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER close_within_books AFTER INSERT ON ledger_periodclose
    FOR EACH ROW EXECUTE FUNCTION ledger_close_within_books();

-- reverse
DROP TRIGGER close_within_books ON ledger_periodclose;
DROP FUNCTION ledger_close_within_books();
