-- The guards of the drawer. They refuse, and never compute.

-- A difference is posted as over or short, to the cent.
CREATE FUNCTION billing_drawer_counted() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'UNDEPOSITED_FUNDS', NULL, NULL)
            IS DISTINCT FROM (NEW.cash - NEW.expected_cash)::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'CASH_OVER_SHORT', NULL, NULL)
            IS DISTINCT FROM (NEW.expected_cash - NEW.cash)::numeric
    THEN
        RAISE EXCEPTION 'the count of % is not posted as counted', NEW.counted_on
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_drawer_counted AFTER INSERT ON billing_drawercount
    FOR EACH ROW WHEN (NEW.entry_id IS NOT NULL) EXECUTE FUNCTION billing_drawer_counted();

-- A deposit is posted as it says, and takes no more checks than came.
CREATE FUNCTION billing_deposit_within() RETURNS trigger LANGUAGE plpgsql
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

CREATE TRIGGER billing_deposit_within AFTER INSERT ON billing_deposit
    FOR EACH ROW EXECUTE FUNCTION billing_deposit_within();

CREATE FUNCTION billing_deposit_taken_back() RETURNS trigger LANGUAGE plpgsql
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

CREATE TRIGGER billing_deposit_taken_back AFTER INSERT ON billing_deposittakenback
    FOR EACH ROW EXECUTE FUNCTION billing_deposit_taken_back();

-- reverse
DROP TRIGGER billing_deposit_taken_back ON billing_deposittakenback;
DROP FUNCTION billing_deposit_taken_back();
DROP TRIGGER billing_deposit_within ON billing_deposit;
DROP FUNCTION billing_deposit_within();
DROP TRIGGER billing_drawer_counted ON billing_drawercount;
DROP FUNCTION billing_drawer_counted();
