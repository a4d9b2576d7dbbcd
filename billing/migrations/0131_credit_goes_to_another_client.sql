-- The guards of credit that goes to another client. They refuse, and never compute.

-- What of a payment other clients have, in cents.
CREATE FUNCTION billing_payment_moved(practice uuid, payment uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(arrived.amount), 0) FROM billing_credittransfer AS moved
    JOIN billing_payment AS arrived
        ON arrived.practice_id = moved.practice_id AND arrived.id = moved.arrived_id
    WHERE moved.practice_id = practice AND moved.payment_id = payment
        AND NOT EXISTS (SELECT FROM billing_paymenttakenback AS back
            WHERE back.practice_id = practice AND back.payment_id = moved.arrived_id)
$$;

-- What a payment gives away now, in cents: to invoices, back to its client, and to other clients.
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
    ), 0) + billing_payment_moved(practice, payment)
$$;

-- No more goes than is left of the payment, on days on which it was there, to another client, and
-- in the books as well.
CREATE FUNCTION billing_credit_transfer() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_payment;
    arrived billing_payment;
BEGIN
    PERFORM billing_money_lock(NEW.payment_id);
    PERFORM billing_money_lock(NEW.arrived_id);
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.payment_id;
    SELECT * INTO arrived FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.arrived_id;
    IF arrived.method IS DISTINCT FROM 'MOVED' THEN
        RAISE EXCEPTION 'receipt % did not come from another account', arrived.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF payment.client_id = arrived.client_id THEN
        RAISE EXCEPTION 'receipt % goes to its own client', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM billing_paymenttakenback AS back
        WHERE back.practice_id = NEW.practice_id
            AND back.payment_id IN (NEW.payment_id, NEW.arrived_id)) THEN
        RAISE EXCEPTION 'receipt % was taken back', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF payment.amount < billing_payment_used(NEW.practice_id, NEW.payment_id) THEN
        RAISE EXCEPTION 'more goes to another account than receipt % holds', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_posted(NEW.practice_id, arrived.entry_id, 'CLIENT_CREDITS', payment.client_id,
            payment.id) IS DISTINCT FROM arrived.amount::numeric
        OR billing_posted(NEW.practice_id, arrived.entry_id, 'CLIENT_CREDITS', arrived.client_id,
            arrived.id) IS DISTINCT FROM -arrived.amount::numeric
    THEN
        RAISE EXCEPTION 'receipt % is not posted as it came from another account', arrived.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_credit_transfer AFTER INSERT ON billing_credittransfer
    FOR EACH ROW EXECUTE FUNCTION billing_credit_transfer();
CREATE TRIGGER used_when_there AFTER INSERT ON billing_credittransfer
    FOR EACH ROW EXECUTE FUNCTION billing_used_when_there();

-- Credit from another account says from which, in the same transaction.
CREATE FUNCTION billing_moved_is_told() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM billing_credittransfer AS moved
        WHERE moved.practice_id = NEW.practice_id AND moved.arrived_id = NEW.id) THEN
        RAISE EXCEPTION 'receipt % came from another account, and nothing says from which',
            NEW.receipt USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_moved_is_told AFTER INSERT ON billing_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.method = 'MOVED')
    EXECUTE FUNCTION billing_moved_is_told();

-- What came from another account goes back there whole, or stands; nothing else goes back there.
CREATE FUNCTION billing_moved_goes_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_payment;
BEGIN
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = NEW.payment_id;
    IF (payment.method = 'MOVED') IS DISTINCT FROM (NEW.reason = 'MOVED_BACK') THEN
        RAISE EXCEPTION 'receipt % goes back to another account, or never came from one',
            payment.receipt USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_moved_goes_back AFTER INSERT ON billing_paymenttakenback
    FOR EACH ROW EXECUTE FUNCTION billing_moved_goes_back();

-- reverse
DROP TRIGGER billing_moved_goes_back ON billing_paymenttakenback;
DROP FUNCTION billing_moved_goes_back();
DROP TRIGGER billing_moved_is_told ON billing_payment;
DROP FUNCTION billing_moved_is_told();
DROP TRIGGER used_when_there ON billing_credittransfer;
DROP TRIGGER billing_credit_transfer ON billing_credittransfer;
DROP FUNCTION billing_credit_transfer();
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
DROP FUNCTION billing_payment_moved(uuid, uuid);
