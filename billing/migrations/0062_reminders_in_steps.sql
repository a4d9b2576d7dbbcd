-- The guards of reminders. They refuse as the caller, under row security, and never compute.

-- A policy has the steps that it was set with.
CREATE FUNCTION billing_reminder_steps_are_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM billing_reminderstep
            WHERE practice_id = NEW.practice_id AND policy_id = NEW.policy_id)
        > (SELECT step_count FROM billing_reminderpolicy
            WHERE practice_id = NEW.practice_id AND id = NEW.policy_id)
    THEN
        RAISE EXCEPTION 'no step joins rules that stand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_reminder_steps_are_whole AFTER INSERT ON billing_reminderstep
    FOR EACH ROW EXECUTE FUNCTION billing_reminder_steps_are_whole();

-- A reminder is of a step, of an invoice of its client that is past due by so many days, and never of
-- somebody who owes nothing net of their credit.
CREATE FUNCTION billing_reminder_is_due() RETURNS trigger LANGUAGE plpgsql
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

CREATE TRIGGER billing_reminder_is_due AFTER INSERT ON billing_reminder
    FOR EACH ROW EXECUTE FUNCTION billing_reminder_is_due();

-- reverse
DROP TRIGGER billing_reminder_is_due ON billing_reminder;
DROP FUNCTION billing_reminder_is_due();
DROP TRIGGER billing_reminder_steps_are_whole ON billing_reminderstep;
DROP FUNCTION billing_reminder_steps_are_whole();
