-- The guards of what the practice owes. They refuse, and never compute.

-- Whoever writes about a bill waits for whoever else does, so each sees the other's rows.
CREATE FUNCTION billing_bill_lock(bill uuid) RETURNS void LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtextextended('bill ' || bill::text, 0)) $$;

-- What an entry leaves on a bill's own item of accounts payable, in cents; more owed is positive.
CREATE FUNCTION billing_bill_posted(practice uuid, entry uuid, bill uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(posting.credit - posting.debit), 0)
    FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    JOIN billing_bill ON billing_bill.practice_id = practice AND billing_bill.id = bill
    WHERE posting.practice_id = practice AND posting.entry_id = entry
        AND account.role = 'BILLS_PAYABLE'
        AND posting.item = bill AND posting.party = billing_bill.vendor_id
$$;

-- A bill is its lines, all of them expenses, and is posted as it says.
CREATE FUNCTION billing_bill_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    bill billing_bill;
    wanted uuid;
    lines bigint;
    billed numeric;
    strange bigint;
BEGIN
    IF TG_TABLE_NAME = 'billing_bill' THEN
        wanted := NEW.id;
    ELSE
        wanted := NEW.bill_id;
    END IF;
    SELECT * INTO bill FROM billing_bill WHERE practice_id = NEW.practice_id AND id = wanted;
    SELECT count(*), coalesce(sum(line.amount), 0),
            count(*) FILTER (WHERE account.kind IS DISTINCT FROM 'EXPENSE')
        INTO lines, billed, strange
        FROM billing_billline AS line
        LEFT JOIN ledger_account AS account
            ON account.practice_id = line.practice_id AND account.id = line.category_id
        WHERE line.practice_id = NEW.practice_id AND line.bill_id = wanted;
    -- IS DISTINCT FROM: whoever drops the context before the commit sees no rows, and is refused.
    IF lines IS DISTINCT FROM bill.line_count OR billed IS DISTINCT FROM bill.total THEN
        RAISE EXCEPTION 'bill % has % lines over % cents, not % over %',
            bill.reference, lines, billed, bill.line_count, bill.total
            USING ERRCODE = 'check_violation';
    END IF;
    IF strange > 0 THEN
        RAISE EXCEPTION 'bill % is for something that is no expense', bill.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_bill_posted(bill.practice_id, bill.entry_id, bill.id) IS DISTINCT FROM bill.total THEN
        RAISE EXCEPTION 'bill % is not posted as entered', bill.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_bill_whole AFTER INSERT ON billing_bill
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_bill_whole();
CREATE CONSTRAINT TRIGGER billing_bill_whole AFTER INSERT ON billing_billline
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_bill_whole();

-- A vendor's number stands on one bill, unless that one was taken back.
CREATE FUNCTION billing_bill_number_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('bills of ' || NEW.vendor_id::text, 0));
    IF EXISTS (
        SELECT FROM billing_bill AS bill
        WHERE bill.practice_id = NEW.practice_id AND bill.vendor_id = NEW.vendor_id
            AND bill.id <> NEW.id AND lower(bill.number) = lower(NEW.number)
            AND NOT EXISTS (SELECT FROM billing_billtakenback AS back
                WHERE back.practice_id = bill.practice_id AND back.bill_id = bill.id)
    ) THEN
        RAISE EXCEPTION 'the vendor''s bill % is entered already', NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_bill_number_once AFTER INSERT ON billing_bill
    FOR EACH ROW WHEN (NEW.number <> '') EXECUTE FUNCTION billing_bill_number_once();

-- What is paid is at most the bill, which stands; and it is posted as it says.
CREATE FUNCTION billing_bill_payment_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    bill billing_bill;
BEGIN
    PERFORM billing_bill_lock(NEW.bill_id);
    SELECT * INTO bill FROM billing_bill WHERE practice_id = NEW.practice_id AND id = NEW.bill_id;
    IF EXISTS (SELECT FROM billing_billtakenback AS back
        WHERE back.practice_id = NEW.practice_id AND back.bill_id = NEW.bill_id) THEN
        RAISE EXCEPTION 'bill % was taken back', bill.reference USING ERRCODE = 'check_violation';
    END IF;
    IF bill.total < (
        SELECT sum(payment.amount) FROM billing_billpayment AS payment
        WHERE payment.practice_id = NEW.practice_id AND payment.bill_id = NEW.bill_id
            AND NOT EXISTS (SELECT FROM billing_billpaymenttakenback AS back
                WHERE back.practice_id = payment.practice_id AND back.payment_id = payment.id)
    ) THEN
        RAISE EXCEPTION 'more is paid than bill % is over', bill.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.paid_on < bill.billed_on THEN
        RAISE EXCEPTION 'bill % is paid before its own date', bill.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_bill_posted(NEW.practice_id, NEW.entry_id, NEW.bill_id)
        IS DISTINCT FROM -NEW.amount::numeric
    THEN
        RAISE EXCEPTION 'payment % is not posted as recorded', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_bill_payment_within AFTER INSERT ON billing_billpayment
    FOR EACH ROW EXECUTE FUNCTION billing_bill_payment_within();

-- What is taken back is reversed in the books, and a bill only with nothing paid on it.
CREATE FUNCTION billing_bill_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    bill billing_bill;
BEGIN
    PERFORM billing_bill_lock(NEW.bill_id);
    SELECT * INTO bill FROM billing_bill WHERE practice_id = NEW.practice_id AND id = NEW.bill_id;
    IF EXISTS (
        SELECT FROM billing_billpayment AS payment
        WHERE payment.practice_id = NEW.practice_id AND payment.bill_id = NEW.bill_id
            AND NOT EXISTS (SELECT FROM billing_billpaymenttakenback AS back
                WHERE back.practice_id = payment.practice_id AND back.payment_id = payment.id)
    ) THEN
        RAISE EXCEPTION 'bill % is paid, at least in part', bill.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM ledger_journalentry AS entry WHERE entry.practice_id = NEW.practice_id
        AND entry.id = NEW.entry_id AND entry.reverses_id = bill.entry_id) THEN
        RAISE EXCEPTION 'bill % is not reversed in the books', bill.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_bill_taken_back AFTER INSERT ON billing_billtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_bill_taken_back();

CREATE FUNCTION billing_bill_payment_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_billpayment;
BEGIN
    SELECT * INTO payment FROM billing_billpayment
        WHERE practice_id = NEW.practice_id AND id = NEW.payment_id;
    PERFORM billing_bill_lock(payment.bill_id);
    IF NOT EXISTS (SELECT FROM ledger_journalentry AS entry WHERE entry.practice_id = NEW.practice_id
        AND entry.id = NEW.entry_id AND entry.reverses_id = payment.entry_id) THEN
        RAISE EXCEPTION 'payment % is not reversed in the books', payment.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_bill_payment_taken_back AFTER INSERT ON billing_billpaymenttakenback
    FOR EACH ROW EXECUTE FUNCTION billing_bill_payment_taken_back();

-- reverse
DROP TRIGGER billing_bill_payment_taken_back ON billing_billpaymenttakenback;
DROP FUNCTION billing_bill_payment_taken_back();
DROP TRIGGER billing_bill_taken_back ON billing_billtakenback;
DROP FUNCTION billing_bill_taken_back();
DROP TRIGGER billing_bill_payment_within ON billing_billpayment;
DROP FUNCTION billing_bill_payment_within();
DROP TRIGGER billing_bill_number_once ON billing_bill;
DROP FUNCTION billing_bill_number_once();
DROP TRIGGER billing_bill_whole ON billing_billline;
DROP TRIGGER billing_bill_whole ON billing_bill;
DROP FUNCTION billing_bill_whole();
DROP FUNCTION billing_bill_posted(uuid, uuid, uuid);
DROP FUNCTION billing_bill_lock(uuid);
