-- Guards of superbills. They refuse and never compute, as the caller, under row security.

-- Of the sealed companion only the ciphertext may change, when keys rotate; of whom one was given
-- to likewise.
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, superbill_id
    ON billing_superbilltext FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_superbilltext
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, superbill_id, recipient_kind,
    way, given_on, consent_id, key, noted_at, noted_by_id
    ON billing_superbillgiven FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_superbillgiven
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A superbill is its lines and its words, all of them, and replaces one of the same person.
CREATE FUNCTION billing_superbill_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    counted bigint;
    charged numeric;
    taken_off numeric;
    paid numeric;
BEGIN
    SELECT count(*), sum(line.charged), sum(line.taken_off), sum(line.paid)
        INTO counted, charged, taken_off, paid FROM billing_superbillline AS line
        WHERE line.practice_id = NEW.practice_id AND line.superbill_id = NEW.id;
    IF counted <> NEW.line_count OR charged IS DISTINCT FROM NEW.charged
        OR taken_off IS DISTINCT FROM NEW.taken_off OR paid IS DISTINCT FROM NEW.paid THEN
        RAISE EXCEPTION 'superbill % does not add up', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM billing_superbilltext AS words
        WHERE words.practice_id = NEW.practice_id AND words.superbill_id = NEW.id) THEN
        RAISE EXCEPTION 'superbill % says nothing', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_superbill AS replaced
        WHERE replaced.practice_id = NEW.practice_id AND replaced.id = NEW.replaces_id
        AND replaced.id <> NEW.id
        AND billing_kept_client(NEW.practice_id, replaced.client_id)
            = billing_kept_client(NEW.practice_id, NEW.client_id)
    ) THEN
        RAISE EXCEPTION 'superbill % replaces one of somebody else', NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_superbill_whole AFTER INSERT ON billing_superbill
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_superbill_whole();

-- No line joins a superbill that stands: it would be another superbill.
CREATE FUNCTION billing_superbill_takes_no_more() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_superbill AS superbill
        WHERE superbill.practice_id = NEW.practice_id AND superbill.id = NEW.superbill_id
        AND superbill.line_count >= (SELECT count(*) FROM billing_superbillline AS line
            WHERE line.practice_id = NEW.practice_id AND line.superbill_id = NEW.superbill_id)
    ) THEN
        RAISE EXCEPTION 'the superbill stands: no session can join it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_superbill_takes_no_more AFTER INSERT ON billing_superbillline
    FOR EACH ROW EXECUTE FUNCTION billing_superbill_takes_no_more();

-- A line is a session of that person, on its own day, billed by invoices that stand over what it
-- says, with as many diagnoses of the person on that day as it points to.
CREATE FUNCTION billing_superbill_line_is_true() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    bill billing_superbill;
    held billing_session;
    person uuid;
    billed numeric;
    diagnosed bigint;
BEGIN
    SELECT * INTO bill FROM billing_superbill
        WHERE practice_id = NEW.practice_id AND id = NEW.superbill_id;
    SELECT * INTO held FROM billing_session
        WHERE practice_id = NEW.practice_id AND id = NEW.session_id;
    person := billing_kept_client(NEW.practice_id, bill.client_id);
    IF billing_kept_client(NEW.practice_id, held.client_id) IS DISTINCT FROM person THEN
        RAISE EXCEPTION 'the session is of somebody else' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.served_on IS DISTINCT FROM billing_day_of(NEW.practice_id, held.started_at)
        OR NEW.served_on < bill.since OR NEW.served_on > bill.until THEN
        RAISE EXCEPTION 'the session was on another day' USING ERRCODE = 'check_violation';
    END IF;
    SELECT sum(line.amount + line.discount) INTO billed FROM billing_invoiceline AS line
        WHERE line.practice_id = NEW.practice_id AND line.session_id = NEW.session_id
        AND NOT EXISTS (SELECT FROM billing_invoicevoided AS void
            WHERE void.practice_id = line.practice_id AND void.invoice_id = line.invoice_id);
    IF billed IS DISTINCT FROM NEW.charged THEN
        RAISE EXCEPTION 'the session is not billed over this' USING ERRCODE = 'check_violation';
    END IF;
    SELECT count(*) INTO diagnosed FROM clients_diagnosis AS diagnosis
        WHERE diagnosis.practice_id = NEW.practice_id AND diagnosis.withdrawn_at IS NULL
        AND diagnosis.starts_on <= NEW.served_on
        AND (diagnosis.ends_on IS NULL OR diagnosis.ends_on >= NEW.served_on)
        AND billing_kept_client(NEW.practice_id, diagnosis.client_id) = person;
    IF diagnosed < NEW.diagnosis_count THEN
        RAISE EXCEPTION 'no such diagnosis stands on this day' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_superbill_line_is_true AFTER INSERT ON billing_superbillline
    FOR EACH ROW EXECUTE FUNCTION billing_superbill_line_is_true();

-- A session stands on one superbill that is not replaced: a plan pays for it once. Whoever puts it
-- on one is alone with it, so that none is overseen.
CREATE FUNCTION billing_superbill_session_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('superbill ' || NEW.session_id::text, 0));
    IF EXISTS (
        SELECT FROM billing_superbillline AS other
        WHERE other.practice_id = NEW.practice_id AND other.session_id = NEW.session_id
        AND other.superbill_id <> NEW.superbill_id
        AND NOT EXISTS (SELECT FROM billing_superbill AS later
            WHERE later.practice_id = NEW.practice_id AND later.replaces_id = other.superbill_id)
    ) THEN
        RAISE EXCEPTION 'the session stands on another superbill' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_superbill_session_once AFTER INSERT ON billing_superbillline
    FOR EACH ROW EXECUTE FUNCTION billing_superbill_session_once();

-- It is for a plan to read, so no session of a day of which the plan is not told stands on one; a
-- consent to 42 CFR Part 2 lifts that alone. Whoever restricts locks the client's row.
CREATE FUNCTION billing_superbill_is_open() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    person uuid;
BEGIN
    SELECT billing_kept_client(NEW.practice_id, client_id) INTO person FROM billing_superbill
        WHERE practice_id = NEW.practice_id AND id = NEW.superbill_id;
    PERFORM FROM clients_client
        WHERE practice_id = NEW.practice_id AND (id = person OR merged_into_id = person)
        FOR SHARE;
    IF EXISTS (
        SELECT FROM clients_restriction AS restriction
        WHERE restriction.practice_id = NEW.practice_id AND restriction.ended_at IS NULL
        AND coalesce(restriction.starts_on, NEW.served_on) <= NEW.served_on
        AND coalesce(restriction.ends_on, NEW.served_on) >= NEW.served_on
        AND billing_kept_client(NEW.practice_id, restriction.client_id) = person
        AND (restriction.kind <> 'PART_2' OR NOT billing_part_2_consented(NEW.practice_id, person))
    ) THEN
        RAISE EXCEPTION 'a restriction keeps this day from any plan'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- Whether a consent of a person to 42 CFR Part 2 stands today, a day to either side of UTC's.
CREATE FUNCTION billing_part_2_consented(practice uuid, person uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM clients_consent AS consent
        JOIN clients_consenttext AS text ON text.practice_id = consent.practice_id
            AND text.id = consent.text_id AND text.kind = 'PART_2'
        WHERE consent.practice_id = practice AND consent.withdrawn_at IS NULL
        AND consent.given_on <= current_date + 1
        AND (consent.ends_on IS NULL OR consent.ends_on >= current_date - 1)
        AND billing_kept_client(practice, consent.client_id) = person
    )
$$;

CREATE TRIGGER billing_superbill_is_open AFTER INSERT ON billing_superbillline
    FOR EACH ROW EXECUTE FUNCTION billing_superbill_is_open();

-- It is given after it was made, and to nobody but the client while a restriction forbids it.
CREATE FUNCTION billing_superbill_given() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    bill billing_superbill;
    person uuid;
BEGIN
    SELECT * INTO bill FROM billing_superbill
        WHERE practice_id = NEW.practice_id AND id = NEW.superbill_id;
    IF NEW.given_on < bill.issued_on THEN
        RAISE EXCEPTION 'the superbill was not made yet' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.recipient_kind = 'CLIENT' THEN
        RETURN NULL;
    END IF;
    person := billing_kept_client(NEW.practice_id, bill.client_id);
    PERFORM FROM clients_client
        WHERE practice_id = NEW.practice_id AND (id = person OR merged_into_id = person)
        FOR SHARE;
    IF NEW.consent_id IS NOT NULL AND NOT billing_part_2_consented(NEW.practice_id, person) THEN
        RAISE EXCEPTION 'this is no standing consent of this client to 42 CFR Part 2'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM clients_restriction AS restriction
        WHERE restriction.practice_id = NEW.practice_id AND restriction.ended_at IS NULL
        AND billing_kept_client(NEW.practice_id, restriction.client_id) = person
        AND (restriction.kind = 'NO_DISCLOSURE'
            OR (restriction.kind = 'PART_2' AND NEW.consent_id IS NULL)
            OR (restriction.kind = 'PAID_IN_FULL' AND NEW.recipient_kind = 'PLAN'))
    ) THEN
        RAISE EXCEPTION 'a restriction keeps this client''s record from anybody else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_superbill_given AFTER INSERT ON billing_superbillgiven
    FOR EACH ROW EXECUTE FUNCTION billing_superbill_given();

-- reverse
DROP TRIGGER billing_superbill_given ON billing_superbillgiven;
DROP FUNCTION billing_superbill_given();
DROP TRIGGER billing_superbill_is_open ON billing_superbillline;
DROP FUNCTION billing_superbill_is_open();
DROP FUNCTION billing_part_2_consented(uuid, uuid);
DROP TRIGGER billing_superbill_session_once ON billing_superbillline;
DROP FUNCTION billing_superbill_session_once();
DROP TRIGGER billing_superbill_line_is_true ON billing_superbillline;
DROP FUNCTION billing_superbill_line_is_true();
DROP TRIGGER billing_superbill_takes_no_more ON billing_superbillline;
DROP FUNCTION billing_superbill_takes_no_more();
DROP TRIGGER billing_superbill_whole ON billing_superbill;
DROP FUNCTION billing_superbill_whole();
DROP TRIGGER companion_truncate ON billing_superbillgiven;
DROP TRIGGER companion ON billing_superbillgiven;
DROP TRIGGER companion_truncate ON billing_superbilltext;
DROP TRIGGER companion ON billing_superbilltext;
