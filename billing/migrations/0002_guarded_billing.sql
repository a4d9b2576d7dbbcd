-- An invoice is its lines: as many as it says, over its total, all of its own client's sessions.
CREATE FUNCTION billing_invoice_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    invoice billing_invoice;
    wanted uuid;
    lines bigint;
    billed numeric;
BEGIN
    IF TG_TABLE_NAME = 'billing_invoice' THEN
        wanted := NEW.id;
    ELSE
        wanted := NEW.invoice_id;
    END IF;
    SELECT * INTO invoice FROM billing_invoice WHERE practice_id = NEW.practice_id AND id = wanted;
    SELECT count(*), coalesce(sum(amount), 0) INTO lines, billed
        FROM billing_invoiceline WHERE practice_id = NEW.practice_id AND invoice_id = wanted;
    -- IS DISTINCT FROM: whoever drops the context before the commit sees no rows, and is refused.
    IF lines IS DISTINCT FROM invoice.line_count OR billed IS DISTINCT FROM invoice.total THEN
        RAISE EXCEPTION 'invoice % has % lines over % cents, not % over %',
            invoice.number, lines, billed, invoice.line_count, invoice.total
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_invoiceline AS line
        JOIN billing_session AS session
            ON session.practice_id = line.practice_id AND session.id = line.session_id
        WHERE line.practice_id = NEW.practice_id AND line.invoice_id = wanted
            AND session.client_id <> invoice.client_id
    ) THEN
        RAISE EXCEPTION 'invoice % bills another client''s session', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_invoice_whole AFTER INSERT ON billing_invoice
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_whole();
CREATE CONSTRAINT TRIGGER billing_invoice_whole AFTER INSERT ON billing_invoiceline
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_whole();

-- What is applied is at most the payment, at most the invoice, and of one client. The locks make
-- two writers at once see each other's rows: each statement below has a snapshot of its own.
CREATE FUNCTION billing_application_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_payment;
    invoice billing_invoice;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.payment_id::text, 0));
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.invoice_id::text, 0));
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.payment_id;
    SELECT * INTO invoice FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND id = NEW.invoice_id;
    IF payment.client_id IS DISTINCT FROM invoice.client_id THEN
        RAISE EXCEPTION 'receipt % pays another client''s invoice', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF payment.amount < (
        SELECT sum(amount) FROM billing_paymentapplication
        WHERE practice_id = NEW.practice_id AND payment_id = NEW.payment_id
    ) THEN
        RAISE EXCEPTION 'more is applied than receipt % holds', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF invoice.total < (
        SELECT sum(amount) FROM billing_paymentapplication
        WHERE practice_id = NEW.practice_id AND invoice_id = NEW.invoice_id
    ) THEN
        RAISE EXCEPTION 'more is applied than invoice % is over', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_application_within AFTER INSERT ON billing_paymentapplication
    FOR EACH ROW EXECUTE FUNCTION billing_application_within();

-- Numbers are given out upwards only.
CREATE FUNCTION billing_counter_counts_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.last <= OLD.last THEN
        RAISE EXCEPTION 'the series % counts up only', OLD.series USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER billing_counter_counts_up BEFORE UPDATE ON billing_counter
    FOR EACH ROW EXECUTE FUNCTION billing_counter_counts_up();

-- Of the sealed companions only the ciphertext may change, when keys rotate.
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, line_id
    ON billing_invoicelinetext FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_invoicelinetext
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, document_id
    ON billing_documentbody FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_documentbody
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- reverse
DROP TRIGGER companion_truncate ON billing_documentbody;
DROP TRIGGER companion ON billing_documentbody;
DROP TRIGGER companion_truncate ON billing_invoicelinetext;
DROP TRIGGER companion ON billing_invoicelinetext;
DROP TRIGGER billing_counter_counts_up ON billing_counter;
DROP FUNCTION billing_counter_counts_up();
DROP TRIGGER billing_application_within ON billing_paymentapplication;
DROP FUNCTION billing_application_within();
DROP TRIGGER billing_invoice_whole ON billing_invoiceline;
DROP TRIGGER billing_invoice_whole ON billing_invoice;
DROP FUNCTION billing_invoice_whole();
