-- No report of a past day shows less than nothing: what is taken of a payment or off an invoice is there
-- on the day of its entry and on each later one. The guards refuse, and never compute.

-- Whether an open item was never below zero at the close of a day. It reads the item's own postings.
CREATE FUNCTION billing_never_below_zero(practice uuid, wanted text, owner uuid, what uuid)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM (
        SELECT sum(sum(posting.debit - posting.credit)) OVER (ORDER BY posting.entry_date) AS net
        FROM ledger_account AS account JOIN ledger_posting AS posting
            ON posting.practice_id = account.practice_id AND posting.account_id = account.id
        WHERE account.practice_id = practice AND account.role = wanted
            AND posting.party = owner AND posting.item = what
        GROUP BY posting.entry_date
    ) AS day WHERE day.net * CASE wanted WHEN 'CLIENT_RECEIVABLE' THEN 1 ELSE -1 END < 0)
$$;

CREATE FUNCTION billing_used_when_there() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    payment billing_payment;
    invoice billing_invoice;
BEGIN
    SELECT * INTO payment FROM billing_payment
        WHERE practice_id = NEW.practice_id AND id = (to_jsonb(NEW) ->> 'payment_id')::uuid;
    IF FOUND AND NOT billing_never_below_zero(
        NEW.practice_id, 'CLIENT_CREDITS', payment.client_id, payment.id) THEN
        RAISE EXCEPTION 'receipt % is used before it was there', payment.receipt
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO invoice FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND id = (to_jsonb(NEW) ->> 'invoice_id')::uuid;
    IF FOUND AND NOT billing_never_below_zero(
        NEW.practice_id, 'CLIENT_RECEIVABLE', invoice.client_id, invoice.id) THEN
        RAISE EXCEPTION 'invoice % is met before it was open', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER used_when_there AFTER INSERT ON billing_paymentapplication
    FOR EACH ROW EXECUTE FUNCTION billing_used_when_there();
CREATE TRIGGER used_when_there AFTER INSERT ON billing_refund
    FOR EACH ROW EXECUTE FUNCTION billing_used_when_there();
CREATE TRIGGER used_when_there AFTER INSERT ON billing_writeoff
    FOR EACH ROW EXECUTE FUNCTION billing_used_when_there();
CREATE TRIGGER used_when_there AFTER INSERT ON billing_paymenttakenback
    FOR EACH ROW EXECUTE FUNCTION billing_used_when_there();
CREATE TRIGGER used_when_there AFTER INSERT ON billing_invoicevoided
    FOR EACH ROW EXECUTE FUNCTION billing_used_when_there();

-- The same of bills, of which a payment may be taken back and another one dated before.
CREATE FUNCTION billing_bill_paid_when_owed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    bill billing_bill;
BEGIN
    SELECT * INTO bill FROM billing_bill WHERE practice_id = NEW.practice_id AND id = NEW.bill_id;
    IF NOT billing_never_below_zero(NEW.practice_id, 'BILLS_PAYABLE', bill.vendor_id, bill.id) THEN
        RAISE EXCEPTION 'bill % is met before it was owed', bill.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER used_when_there AFTER INSERT ON billing_billpayment
    FOR EACH ROW EXECUTE FUNCTION billing_bill_paid_when_owed();
CREATE TRIGGER used_when_there AFTER INSERT ON billing_billtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_bill_paid_when_owed();

-- Nothing is reversed before it was.
CREATE OR REPLACE FUNCTION billing_is_reversed_by(practice uuid, entry uuid, back uuid)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM ledger_journalentry AS reversing
        JOIN ledger_journalentry AS reversed
            ON reversed.practice_id = reversing.practice_id AND reversed.id = reversing.reverses_id
        WHERE reversing.practice_id = practice AND reversing.id = back
            AND reversing.reverses_id = entry AND reversing.entry_date >= reversed.entry_date)
$$;

-- A row is dated as its entry is: the arguments are the entry's column and the day's, in turn.
CREATE FUNCTION billing_dated_as_posted() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    told jsonb := to_jsonb(NEW);
BEGIN
    FOR place IN 0 .. TG_NARGS - 2 BY 2 LOOP
        IF EXISTS (SELECT FROM ledger_journalentry AS entry
            WHERE entry.practice_id = NEW.practice_id
                AND entry.id = (told ->> TG_ARGV[place])::uuid
                AND entry.entry_date IS DISTINCT FROM (told ->> TG_ARGV[place + 1])::date) THEN
            RAISE EXCEPTION '% is not dated as its entry is', TG_TABLE_NAME
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;

CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_paymentapplication
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'applied_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_applicationtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'taken_back_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_paymenttakenback
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'taken_back_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_invoicevoided
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'voided_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_writeoff
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'written_off_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_writeofftakenback
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'taken_back_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_refund
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'refunded_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_refundpaid
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'paid_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_refundtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted(
        'entry_id', 'taken_back_on', 'paid_entry_id', 'taken_back_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_deposit
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'deposited_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_deposittakenback
    FOR EACH ROW EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'taken_back_on');
CREATE TRIGGER dated_as_posted AFTER INSERT ON billing_drawercount
    FOR EACH ROW WHEN (NEW.entry_id IS NOT NULL)
    EXECUTE FUNCTION billing_dated_as_posted('entry_id', 'counted_on');

-- reverse
DROP TRIGGER dated_as_posted ON billing_drawercount;
DROP TRIGGER dated_as_posted ON billing_deposittakenback;
DROP TRIGGER dated_as_posted ON billing_deposit;
DROP TRIGGER dated_as_posted ON billing_refundtakenback;
DROP TRIGGER dated_as_posted ON billing_refundpaid;
DROP TRIGGER dated_as_posted ON billing_refund;
DROP TRIGGER dated_as_posted ON billing_writeofftakenback;
DROP TRIGGER dated_as_posted ON billing_writeoff;
DROP TRIGGER dated_as_posted ON billing_invoicevoided;
DROP TRIGGER dated_as_posted ON billing_paymenttakenback;
DROP TRIGGER dated_as_posted ON billing_applicationtakenback;
DROP TRIGGER dated_as_posted ON billing_paymentapplication;
DROP FUNCTION billing_dated_as_posted();
CREATE OR REPLACE FUNCTION billing_is_reversed_by(practice uuid, entry uuid, back uuid)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM ledger_journalentry AS reversing
        WHERE reversing.practice_id = practice AND reversing.id = back
            AND reversing.reverses_id = entry)
$$;
DROP TRIGGER used_when_there ON billing_billtakenback;
DROP TRIGGER used_when_there ON billing_billpayment;
DROP FUNCTION billing_bill_paid_when_owed();
DROP TRIGGER used_when_there ON billing_invoicevoided;
DROP TRIGGER used_when_there ON billing_paymenttakenback;
DROP TRIGGER used_when_there ON billing_writeoff;
DROP TRIGGER used_when_there ON billing_refund;
DROP TRIGGER used_when_there ON billing_paymentapplication;
DROP FUNCTION billing_used_when_there();
DROP FUNCTION billing_never_below_zero(uuid, text, uuid, uuid);
