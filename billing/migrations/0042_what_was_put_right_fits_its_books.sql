-- What was put right fits its books, on both sides. The guards refuse, and never compute.

-- What the bank confirms is not taken back while it is matched.
CREATE FUNCTION billing_is_matched(practice uuid, entry uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM ledger_posting AS posting
        JOIN billing_bankmatch AS matched
            ON matched.practice_id = posting.practice_id AND matched.posting_id = posting.id
        WHERE posting.practice_id = practice AND posting.entry_id = entry
            AND matched.undone_at IS NULL)
$$;

CREATE FUNCTION billing_matched_deposit_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    deposit billing_deposit;
BEGIN
    SELECT * INTO deposit FROM billing_deposit
        WHERE practice_id = NEW.practice_id AND id = NEW.deposit_id;
    IF billing_is_matched(NEW.practice_id, deposit.entry_id) THEN
        RAISE EXCEPTION 'deposit % is matched to a bank line', deposit.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_matched_deposit_stays AFTER INSERT ON billing_deposittakenback
    FOR EACH ROW EXECUTE FUNCTION billing_matched_deposit_stays();

CREATE FUNCTION billing_matched_refund_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_refundpaid AS paid
        WHERE paid.practice_id = NEW.practice_id AND paid.refund_id = NEW.refund_id
            AND billing_is_matched(NEW.practice_id, paid.entry_id)) THEN
        RAISE EXCEPTION 'the refund is matched to a bank line' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_matched_refund_stays AFTER INSERT ON billing_refundtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_matched_refund_stays();

-- A deposit takes neither more checks than came nor more cash than lies there.
CREATE OR REPLACE FUNCTION billing_deposit_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('deposits of ' || NEW.practice_id::text, 0));
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'OPERATING_BANK', NULL, NULL)
            IS DISTINCT FROM (NEW.cash + NEW.checks)::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'UNDEPOSITED_FUNDS', NULL, NULL)
            IS DISTINCT FROM -(NEW.cash + NEW.checks)::numeric
    THEN
        RAISE EXCEPTION 'deposit % is not posted as made', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.checks > 0 AND (
        SELECT coalesce(sum(deposit.checks), 0) FROM billing_deposit AS deposit
        WHERE deposit.practice_id = NEW.practice_id
            AND NOT EXISTS (SELECT FROM billing_deposittakenback AS back
                WHERE back.practice_id = deposit.practice_id AND back.deposit_id = deposit.id)
    ) > (
        SELECT coalesce(sum(payment.amount), 0) FROM billing_payment AS payment
        WHERE payment.practice_id = NEW.practice_id AND payment.method = 'CHECK'
            AND NOT EXISTS (SELECT FROM billing_paymenttakenback AS back
                WHERE back.practice_id = payment.practice_id AND back.payment_id = payment.id)
    ) THEN
        RAISE EXCEPTION 'deposit % takes more checks than came', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    -- Whatever lies in undeposited funds and is no check is cash.
    IF NEW.cash > 0 AND (
        SELECT coalesce(sum(posting.debit - posting.credit), 0)
        FROM ledger_account AS account JOIN ledger_posting AS posting
            ON posting.practice_id = account.practice_id AND posting.account_id = account.id
        WHERE account.practice_id = NEW.practice_id AND account.role = 'UNDEPOSITED_FUNDS'
    ) < (
        SELECT coalesce(sum(payment.amount), 0) FROM billing_payment AS payment
        WHERE payment.practice_id = NEW.practice_id AND payment.method = 'CHECK'
            AND NOT EXISTS (SELECT FROM billing_paymenttakenback AS back
                WHERE back.practice_id = payment.practice_id AND back.payment_id = payment.id)
    ) - (
        SELECT coalesce(sum(deposit.checks), 0) FROM billing_deposit AS deposit
        WHERE deposit.practice_id = NEW.practice_id
            AND NOT EXISTS (SELECT FROM billing_deposittakenback AS back
                WHERE back.practice_id = deposit.practice_id AND back.deposit_id = deposit.id)
    ) THEN
        RAISE EXCEPTION 'deposit % takes more cash than lies in the drawer', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- A refund leaves the account of its way.
CREATE OR REPLACE FUNCTION billing_refund_paid() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    refund billing_refund;
    client uuid;
    leaves text;
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
    leaves := CASE refund.method
        WHEN 'CASH' THEN 'UNDEPOSITED_FUNDS'
        WHEN 'CHECK' THEN 'OPERATING_BANK'
        WHEN 'CARD' THEN 'STRIPE_CLEARING'
    END;
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'REFUNDS_PAYABLE', client, refund.id)
            IS DISTINCT FROM refund.amount::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, leaves, NULL, NULL)
            IS DISTINCT FROM -refund.amount::numeric
    THEN
        RAISE EXCEPTION 'refund % is not paid in the books', refund.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- What stands in the place of a void invoice is the same client's.
CREATE OR REPLACE FUNCTION billing_invoice_voided() RETURNS trigger LANGUAGE plpgsql
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
    IF EXISTS (SELECT FROM billing_invoice AS anew
        WHERE anew.practice_id = NEW.practice_id AND anew.id = NEW.replacement_id
            AND anew.client_id <> invoice.client_id) THEN
        RAISE EXCEPTION 'another client''s invoice stands in the place of %', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- reverse
CREATE OR REPLACE FUNCTION billing_invoice_voided() RETURNS trigger LANGUAGE plpgsql
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
CREATE OR REPLACE FUNCTION billing_refund_paid() RETURNS trigger LANGUAGE plpgsql
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
CREATE OR REPLACE FUNCTION billing_deposit_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('deposits of ' || NEW.practice_id::text, 0));
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'OPERATING_BANK', NULL, NULL)
            IS DISTINCT FROM (NEW.cash + NEW.checks)::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'UNDEPOSITED_FUNDS', NULL, NULL)
            IS DISTINCT FROM -(NEW.cash + NEW.checks)::numeric
    THEN
        RAISE EXCEPTION 'deposit % is not posted as made', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.checks > 0 AND (
        SELECT coalesce(sum(deposit.checks), 0) FROM billing_deposit AS deposit
        WHERE deposit.practice_id = NEW.practice_id
            AND NOT EXISTS (SELECT FROM billing_deposittakenback AS back
                WHERE back.practice_id = deposit.practice_id AND back.deposit_id = deposit.id)
    ) > (
        SELECT coalesce(sum(payment.amount), 0) FROM billing_payment AS payment
        WHERE payment.practice_id = NEW.practice_id AND payment.method = 'CHECK'
            AND NOT EXISTS (SELECT FROM billing_paymenttakenback AS back
                WHERE back.practice_id = payment.practice_id AND back.payment_id = payment.id)
    ) THEN
        RAISE EXCEPTION 'deposit % takes more checks than came', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
DROP TRIGGER billing_matched_refund_stays ON billing_refundtakenback;
DROP FUNCTION billing_matched_refund_stays();
DROP TRIGGER billing_matched_deposit_stays ON billing_deposittakenback;
DROP FUNCTION billing_matched_deposit_stays();
DROP FUNCTION billing_is_matched(uuid, uuid);
