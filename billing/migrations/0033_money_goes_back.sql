-- The guards of money that goes back to clients. They refuse, and never compute.

-- What a payment gives away now, in cents: to invoices, and back to its client.
CREATE OR REPLACE FUNCTION billing_payment_used(practice uuid, payment uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT sum(application.amount) FROM billing_paymentapplication AS application
        WHERE application.practice_id = practice AND application.payment_id = payment
            AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
                WHERE back.practice_id = practice AND back.application_id = application.id)
    ), 0) + coalesce((
        SELECT sum(refund.amount) FROM billing_refund AS refund
        WHERE refund.practice_id = practice AND refund.payment_id = payment
            AND NOT EXISTS (SELECT FROM billing_refundtakenback AS back
                WHERE back.practice_id = practice AND back.refund_id = refund.id)
    ), 0)
$$;

-- No more goes back than is left of the payment (I-7), only to a card what came by card, and only in
-- cash what came in cash: a check that was taken may bounce, and a card payment may be disputed.
CREATE FUNCTION billing_refund_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_payment;
BEGIN
    PERFORM billing_money_lock(NEW.payment_id);
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.payment_id;
    IF EXISTS (SELECT FROM billing_paymenttakenback AS back
        WHERE back.practice_id = NEW.practice_id AND back.payment_id = NEW.payment_id) THEN
        RAISE EXCEPTION 'receipt % was taken back', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF payment.amount < billing_payment_used(NEW.practice_id, NEW.payment_id) THEN
        RAISE EXCEPTION 'more goes back than receipt % holds', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.method = 'CARD' AND payment.method <> 'CARD' THEN
        RAISE EXCEPTION 'receipt % did not come by card', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.method = 'CASH' AND payment.method <> 'CASH' THEN
        RAISE EXCEPTION 'receipt % did not come in cash', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.refunded_on < payment.received_on THEN
        RAISE EXCEPTION 'receipt % goes back before it came', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'CLIENT_CREDITS', payment.client_id,
            payment.id) IS DISTINCT FROM NEW.amount::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'REFUNDS_PAYABLE', payment.client_id,
            NEW.id) IS DISTINCT FROM -NEW.amount::numeric
    THEN
        RAISE EXCEPTION 'refund % is not posted as recorded', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_refund_within AFTER INSERT ON billing_refund
    FOR EACH ROW EXECUTE FUNCTION billing_refund_within();

CREATE FUNCTION billing_refund_paid() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    refund billing_refund;
    client uuid;
BEGIN
    SELECT * INTO refund FROM billing_refund
        WHERE practice_id = NEW.practice_id AND id = NEW.refund_id;
    PERFORM billing_money_lock(refund.payment_id);
    SELECT client_id INTO client FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = refund.payment_id;
    IF EXISTS (SELECT FROM billing_refundtakenback AS back
        WHERE back.practice_id = NEW.practice_id AND back.refund_id = NEW.refund_id) THEN
        RAISE EXCEPTION 'refund % was taken back', refund.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'REFUNDS_PAYABLE', client, refund.id)
        IS DISTINCT FROM refund.amount::numeric
    THEN
        RAISE EXCEPTION 'refund % is not paid in the books', refund.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_refund_paid AFTER INSERT ON billing_refundpaid
    FOR EACH ROW EXECUTE FUNCTION billing_refund_paid();

CREATE FUNCTION billing_refund_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    refund billing_refund;
    paid billing_refundpaid;
BEGIN
    SELECT * INTO refund FROM billing_refund
        WHERE practice_id = NEW.practice_id AND id = NEW.refund_id;
    PERFORM billing_money_lock(refund.payment_id);
    SELECT * INTO paid FROM billing_refundpaid
        WHERE practice_id = NEW.practice_id AND refund_id = NEW.refund_id;
    IF NOT billing_is_reversed_by(NEW.practice_id, refund.entry_id, NEW.entry_id)
        OR (paid.id IS NOT NULL
            AND NOT billing_is_reversed_by(NEW.practice_id, paid.entry_id, NEW.paid_entry_id))
    THEN
        RAISE EXCEPTION 'refund % is not reversed in the books', refund.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_refund_taken_back AFTER INSERT ON billing_refundtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_refund_taken_back();

-- reverse
DROP TRIGGER billing_refund_taken_back ON billing_refundtakenback;
DROP FUNCTION billing_refund_taken_back();
DROP TRIGGER billing_refund_paid ON billing_refundpaid;
DROP FUNCTION billing_refund_paid();
DROP TRIGGER billing_refund_within ON billing_refund;
DROP FUNCTION billing_refund_within();
CREATE OR REPLACE FUNCTION billing_payment_used(practice uuid, payment uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(application.amount), 0)
    FROM billing_paymentapplication AS application
    WHERE application.practice_id = practice AND application.payment_id = payment
        AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
            WHERE back.practice_id = practice AND back.application_id = application.id)
$$;
