-- The guards of checks that the bank sent back. They refuse, and never compute.

-- What of deposited checks the bank sent back, in cents: deposits hold it still.
CREATE FUNCTION billing_checks_sent_back(practice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(payment.amount), 0) FROM billing_returnedcheck AS returned
    JOIN billing_paymenttakenback AS back
        ON back.practice_id = returned.practice_id AND back.id = returned.taken_back_id
    JOIN billing_payment AS payment
        ON payment.practice_id = back.practice_id AND payment.id = back.payment_id
    WHERE returned.practice_id = practice AND returned.was_deposited
$$;

-- What of checks lies at the bank by the deposits that stand, in cents.
CREATE FUNCTION billing_checks_deposited(practice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(deposit.checks), 0) FROM billing_deposit AS deposit
    WHERE deposit.practice_id = practice
        AND NOT EXISTS (SELECT FROM billing_deposittakenback AS back
            WHERE back.practice_id = deposit.practice_id AND back.deposit_id = deposit.id)
$$;

-- A check comes back once, as its payment says, out of where it lay, and no more than was deposited.
CREATE FUNCTION billing_returned_check() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    back billing_paymenttakenback;
    payment billing_payment;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('deposits of ' || NEW.practice_id::text, 0));
    SELECT * INTO back FROM billing_paymenttakenback
        WHERE practice_id = NEW.practice_id AND id = NEW.taken_back_id;
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = back.payment_id;
    IF payment.method IS DISTINCT FROM 'CHECK' OR back.reason <> 'RETURNED' THEN
        RAISE EXCEPTION 'receipt % is no check that came back', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM ledger_journalentry AS entry
        WHERE entry.practice_id = NEW.practice_id AND entry.id IN (NEW.entry_id, NEW.fee_entry_id)
            AND entry.entry_date <> back.taken_back_on) THEN
        RAISE EXCEPTION 'the check of receipt % is not dated as its entries are', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.was_deposited AND (
        billing_posted(NEW.practice_id, NEW.entry_id, 'OPERATING_BANK', NULL, NULL)
            IS DISTINCT FROM -payment.amount::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'UNDEPOSITED_FUNDS', NULL, NULL)
            IS DISTINCT FROM payment.amount::numeric
    ) THEN
        RAISE EXCEPTION 'the check of receipt % did not leave the bank in the books', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.fee > 0 AND (
        billing_posted(NEW.practice_id, NEW.fee_entry_id, 'OPERATING_BANK', NULL, NULL)
            IS DISTINCT FROM -NEW.fee::numeric
        OR billing_posted(NEW.practice_id, NEW.fee_entry_id, 'BANK_FEES', NULL, NULL)
            IS DISTINCT FROM NEW.fee::numeric
    ) THEN
        RAISE EXCEPTION 'the fee for the check of receipt % is not posted', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.was_deposited AND billing_checks_sent_back(NEW.practice_id)
        > billing_checks_deposited(NEW.practice_id)
    THEN
        RAISE EXCEPTION 'the check of receipt % was not deposited', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_returned_check AFTER INSERT ON billing_returnedcheck
    FOR EACH ROW EXECUTE FUNCTION billing_returned_check();

-- Whoever takes a payment back for the bank says in the same transaction what the bank did.
CREATE FUNCTION billing_return_is_told() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM billing_returnedcheck AS returned
        WHERE returned.practice_id = NEW.practice_id AND returned.taken_back_id = NEW.id) THEN
        RAISE EXCEPTION 'a check came back, and nothing says how'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_return_is_told AFTER INSERT ON billing_paymenttakenback
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.reason = 'RETURNED')
    EXECUTE FUNCTION billing_return_is_told();

-- What of checks lies in the drawer, in cents. One that the bank sent back lies there no more.
CREATE FUNCTION billing_checks_in_drawer(practice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(payment.amount), 0)
        - billing_checks_deposited(practice) + billing_checks_sent_back(practice)
    FROM billing_payment AS payment
    WHERE payment.practice_id = practice AND payment.method = 'CHECK'
        AND NOT EXISTS (SELECT FROM billing_paymenttakenback AS back
            WHERE back.practice_id = payment.practice_id AND back.payment_id = payment.id)
$$;

-- A deposit takes neither more checks than came nor more cash than lies there; what the bank sent
-- back had come, too.
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
    IF NEW.checks > 0 AND billing_checks_in_drawer(NEW.practice_id) < 0 THEN
        RAISE EXCEPTION 'deposit % takes more checks than came', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    -- Whatever lies in undeposited funds and is no check is cash.
    IF NEW.cash > 0 AND (
        SELECT coalesce(sum(posting.debit - posting.credit), 0)
        FROM ledger_account AS account JOIN ledger_posting AS posting
            ON posting.practice_id = account.practice_id AND posting.account_id = account.id
        WHERE account.practice_id = NEW.practice_id AND account.role = 'UNDEPOSITED_FUNDS'
    ) < billing_checks_in_drawer(NEW.practice_id) THEN
        RAISE EXCEPTION 'deposit % takes more cash than lies in the drawer', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- A deposit is not taken back from under a check that the bank sent back.
CREATE OR REPLACE FUNCTION billing_deposit_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    deposit billing_deposit;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('deposits of ' || NEW.practice_id::text, 0));
    SELECT * INTO deposit FROM billing_deposit
        WHERE practice_id = NEW.practice_id AND id = NEW.deposit_id;
    IF NOT billing_is_reversed_by(NEW.practice_id, deposit.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'deposit % is not reversed in the books', deposit.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF deposit.checks > 0 AND billing_checks_sent_back(NEW.practice_id)
        > billing_checks_deposited(NEW.practice_id)
    THEN
        RAISE EXCEPTION 'a check of deposit % was sent back', deposit.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- reverse
CREATE OR REPLACE FUNCTION billing_deposit_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    deposit billing_deposit;
BEGIN
    SELECT * INTO deposit FROM billing_deposit
        WHERE practice_id = NEW.practice_id AND id = NEW.deposit_id;
    IF NOT billing_is_reversed_by(NEW.practice_id, deposit.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'deposit % is not reversed in the books', deposit.reference
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
DROP TRIGGER billing_return_is_told ON billing_paymenttakenback;
DROP FUNCTION billing_return_is_told();
DROP TRIGGER billing_returned_check ON billing_returnedcheck;
DROP FUNCTION billing_returned_check();
DROP FUNCTION billing_checks_in_drawer(uuid);
DROP FUNCTION billing_checks_deposited(uuid);
DROP FUNCTION billing_checks_sent_back(uuid);
