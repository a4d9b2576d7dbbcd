-- The guards of invoices that are voided. They refuse, and never compute.

-- An invoice is voided once nothing pays it, and is reversed in the books.
CREATE FUNCTION billing_invoice_voided() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    invoice billing_invoice;
BEGIN
    PERFORM billing_money_lock(NEW.invoice_id);
    SELECT * INTO invoice FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND id = NEW.invoice_id;
    IF billing_invoice_met(NEW.practice_id, NEW.invoice_id) IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'invoice % is still paid, at least in part', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT billing_is_reversed_by(NEW.practice_id, invoice.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'invoice % is not reversed in the books', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_invoice_voided AFTER INSERT ON billing_invoicevoided
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_voided();

-- Nothing pays a void invoice.
CREATE FUNCTION billing_application_to_standing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM billing_money_lock(NEW.invoice_id);
    IF EXISTS (SELECT FROM billing_invoicevoided AS void
        WHERE void.practice_id = NEW.practice_id AND void.invoice_id = NEW.invoice_id) THEN
        RAISE EXCEPTION 'a void invoice is paid' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_application_within_standing AFTER INSERT ON billing_paymentapplication
    FOR EACH ROW EXECUTE FUNCTION billing_application_to_standing();

-- A void invoice bills nothing: what stood on it can be marked not to be billed.
CREATE OR REPLACE FUNCTION billing_is_billed(practice uuid, session uuid, missed uuid)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM billing_invoiceline AS line WHERE line.practice_id = practice
        AND (line.session_id = session OR line.missed_fee_id = missed)
        AND NOT EXISTS (SELECT FROM billing_invoicevoided AS gone
            WHERE gone.practice_id = practice AND gone.invoice_id = line.invoice_id))
$$;

-- A session, or a fee for a missed hour, is billed again once all that it was billed on is void. Of its first turn there is one
-- by the unique index, so only later ones are looked at: at commit, since a void names what stands
-- in its place.
CREATE FUNCTION billing_session_billed_again() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    before bigint;
    void bigint;
BEGIN
    SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM billing_invoicevoided AS gone
            WHERE gone.practice_id = line.practice_id AND gone.invoice_id = line.invoice_id))
        INTO before, void
        FROM billing_invoiceline AS line
        WHERE line.practice_id = NEW.practice_id AND line.turn < NEW.turn
            AND (line.session_id = NEW.session_id OR line.missed_fee_id = NEW.missed_fee_id);
    IF before IS DISTINCT FROM NEW.turn - 1 OR void IS DISTINCT FROM before THEN
        RAISE EXCEPTION 'a session stands on an invoice already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_session_billed_again AFTER INSERT ON billing_invoiceline
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.turn <> 1) EXECUTE FUNCTION billing_session_billed_again();

-- reverse
DROP TRIGGER billing_session_billed_again ON billing_invoiceline;
DROP FUNCTION billing_session_billed_again();
CREATE OR REPLACE FUNCTION billing_is_billed(practice uuid, session uuid, missed uuid)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM billing_invoiceline AS line WHERE line.practice_id = practice
        AND (line.session_id = session OR line.missed_fee_id = missed))
$$;
DROP TRIGGER billing_application_within_standing ON billing_paymentapplication;
DROP FUNCTION billing_application_to_standing();
DROP TRIGGER billing_invoice_voided ON billing_invoicevoided;
DROP FUNCTION billing_invoice_voided();
