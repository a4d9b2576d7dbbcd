-- The guards of what clients need not pay. They refuse, and never compute.

-- What an invoice was met by, in cents: by payments and by write-offs.
CREATE OR REPLACE FUNCTION billing_invoice_met(practice uuid, invoice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT sum(application.amount) FROM billing_paymentapplication AS application
        WHERE application.practice_id = practice AND application.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
                WHERE back.practice_id = practice AND back.application_id = application.id)
    ), 0) + coalesce((
        SELECT sum(write_off.amount) FROM billing_writeoff AS write_off
        WHERE write_off.practice_id = practice AND write_off.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_writeofftakenback AS back
                WHERE back.practice_id = practice AND back.write_off_id = write_off.id)
    ), 0)
$$;

-- What an entry leaves on one party's item of an account, in cents: debit less credit.
CREATE FUNCTION billing_posted(practice uuid, entry uuid, wanted text, owner uuid, what uuid)
RETURNS numeric LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(posting.debit - posting.credit), 0)
    FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = practice AND posting.entry_id = entry
        AND account.role = wanted
        AND posting.party IS NOT DISTINCT FROM owner AND posting.item IS NOT DISTINCT FROM what
$$;

-- What is written off is at most what is open, of an invoice that stands, and posted by its kind.
CREATE FUNCTION billing_write_off_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    invoice billing_invoice;
    bears text := CASE NEW.kind
        WHEN 'COURTESY' THEN 'COURTESY_DISCOUNTS'
        WHEN 'SLIDING' THEN 'SLIDING_SCALE_DISCOUNTS'
        WHEN 'CORRECTION' THEN 'BILLING_CORRECTIONS'
        WHEN 'SMALL' THEN 'SMALL_BALANCE_WRITE_OFFS'
        WHEN 'BAD_DEBT' THEN 'BAD_DEBT'
    END;
BEGIN
    PERFORM billing_money_lock(NEW.invoice_id);
    SELECT * INTO invoice FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND id = NEW.invoice_id;
    IF EXISTS (SELECT FROM billing_invoicevoided AS void
        WHERE void.practice_id = NEW.practice_id AND void.invoice_id = NEW.invoice_id) THEN
        RAISE EXCEPTION 'invoice % is void', invoice.number USING ERRCODE = 'check_violation';
    END IF;
    IF invoice.total < billing_invoice_met(NEW.practice_id, NEW.invoice_id) THEN
        RAISE EXCEPTION 'more is written off than invoice % is open by', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'CLIENT_RECEIVABLE', invoice.client_id,
            invoice.id) IS DISTINCT FROM -NEW.amount::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, bears, NULL, NULL)
            IS DISTINCT FROM NEW.amount::numeric
    THEN
        RAISE EXCEPTION 'write-off % is not posted as recorded', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_write_off_within AFTER INSERT ON billing_writeoff
    FOR EACH ROW EXECUTE FUNCTION billing_write_off_within();

CREATE FUNCTION billing_write_off_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    write_off billing_writeoff;
BEGIN
    SELECT * INTO write_off FROM billing_writeoff
        WHERE practice_id = NEW.practice_id AND id = NEW.write_off_id;
    PERFORM billing_money_lock(write_off.invoice_id);
    IF NOT billing_is_reversed_by(NEW.practice_id, write_off.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'write-off % is not reversed in the books', write_off.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_write_off_taken_back AFTER INSERT ON billing_writeofftakenback
    FOR EACH ROW EXECUTE FUNCTION billing_write_off_taken_back();

-- reverse
DROP TRIGGER billing_write_off_taken_back ON billing_writeofftakenback;
DROP FUNCTION billing_write_off_taken_back();
DROP TRIGGER billing_write_off_within ON billing_writeoff;
DROP FUNCTION billing_write_off_within();
DROP FUNCTION billing_posted(uuid, uuid, text, uuid, uuid);
CREATE OR REPLACE FUNCTION billing_invoice_met(practice uuid, invoice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(application.amount), 0)
    FROM billing_paymentapplication AS application
    WHERE application.practice_id = practice AND application.invoice_id = invoice
        AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
            WHERE back.practice_id = practice AND back.application_id = application.id)
$$;
