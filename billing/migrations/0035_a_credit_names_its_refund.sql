-- What credits an invoice for a refund is not left behind when the refund is taken back.

ALTER TABLE billing_writeoff ADD CONSTRAINT billing_writeoff_refund_id_same_practice
    FOREIGN KEY (practice_id, refund_id) REFERENCES billing_refund (practice_id, id) NOT DEFERRABLE;
CREATE INDEX billing_writeoff_refund_id_key ON billing_writeoff (practice_id, refund_id);

CREATE OR REPLACE FUNCTION billing_refund_taken_back() RETURNS trigger LANGUAGE plpgsql
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
    IF EXISTS (SELECT FROM billing_writeoff AS credited
        WHERE credited.practice_id = NEW.practice_id AND credited.refund_id = NEW.refund_id
            AND NOT EXISTS (SELECT FROM billing_writeofftakenback AS back
                WHERE back.practice_id = NEW.practice_id AND back.write_off_id = credited.id)) THEN
        RAISE EXCEPTION 'refund % still credits an invoice', refund.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- reverse
CREATE OR REPLACE FUNCTION billing_refund_taken_back() RETURNS trigger LANGUAGE plpgsql
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

DROP INDEX billing_writeoff_refund_id_key;
ALTER TABLE billing_writeoff DROP CONSTRAINT billing_writeoff_refund_id_same_practice;
