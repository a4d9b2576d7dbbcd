-- The guards of hours that are planned, missed, and not billed. They refuse, and never compute.

ALTER TABLE billing_invoiceline ADD CONSTRAINT billing_invoiceline_missed_fee_id_same_practice
    FOREIGN KEY (practice_id, missed_fee_id) REFERENCES billing_missedfee (practice_id, id)
    NOT DEFERRABLE;
CREATE INDEX billing_invoiceline_missed_fee_id_key
    ON billing_invoiceline (practice_id, missed_fee_id);

-- Whoever writes about an hour waits for whoever else does, so each sees the other's rows. What is billed
-- or not is one hour for all of a practice: a hundred thousand lines would want as many locks.
CREATE FUNCTION billing_hour_lock(hour uuid) RETURNS void LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtextextended('hour ' || hour::text, 0)) $$;

-- The client with whom a record is shown.
CREATE FUNCTION billing_kept_client(practice uuid, client uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(merged_into_id, id) FROM clients_client
    WHERE practice_id = practice AND id = client
$$;

-- One outcome of an hour stands; a session of it, or another hour, is the same person's.
CREATE FUNCTION billing_outcome_stands_alone() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    whose uuid;
BEGIN
    PERFORM billing_hour_lock(NEW.appointment_id);
    IF EXISTS (
        SELECT FROM billing_appointmentoutcome AS other
        WHERE other.practice_id = NEW.practice_id AND other.id <> NEW.id
            AND other.appointment_id = NEW.appointment_id
            AND NOT EXISTS (SELECT FROM billing_outcometakenback AS back
                WHERE back.practice_id = other.practice_id AND back.outcome_id = other.id)
    ) THEN
        RAISE EXCEPTION 'what became of appointment % is known already', NEW.appointment_id
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT billing_kept_client(NEW.practice_id, client_id) INTO whose
        FROM billing_appointment WHERE practice_id = NEW.practice_id AND id = NEW.appointment_id;
    IF EXISTS (
        SELECT FROM billing_session AS session
        WHERE session.practice_id = NEW.practice_id AND session.id = NEW.session_id
            AND billing_kept_client(NEW.practice_id, session.client_id) IS DISTINCT FROM whose
        UNION ALL
        SELECT FROM billing_appointment AS other
        WHERE other.practice_id = NEW.practice_id AND other.id = NEW.moved_to_id
            AND billing_kept_client(NEW.practice_id, other.client_id) IS DISTINCT FROM whose
    ) THEN
        RAISE EXCEPTION 'appointment % became another client''s', NEW.appointment_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_outcome_stands_alone AFTER INSERT ON billing_appointmentoutcome
    FOR EACH ROW EXECUTE FUNCTION billing_outcome_stands_alone();

-- Whether a session or a fee of a missed hour is kept off invoices.
CREATE FUNCTION billing_is_not_billed(practice uuid, session uuid, missed uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM billing_notbilled AS kept
        WHERE kept.practice_id = practice
            AND (kept.session_id = session OR kept.missed_fee_id = missed)
            AND NOT EXISTS (SELECT FROM billing_notbilledtakenback AS back
                WHERE back.practice_id = practice AND back.not_billed_id = kept.id)
    )
$$;

-- An hour that was moved stays moved; what an outcome brought to bill is not billed any more.
CREATE FUNCTION billing_outcome_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    outcome billing_appointmentoutcome;
    fee uuid;
BEGIN
    SELECT * INTO outcome FROM billing_appointmentoutcome
        WHERE practice_id = NEW.practice_id AND id = NEW.outcome_id;
    PERFORM billing_hour_lock(outcome.appointment_id);
    SELECT id INTO fee FROM billing_missedfee
        WHERE practice_id = NEW.practice_id AND outcome_id = NEW.outcome_id;
    IF outcome.kind = 'MOVED' THEN
        RAISE EXCEPTION 'appointment % was moved', outcome.appointment_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF (outcome.session_id IS NOT NULL OR fee IS NOT NULL)
        AND NOT billing_is_not_billed(NEW.practice_id, outcome.session_id, fee)
    THEN
        RAISE EXCEPTION 'what appointment % brought to bill is billed, or waits to be',
            outcome.appointment_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_outcome_taken_back AFTER INSERT ON billing_outcometakenback
    FOR EACH ROW EXECUTE FUNCTION billing_outcome_taken_back();

-- A fee is of an hour that its own client missed, and its own therapist kept free.
CREATE FUNCTION billing_missed_fee_of_its_hour() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_appointmentoutcome AS outcome
        JOIN billing_appointment AS hour
            ON hour.practice_id = outcome.practice_id AND hour.id = outcome.appointment_id
        WHERE outcome.practice_id = NEW.practice_id AND outcome.id = NEW.outcome_id
            AND outcome.kind IN ('LATE_CANCELLED', 'NO_SHOW') AND NOT outcome.is_free
            AND hour.therapist_id = NEW.therapist_id
            AND billing_day_of(NEW.practice_id, hour.starts_at) = NEW.missed_on
            AND billing_kept_client(NEW.practice_id, hour.client_id)
                = billing_kept_client(NEW.practice_id, NEW.client_id)
    ) THEN
        RAISE EXCEPTION 'fee % is of no hour that its client missed', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_missed_fee_of_its_hour AFTER INSERT ON billing_missedfee
    FOR EACH ROW EXECUTE FUNCTION billing_missed_fee_of_its_hour();

-- A policy of a day that is over does not change.
CREATE FUNCTION billing_missedpolicy_not_backwards() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    -- IS NOT TRUE: whoever drops the context sees no practice, and is refused.
    IF (NEW.starts_on >= billing_day_of(NEW.practice_id, NEW.set_at)) IS NOT TRUE THEN
        RAISE EXCEPTION 'a policy of the past does not change: % is over', NEW.starts_on
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_missedpolicy_not_backwards AFTER INSERT ON billing_missedpolicy
    FOR EACH ROW EXECUTE FUNCTION billing_missedpolicy_not_backwards();

-- Whether an invoice holds a session or a fee of a missed hour.
CREATE FUNCTION billing_is_billed(practice uuid, session uuid, missed uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM billing_invoiceline AS line WHERE line.practice_id = practice
        AND (line.session_id = session OR line.missed_fee_id = missed))
$$;

-- What is not billed stands on no invoice, and is decided once.
CREATE FUNCTION billing_not_billed_or_billed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    worth bigint;
BEGIN
    PERFORM billing_hour_lock(NEW.practice_id);
    IF billing_is_billed(NEW.practice_id, NEW.session_id, NEW.missed_fee_id) THEN
        RAISE EXCEPTION 'what is not to be billed stands on an invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_notbilled AS other
        WHERE other.practice_id = NEW.practice_id AND other.id <> NEW.id
            AND (other.session_id = NEW.session_id OR other.missed_fee_id = NEW.missed_fee_id)
            AND NOT EXISTS (SELECT FROM billing_notbilledtakenback AS back
                WHERE back.practice_id = other.practice_id AND back.not_billed_id = other.id)
    ) THEN
        RAISE EXCEPTION 'it is not billed already' USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(
        (SELECT fee FROM billing_session WHERE practice_id = NEW.practice_id AND id = NEW.session_id),
        (SELECT amount FROM billing_missedfee
            WHERE practice_id = NEW.practice_id AND id = NEW.missed_fee_id)
    ) INTO worth;
    IF NEW.amount IS DISTINCT FROM worth THEN
        RAISE EXCEPTION '% cents are forgone, not %', worth, NEW.amount
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_not_billed_or_billed AFTER INSERT ON billing_notbilled
    FOR EACH ROW EXECUTE FUNCTION billing_not_billed_or_billed();

CREATE FUNCTION billing_line_of_what_is_billed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM billing_hour_lock(NEW.practice_id);
    IF billing_is_not_billed(NEW.practice_id, NEW.session_id, NEW.missed_fee_id) THEN
        RAISE EXCEPTION 'an invoice holds what is not to be billed'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_missedfee AS fee
        JOIN billing_invoice AS invoice
            ON invoice.practice_id = fee.practice_id AND invoice.id = NEW.invoice_id
        WHERE fee.practice_id = NEW.practice_id AND fee.id = NEW.missed_fee_id
            AND fee.client_id <> invoice.client_id
    ) THEN
        RAISE EXCEPTION 'an invoice holds another client''s fee' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_line_of_what_is_billed AFTER INSERT ON billing_invoiceline
    FOR EACH ROW EXECUTE FUNCTION billing_line_of_what_is_billed();

-- What an outcome brought that was itself taken back is never billed.
CREATE FUNCTION billing_not_billed_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    kept billing_notbilled;
BEGIN
    SELECT * INTO kept FROM billing_notbilled
        WHERE practice_id = NEW.practice_id AND id = NEW.not_billed_id;
    PERFORM billing_hour_lock(NEW.practice_id);
    IF EXISTS (
        SELECT FROM billing_outcometakenback AS back
        JOIN billing_appointmentoutcome AS outcome
            ON outcome.practice_id = back.practice_id AND outcome.id = back.outcome_id
        LEFT JOIN billing_missedfee AS fee
            ON fee.practice_id = outcome.practice_id AND fee.outcome_id = outcome.id
        WHERE back.practice_id = NEW.practice_id
            AND (outcome.session_id = kept.session_id OR fee.id = kept.missed_fee_id)
    ) THEN
        RAISE EXCEPTION 'the hour was marked by mistake, and is not billed'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_not_billed_taken_back AFTER INSERT ON billing_notbilledtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_not_billed_taken_back();

-- reverse
DROP TRIGGER billing_not_billed_taken_back ON billing_notbilledtakenback;
DROP FUNCTION billing_not_billed_taken_back();
DROP TRIGGER billing_line_of_what_is_billed ON billing_invoiceline;
DROP FUNCTION billing_line_of_what_is_billed();
DROP TRIGGER billing_not_billed_or_billed ON billing_notbilled;
DROP FUNCTION billing_not_billed_or_billed();
DROP FUNCTION billing_is_billed(uuid, uuid, uuid);
DROP TRIGGER billing_missedpolicy_not_backwards ON billing_missedpolicy;
DROP FUNCTION billing_missedpolicy_not_backwards();
DROP TRIGGER billing_missed_fee_of_its_hour ON billing_missedfee;
DROP FUNCTION billing_missed_fee_of_its_hour();
DROP TRIGGER billing_outcome_taken_back ON billing_outcometakenback;
DROP FUNCTION billing_outcome_taken_back();
DROP FUNCTION billing_is_not_billed(uuid, uuid, uuid);
DROP TRIGGER billing_outcome_stands_alone ON billing_appointmentoutcome;
DROP FUNCTION billing_outcome_stands_alone();
DROP FUNCTION billing_kept_client(uuid, uuid);
DROP FUNCTION billing_hour_lock(uuid);
DROP INDEX billing_invoiceline_missed_fee_id_key;
ALTER TABLE billing_invoiceline DROP CONSTRAINT billing_invoiceline_missed_fee_id_same_practice;
