-- The guards of payment plans. They refuse as the caller, under row security, and never compute.

-- Of the sealed companion only the ciphertext may change, when keys rotate.
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, plan_id
    ON billing_paymentplantext FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_paymentplantext
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER billing_paymentplan_of_own_party AFTER INSERT ON billing_paymentplan
    FOR EACH ROW WHEN (NEW.party_id IS NOT NULL) EXECUTE FUNCTION billing_of_own_party();

-- What an invoice owes at the close of a day.
CREATE FUNCTION billing_invoice_owes(practice uuid, billed uuid, as_of date) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(posting.debit - posting.credit), 0)::bigint
    FROM billing_invoice AS invoice
    JOIN ledger_posting AS posting
        ON posting.practice_id = invoice.practice_id AND posting.party = invoice.client_id
        AND posting.item = invoice.id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE invoice.practice_id = practice AND invoice.id = billed
        AND account.role = 'CLIENT_RECEIVABLE' AND posting.entry_date <= as_of
$$;

-- What an invoice owed when it was voided: it, less what was taken off it with the void.
CREATE FUNCTION billing_invoice_owed_when_void(practice uuid, billed uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT invoice.total
        - (SELECT coalesce(sum(applied.amount), 0) FROM billing_paymentapplication AS applied
            JOIN billing_applicationtakenback AS back
                ON back.practice_id = applied.practice_id AND back.application_id = applied.id
            WHERE applied.practice_id = practice AND applied.invoice_id = billed
                AND back.reason = 'VOIDED')
        - (SELECT coalesce(sum(written.amount), 0) FROM billing_writeoff AS written
            JOIN billing_writeofftakenback AS back
                ON back.practice_id = written.practice_id AND back.write_off_id = written.id
            WHERE written.practice_id = practice AND written.invoice_id = billed
                AND back.reason = 'VOIDED')
        - (SELECT coalesce(sum(redeemed.amount), 0) FROM billing_packageredemption AS redeemed
            JOIN billing_invoiceline AS line
                ON line.practice_id = redeemed.practice_id AND line.id = redeemed.line_id
            WHERE redeemed.practice_id = practice AND line.invoice_id = billed)
    FROM billing_invoice AS invoice
    WHERE invoice.practice_id = practice AND invoice.id = billed
$$;

-- Whether a plan stands, something of it is owed, and no more than may be by then. Void invoices have
-- left it: what was settled of them falls away from the first installments, and the rest from the last.
-- An installment is late from the day after it is due.
CREATE FUNCTION billing_plan_is_kept(practice uuid, asked uuid, as_of date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH held AS (
        SELECT held.open, void.id IS NOT NULL AS is_void,
            CASE WHEN void.id IS NULL THEN billing_invoice_owes(practice, held.invoice_id, as_of)
                ELSE 0 END AS owes,
            CASE WHEN void.id IS NULL THEN 0 ELSE greatest(least(
                held.open - billing_invoice_owed_when_void(practice, held.invoice_id), held.open
            ), 0) END AS gone
        FROM billing_planinvoice AS held
        LEFT JOIN billing_invoicevoided AS void
            ON void.practice_id = held.practice_id AND void.invoice_id = held.invoice_id
        WHERE held.practice_id = practice AND held.plan_id = asked
    ), sums AS (
        SELECT coalesce(sum(open) FILTER (WHERE NOT is_void), 0) AS agreed,
            coalesce(sum(owes), 0) AS owes, coalesce(sum(gone), 0) AS gone
        FROM held
    ), past AS (
        SELECT coalesce(sum(amount), 0) AS amount FROM billing_planinstallment
        WHERE practice_id = practice AND plan_id = asked AND due_on < as_of
    )
    SELECT NOT EXISTS (SELECT FROM billing_paymentplantakenback AS back
            WHERE back.practice_id = practice AND back.plan_id = asked)
        AND sums.owes > 0
        AND sums.owes <= greatest(sums.agreed - greatest(past.amount - sums.gone, 0), 0)
    FROM sums, past
$$;

-- A plan is its invoices, its installments and its words, all of them: both add up to its total, and the
-- installments are alike but for the last, which is the rest, on the days that it says.
CREATE FUNCTION billing_paymentplan_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_planinvoice WHERE practice_id = NEW.practice_id AND plan_id = NEW.id
        HAVING count(*) = NEW.invoice_count AND sum(open) = NEW.total
    ) OR NOT EXISTS (
        SELECT FROM billing_planinstallment WHERE practice_id = NEW.practice_id AND plan_id = NEW.id
        HAVING count(*) = NEW.installment_count AND sum(amount) = NEW.total
            AND max(position) = NEW.installment_count AND max(amount) = NEW.installment
            AND count(*) FILTER (WHERE amount <> NEW.installment AND position < NEW.installment_count) = 0
    ) THEN
        RAISE EXCEPTION 'payment plan % does not add up', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_planinstallment WHERE practice_id = NEW.practice_id AND plan_id = NEW.id
        AND due_on <> CASE NEW.every
            WHEN 'WEEK' THEN NEW.starts_on + 7 * (position - 1)
            WHEN 'TWO_WEEKS' THEN NEW.starts_on + 14 * (position - 1)
            ELSE (NEW.starts_on + make_interval(months => position - 1))::date END
    ) THEN
        RAISE EXCEPTION 'payment plan % is due on other days', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM billing_paymentplantext
        WHERE practice_id = NEW.practice_id AND plan_id = NEW.id) THEN
        RAISE EXCEPTION 'payment plan % says nothing', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_paymentplan_whole AFTER INSERT ON billing_paymentplan
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_paymentplan_whole();

-- Nothing joins a plan that stands: it would be another plan.
CREATE FUNCTION billing_paymentplan_takes_no_more() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_paymentplan AS plan
        WHERE plan.practice_id = NEW.practice_id AND plan.id = NEW.plan_id
        AND (plan.invoice_count < (SELECT count(*) FROM billing_planinvoice AS held
                WHERE held.practice_id = NEW.practice_id AND held.plan_id = NEW.plan_id)
            OR plan.installment_count < (SELECT count(*) FROM billing_planinstallment AS part
                WHERE part.practice_id = NEW.practice_id AND part.plan_id = NEW.plan_id))
    ) THEN
        RAISE EXCEPTION 'the payment plan stands: nothing can join it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_paymentplan_takes_no_more AFTER INSERT ON billing_planinvoice
    FOR EACH ROW EXECUTE FUNCTION billing_paymentplan_takes_no_more();
CREATE TRIGGER billing_paymentplan_takes_no_more AFTER INSERT ON billing_planinstallment
    FOR EACH ROW EXECUTE FUNCTION billing_paymentplan_takes_no_more();

-- An invoice in a plan is one to whoever agreed, of the same record (a merge can be undone), is not
-- void, owes just what the plan says, and is in no other plan that stands. Whoever puts it in one is
-- alone with it.
CREATE FUNCTION billing_planinvoice_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM billing_money_lock(NEW.invoice_id);
    IF NOT EXISTS (
        SELECT FROM billing_paymentplan AS plan
        JOIN billing_invoice AS invoice
            ON invoice.practice_id = plan.practice_id AND invoice.id = NEW.invoice_id
        WHERE plan.practice_id = NEW.practice_id AND plan.id = NEW.plan_id
            AND invoice.client_id = plan.client_id
            AND invoice.party_id IS NOT DISTINCT FROM plan.party_id
    ) THEN
        RAISE EXCEPTION 'the invoice is to somebody else' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM billing_invoicevoided AS void
        WHERE void.practice_id = NEW.practice_id AND void.invoice_id = NEW.invoice_id)
        OR billing_invoice_owes(NEW.practice_id, NEW.invoice_id, 'infinity') <> NEW.open
    THEN
        RAISE EXCEPTION 'the invoice does not owe this' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_planinvoice AS other
        WHERE other.practice_id = NEW.practice_id AND other.invoice_id = NEW.invoice_id
            AND other.plan_id <> NEW.plan_id
            AND NOT EXISTS (SELECT FROM billing_paymentplantakenback AS back
                WHERE back.practice_id = other.practice_id AND back.plan_id = other.plan_id)
    ) THEN
        RAISE EXCEPTION 'the invoice is in another payment plan' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_planinvoice_fits AFTER INSERT ON billing_planinvoice
    FOR EACH ROW EXECUTE FUNCTION billing_planinvoice_fits();

-- A plan is taken back while something of it is owed: one that is paid has ended by itself.
CREATE FUNCTION billing_paymentplan_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF coalesce((
        SELECT sum(billing_invoice_owes(NEW.practice_id, held.invoice_id, 'infinity'))
        FROM billing_planinvoice AS held
        WHERE held.practice_id = NEW.practice_id AND held.plan_id = NEW.plan_id
    ), 0) <= 0 THEN
        RAISE EXCEPTION 'the payment plan is paid' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_paymentplan_taken_back AFTER INSERT ON billing_paymentplantakenback
    FOR EACH ROW EXECUTE FUNCTION billing_paymentplan_taken_back();

-- A reminder is of a step, of an invoice of its client that is past due by so many days, or whose plan
-- stands with an installment that is, and never of somebody who owes nothing net of their credit.
CREATE OR REPLACE FUNCTION billing_reminder_is_due() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    letter billing_letter;
    net bigint;
BEGIN
    SELECT * INTO letter FROM billing_letter
        WHERE practice_id = NEW.practice_id AND id = NEW.letter_id;
    IF letter.kind <> 'REMINDER' OR letter.repeats_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM billing_reminderstep WHERE practice_id = NEW.practice_id
            AND policy_id = NEW.policy_id AND days = NEW.days
    ) THEN
        RAISE EXCEPTION 'a reminder is a letter at a step' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM billing_invoice AS invoice
        JOIN clients_client AS record
            ON record.practice_id = invoice.practice_id AND record.id = invoice.client_id
        WHERE invoice.practice_id = NEW.practice_id AND invoice.id = NEW.invoice_id
            AND coalesce(record.merged_into_id, record.id) = letter.client_id
            AND CASE WHEN NEW.plan_id IS NULL THEN invoice.due_on + NEW.days <= letter.written_on
                ELSE EXISTS (SELECT FROM billing_planinvoice AS held
                    JOIN billing_planinstallment AS part
                        ON part.practice_id = held.practice_id AND part.plan_id = held.plan_id
                    WHERE held.practice_id = NEW.practice_id AND held.plan_id = NEW.plan_id
                        AND held.invoice_id = NEW.invoice_id
                        AND part.due_on + NEW.days <= letter.written_on
                ) AND NOT EXISTS (SELECT FROM billing_paymentplantakenback AS back
                    WHERE back.practice_id = NEW.practice_id AND back.plan_id = NEW.plan_id) END
    ) THEN
        RAISE EXCEPTION 'a reminder is of an invoice of its client that is late by so much'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(sum(posting.debit - posting.credit), 0) INTO net
    FROM clients_client AS record
    JOIN ledger_posting AS posting
        ON posting.practice_id = record.practice_id AND posting.party = record.id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE record.practice_id = NEW.practice_id
        AND (record.id = letter.client_id OR record.merged_into_id = letter.client_id)
        AND account.role IN ('CLIENT_RECEIVABLE', 'CLIENT_CREDITS')
        AND posting.entry_date <= letter.written_on;
    IF net <= 0 THEN
        RAISE EXCEPTION 'nobody is reminded who owes nothing net of their credit'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- Nobody is reminded of an invoice that is paid by a plan which is kept, nor once more.
CREATE FUNCTION billing_reminder_leaves_plans() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_planinvoice AS held
        JOIN billing_letter AS letter
            ON letter.practice_id = held.practice_id AND letter.id = NEW.letter_id
        WHERE held.practice_id = NEW.practice_id AND held.invoice_id = NEW.invoice_id
            AND billing_plan_is_kept(held.practice_id, held.plan_id, letter.written_on)
    ) THEN
        RAISE EXCEPTION 'the invoice is in a payment plan that is kept'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_reminder_leaves_plans AFTER INSERT ON billing_reminder
    FOR EACH ROW EXECUTE FUNCTION billing_reminder_leaves_plans();

CREATE FUNCTION billing_repeat_leaves_plans() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        WITH RECURSIVE line AS (
            SELECT NEW.repeats_id AS id
            UNION
            SELECT letter.repeats_id FROM billing_letter AS letter
            JOIN line ON letter.practice_id = NEW.practice_id AND letter.id = line.id
            WHERE letter.repeats_id IS NOT NULL
        )
        SELECT FROM line
        JOIN billing_reminder AS reminder
            ON reminder.practice_id = NEW.practice_id AND reminder.letter_id = line.id
        JOIN billing_planinvoice AS held
            ON held.practice_id = reminder.practice_id AND held.invoice_id = reminder.invoice_id
        WHERE billing_plan_is_kept(held.practice_id, held.plan_id, NEW.written_on)
    ) THEN
        RAISE EXCEPTION 'the invoice is in a payment plan that is kept'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_repeat_leaves_plans AFTER INSERT ON billing_letter
    FOR EACH ROW WHEN (NEW.kind = 'REMINDER' AND NEW.repeats_id IS NOT NULL)
    EXECUTE FUNCTION billing_repeat_leaves_plans();

-- reverse
DROP TRIGGER billing_repeat_leaves_plans ON billing_letter;
DROP FUNCTION billing_repeat_leaves_plans();
DROP TRIGGER billing_reminder_leaves_plans ON billing_reminder;
DROP FUNCTION billing_reminder_leaves_plans();
CREATE OR REPLACE FUNCTION billing_reminder_is_due() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    letter billing_letter;
    net bigint;
BEGIN
    SELECT * INTO letter FROM billing_letter
        WHERE practice_id = NEW.practice_id AND id = NEW.letter_id;
    IF letter.kind <> 'REMINDER' OR letter.repeats_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM billing_reminderstep WHERE practice_id = NEW.practice_id
            AND policy_id = NEW.policy_id AND days = NEW.days
    ) THEN
        RAISE EXCEPTION 'a reminder is a letter at a step' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM billing_invoice AS invoice
        JOIN clients_client AS record
            ON record.practice_id = invoice.practice_id AND record.id = invoice.client_id
        WHERE invoice.practice_id = NEW.practice_id AND invoice.id = NEW.invoice_id
            AND coalesce(record.merged_into_id, record.id) = letter.client_id
            AND invoice.due_on + NEW.days <= letter.written_on
    ) THEN
        RAISE EXCEPTION 'a reminder is of an invoice of its client that is late by so much'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(sum(posting.debit - posting.credit), 0) INTO net
    FROM clients_client AS record
    JOIN ledger_posting AS posting
        ON posting.practice_id = record.practice_id AND posting.party = record.id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE record.practice_id = NEW.practice_id
        AND (record.id = letter.client_id OR record.merged_into_id = letter.client_id)
        AND account.role IN ('CLIENT_RECEIVABLE', 'CLIENT_CREDITS')
        AND posting.entry_date <= letter.written_on;
    IF net <= 0 THEN
        RAISE EXCEPTION 'nobody is reminded who owes nothing net of their credit'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
DROP TRIGGER billing_paymentplan_taken_back ON billing_paymentplantakenback;
DROP FUNCTION billing_paymentplan_taken_back();
DROP TRIGGER billing_planinvoice_fits ON billing_planinvoice;
DROP FUNCTION billing_planinvoice_fits();
DROP TRIGGER billing_paymentplan_takes_no_more ON billing_planinstallment;
DROP TRIGGER billing_paymentplan_takes_no_more ON billing_planinvoice;
DROP FUNCTION billing_paymentplan_takes_no_more();
DROP TRIGGER billing_paymentplan_whole ON billing_paymentplan;
DROP FUNCTION billing_paymentplan_whole();
DROP FUNCTION billing_plan_is_kept(uuid, uuid, date);
DROP FUNCTION billing_invoice_owed_when_void(uuid, uuid);
DROP FUNCTION billing_invoice_owes(uuid, uuid, date);
DROP TRIGGER billing_paymentplan_of_own_party ON billing_paymentplan;
DROP TRIGGER companion_truncate ON billing_paymentplantext;
DROP TRIGGER companion ON billing_paymentplantext;
