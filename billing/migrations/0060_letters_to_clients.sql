-- The guards of letters. They refuse as the caller, under row security, and never compute.

-- A letter goes to an e-mail address of its client that works, in the words that were wished, and not
-- while statements and reminders are held back.
CREATE FUNCTION billing_letter_may_go() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    contact clients_contact;
    person clients_client;
BEGIN
    SELECT * INTO contact FROM clients_contact
        WHERE practice_id = NEW.practice_id AND id = NEW.contact_id;
    SELECT * INTO person FROM clients_client
        WHERE practice_id = NEW.practice_id AND id = NEW.client_id;
    IF contact.client_id IS DISTINCT FROM NEW.client_id OR contact.kind <> 'EMAIL'
        OR contact.ended_at IS NOT NULL OR contact.version <> NEW.contact_version
    THEN
        RAISE EXCEPTION 'a letter goes to an e-mail address of its client that is in use'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT person.may_email THEN
        RAISE EXCEPTION 'a client who wishes no e-mail gets none' USING ERRCODE = 'check_violation';
    END IF;
    IF (contact.is_discreet OR person.contact_wish = 'DISCREET') AND NOT NEW.is_discreet THEN
        RAISE EXCEPTION 'a letter is discreet where that is wished' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_letter AS before
        JOIN billing_lettercameback AS back
            ON back.practice_id = before.practice_id AND back.letter_id = before.id
        WHERE before.practice_id = NEW.practice_id AND before.contact_id = NEW.contact_id
            AND before.contact_version = NEW.contact_version
    ) THEN
        RAISE EXCEPTION 'a letter to this address came back' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind IN ('STATEMENT', 'REMINDER') AND EXISTS (
        SELECT FROM billing_letterhold AS hold
        WHERE hold.practice_id = NEW.practice_id AND hold.client_id = NEW.client_id
            AND (hold.until IS NULL OR hold.until >= NEW.written_on)
            AND NOT EXISTS (SELECT FROM billing_letterholdended AS ended
                WHERE ended.practice_id = hold.practice_id AND ended.hold_id = hold.id)
    ) THEN
        RAISE EXCEPTION 'statements and reminders to this client are held back'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT NEW.is_discreet AND NEW.wording_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_letterwording WHERE practice_id = NEW.practice_id
            AND id = NEW.wording_id AND kind = NEW.kind AND NOT is_default
    ) OR NEW.is_discreet AND NEW.wording_id IS NOT NULL THEN
        RAISE EXCEPTION 'a letter has the words of its kind' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_letter_may_go AFTER INSERT ON billing_letter
    FOR EACH ROW EXECUTE FUNCTION billing_letter_may_go();

-- What a letter tells of belongs to its client, and a letter that repeats another is of the same.
CREATE FUNCTION billing_letter_tells_its_own() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM clients_client AS record
        WHERE record.practice_id = NEW.practice_id
            AND coalesce(record.merged_into_id, record.id) = NEW.client_id
            AND record.id = coalesce(
                (SELECT client_id FROM billing_accountstatement
                    WHERE practice_id = NEW.practice_id AND id = NEW.statement_id),
                (SELECT client_id FROM billing_payment
                    WHERE practice_id = NEW.practice_id AND id = NEW.payment_id),
                NEW.client_id)
    ) THEN
        RAISE EXCEPTION 'a letter tells of what is its client''s' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.repeats_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_letter AS before
        WHERE before.practice_id = NEW.practice_id AND before.id = NEW.repeats_id
            AND (before.client_id, before.kind) = (NEW.client_id, NEW.kind)
            AND before.statement_id IS NOT DISTINCT FROM NEW.statement_id
            AND before.payment_id IS NOT DISTINCT FROM NEW.payment_id
    ) THEN
        RAISE EXCEPTION 'a letter repeats one of the same' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_letter_tells_its_own AFTER INSERT ON billing_letter
    FOR EACH ROW EXECUTE FUNCTION billing_letter_tells_its_own();

CREATE FUNCTION billing_letter_was_sent() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_letter AS letter
        JOIN accounts_outgoingmail AS mail
            ON mail.practice_id = letter.practice_id AND mail.id = letter.mail_id
        WHERE letter.practice_id = NEW.practice_id AND letter.id = NEW.letter_id
            AND mail.sent_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'only a letter that was sent comes back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_letter_was_sent AFTER INSERT ON billing_lettercameback
    FOR EACH ROW EXECUTE FUNCTION billing_letter_was_sent();

-- reverse
DROP TRIGGER billing_letter_was_sent ON billing_lettercameback;
DROP FUNCTION billing_letter_was_sent();
DROP TRIGGER billing_letter_tells_its_own ON billing_letter;
DROP FUNCTION billing_letter_tells_its_own();
DROP TRIGGER billing_letter_may_go ON billing_letter;
DROP FUNCTION billing_letter_may_go();
