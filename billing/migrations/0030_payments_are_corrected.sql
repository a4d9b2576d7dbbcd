-- The guards of money that is taken off an invoice, or was never this client's. They refuse only.

-- What a payment gives to invoices now, in cents.
CREATE FUNCTION billing_payment_used(practice uuid, payment uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(application.amount), 0)
    FROM billing_paymentapplication AS application
    WHERE application.practice_id = practice AND application.payment_id = payment
        AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
            WHERE back.practice_id = practice AND back.application_id = application.id)
$$;

-- What an invoice was met by, in cents.
CREATE FUNCTION billing_invoice_met(practice uuid, invoice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(application.amount), 0)
    FROM billing_paymentapplication AS application
    WHERE application.practice_id = practice AND application.invoice_id = invoice
        AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
            WHERE back.practice_id = practice AND back.application_id = application.id)
$$;

-- Whoever writes about a payment or an invoice waits for whoever else does.
CREATE FUNCTION billing_money_lock(item uuid) RETURNS void LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtextextended(item::text, 0)) $$;

CREATE FUNCTION billing_is_reversed_by(practice uuid, entry uuid, back uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM ledger_journalentry AS reversing
        WHERE reversing.practice_id = practice AND reversing.id = back
            AND reversing.reverses_id = entry)
$$;

-- What is applied is at most the payment, at most the invoice, and of one client. The locks make
-- two writers at once see each other's rows: each statement below has a snapshot of its own.
CREATE OR REPLACE FUNCTION billing_application_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_payment;
    invoice billing_invoice;
BEGIN
    PERFORM billing_money_lock(NEW.payment_id);
    PERFORM billing_money_lock(NEW.invoice_id);
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.payment_id;
    SELECT * INTO invoice FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND id = NEW.invoice_id;
    IF payment.client_id IS DISTINCT FROM invoice.client_id THEN
        RAISE EXCEPTION 'receipt % pays another client''s invoice', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM billing_paymenttakenback AS back
        WHERE back.practice_id = NEW.practice_id AND back.payment_id = NEW.payment_id) THEN
        RAISE EXCEPTION 'receipt % was taken back', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF payment.amount < billing_payment_used(NEW.practice_id, NEW.payment_id) THEN
        RAISE EXCEPTION 'more is applied than receipt % holds', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF invoice.total < billing_invoice_met(NEW.practice_id, NEW.invoice_id) THEN
        RAISE EXCEPTION 'more is applied than invoice % is over', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION billing_application_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    application billing_paymentapplication;
BEGIN
    SELECT * INTO application FROM billing_paymentapplication
        WHERE practice_id = NEW.practice_id AND id = NEW.application_id;
    PERFORM billing_money_lock(application.payment_id);
    PERFORM billing_money_lock(application.invoice_id);
    IF NOT billing_is_reversed_by(NEW.practice_id, application.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'an application is not reversed in the books'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_application_taken_back AFTER INSERT ON billing_applicationtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_application_taken_back();

-- A payment is taken back once nothing of it is used. What Stripe took stays what Stripe took: a
-- card payment is another client's, or it stands.
CREATE FUNCTION billing_payment_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_payment;
    anew billing_payment;
BEGIN
    PERFORM billing_money_lock(NEW.payment_id);
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.payment_id;
    IF billing_payment_used(NEW.practice_id, NEW.payment_id) IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'receipt % is still used', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT billing_is_reversed_by(NEW.practice_id, payment.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'receipt % is not reversed in the books', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO anew FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.replacement_id;
    IF payment.method = 'CARD' AND (NEW.reason <> 'CLIENT' OR anew.amount IS DISTINCT FROM payment.amount)
    THEN
        RAISE EXCEPTION 'receipt % is what the card company took', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF (anew.method = 'CARD') IS DISTINCT FROM (payment.method = 'CARD') AND NEW.replacement_id IS NOT NULL
    THEN
        RAISE EXCEPTION 'receipt % is no other payment by card', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_payment_taken_back AFTER INSERT ON billing_paymenttakenback
    FOR EACH ROW EXECUTE FUNCTION billing_payment_taken_back();

-- reverse
DROP TRIGGER billing_payment_taken_back ON billing_paymenttakenback;
DROP FUNCTION billing_payment_taken_back();
DROP TRIGGER billing_application_taken_back ON billing_applicationtakenback;
DROP FUNCTION billing_application_taken_back();
CREATE OR REPLACE FUNCTION billing_application_within() RETURNS trigger LANGUAGE plpgsql
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
DROP FUNCTION billing_is_reversed_by(uuid, uuid, uuid);
DROP FUNCTION billing_money_lock(uuid);
DROP FUNCTION billing_invoice_met(uuid, uuid);
DROP FUNCTION billing_payment_used(uuid, uuid);
