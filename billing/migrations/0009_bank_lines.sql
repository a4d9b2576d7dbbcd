-- The guards of bank lines. They refuse, and never compute.

-- Of a line only the ciphertext may change, when keys rotate.
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, file_id, account_id,
    booked_on, amount, identity
    ON billing_bankline FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_bankline
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is over stays as it ended.
CREATE TRIGGER stays_over BEFORE UPDATE ON billing_bankfile FOR EACH ROW
    WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays_undone BEFORE UPDATE ON billing_bankmatch FOR EACH ROW
    WHEN (OLD.undone_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- A line and a posting are the same money only on one account, and over one amount.
CREATE FUNCTION billing_bank_match_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_bankline AS line
        JOIN ledger_posting AS posting
            ON posting.practice_id = line.practice_id AND posting.account_id = line.account_id
        WHERE line.practice_id = NEW.practice_id AND line.id = NEW.line_id
            AND posting.id = NEW.posting_id AND posting.debit - posting.credit = line.amount
    ) THEN
        RAISE EXCEPTION 'the bank line and the posting differ' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_bank_match_fits AFTER INSERT ON billing_bankmatch
    FOR EACH ROW EXECUTE FUNCTION billing_bank_match_fits();

-- What the bank confirms is not taken back while it is matched.
CREATE FUNCTION billing_matched_payment_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_billpayment AS payment
        JOIN ledger_posting AS posting
            ON posting.practice_id = payment.practice_id AND posting.entry_id = payment.entry_id
        JOIN billing_bankmatch AS matched
            ON matched.practice_id = posting.practice_id AND matched.posting_id = posting.id
        WHERE payment.practice_id = NEW.practice_id AND payment.id = NEW.payment_id
            AND matched.undone_at IS NULL
    ) THEN
        RAISE EXCEPTION 'the payment is matched to a bank line' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_matched_payment_stays AFTER INSERT ON billing_billpaymenttakenback
    FOR EACH ROW EXECUTE FUNCTION billing_matched_payment_stays();

-- reverse
DROP TRIGGER billing_matched_payment_stays ON billing_billpaymenttakenback;
DROP FUNCTION billing_matched_payment_stays();
DROP TRIGGER billing_bank_match_fits ON billing_bankmatch;
DROP FUNCTION billing_bank_match_fits();
DROP TRIGGER stays_undone ON billing_bankmatch;
DROP TRIGGER stays_over ON billing_bankfile;
DROP TRIGGER companion_truncate ON billing_bankline;
DROP TRIGGER companion ON billing_bankline;
