GRANT SELECT ON billing_knownaddon TO app, backup;

-- What is billed beside another code only is a session's add-on, from its own beginning.
CREATE FUNCTION billing_session_not_alone() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    named text;
    held date;
BEGIN
    SELECT code INTO named FROM billing_servicecode
        WHERE practice_id = NEW.practice_id AND id = NEW.service_code_id;
    held := billing_day_of(NEW.practice_id, NEW.started_at);
    IF EXISTS (
        SELECT FROM billing_knownaddon WHERE code = named
            AND valid_from <= held AND (valid_until IS NULL OR valid_until >= held)
    ) AND NOT EXISTS (
        SELECT FROM billing_sessionaddon
            WHERE practice_id = NEW.practice_id AND add_on_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'code % stands beside another one only', named
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_session_not_alone AFTER INSERT ON billing_session
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_session_not_alone();

-- The add-ons of a session that count: those that are not kept off invoices. Row by row, with code.
CREATE FUNCTION billing_add_ons_of(practice uuid, whose uuid)
RETURNS TABLE (add_on_id uuid, code text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT link.add_on_id, service.code::text FROM billing_sessionaddon AS link
    JOIN billing_session AS own
        ON own.practice_id = link.practice_id AND own.id = link.add_on_id
    JOIN billing_servicecode AS service
        ON service.practice_id = own.practice_id AND service.id = own.service_code_id
    WHERE link.practice_id = practice AND link.session_id = whose
        AND NOT billing_is_not_billed(practice, link.add_on_id, NULL)
$$;

-- An add-on is of the same hour, beside a code that takes it, and as often as the minutes allow.
CREATE FUNCTION billing_sessionaddon_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    first billing_session;
    beside billing_session;
    named text;
    held date;
    pair billing_knownaddon;
    allowed bigint;
    standing bigint;
BEGIN
    PERFORM billing_hour_lock(NEW.practice_id);
    SELECT * INTO first FROM billing_session
        WHERE practice_id = NEW.practice_id AND id = NEW.session_id;
    SELECT * INTO beside FROM billing_session
        WHERE practice_id = NEW.practice_id AND id = NEW.add_on_id;
    IF NEW.session_id = NEW.add_on_id OR EXISTS (
        SELECT FROM billing_sessionaddon AS other WHERE other.practice_id = NEW.practice_id
            AND (other.add_on_id = NEW.session_id OR other.session_id = NEW.add_on_id)
    ) THEN
        RAISE EXCEPTION 'an add-on has no add-on of its own' USING ERRCODE = 'check_violation';
    END IF;
    IF (first.client_id, first.therapist_id, first.started_at)
        IS DISTINCT FROM (beside.client_id, beside.therapist_id, beside.started_at) THEN
        RAISE EXCEPTION 'an add-on is of another hour' USING ERRCODE = 'check_violation';
    END IF;
    IF billing_is_billed(NEW.practice_id, NEW.session_id, NULL)
        OR billing_is_not_billed(NEW.practice_id, NEW.session_id, NULL) THEN
        RAISE EXCEPTION 'the session of an add-on waits for no invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    held := billing_day_of(NEW.practice_id, first.started_at);
    SELECT code INTO named FROM billing_servicecode
        WHERE practice_id = NEW.practice_id AND id = beside.service_code_id;
    SELECT known.* INTO pair FROM billing_knownaddon AS known
    WHERE known.code = named
        AND known.valid_from <= held AND (known.valid_until IS NULL OR known.valid_until >= held)
        AND known.beside IN (
            SELECT service.code FROM billing_servicecode AS service
                WHERE service.practice_id = NEW.practice_id AND service.id = first.service_code_id
            UNION ALL
            SELECT other.code FROM billing_add_ons_of(NEW.practice_id, NEW.session_id) AS other
                WHERE other.add_on_id <> NEW.add_on_id
        )
    ORDER BY known.every_minutes NULLS LAST LIMIT 1;
    IF pair.id IS NULL THEN
        RAISE EXCEPTION 'code % does not stand beside this one', named
            USING ERRCODE = 'check_violation';
    END IF;
    allowed := CASE WHEN pair.every_minutes IS NULL THEN 1
        ELSE ceil(greatest(first.minutes - pair.after_minutes, 0) / pair.every_minutes::numeric)
        END;
    SELECT count(*) INTO standing FROM billing_add_ons_of(NEW.practice_id, NEW.session_id) AS other
        WHERE other.code = named;
    IF standing > allowed THEN
        RAISE EXCEPTION 'code % stands at most % times', named, allowed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_sessionaddon_fits AFTER INSERT ON billing_sessionaddon
    FOR EACH ROW EXECUTE FUNCTION billing_sessionaddon_fits();

-- Whether an invoice, or another part of what it is a part of, bills a session.
CREATE FUNCTION billing_bills(practice uuid, invoice uuid, session uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM billing_invoice AS own
        JOIN billing_invoice AS its ON its.practice_id = own.practice_id
            AND (its.id = own.id OR its.split_id = own.split_id)
        JOIN billing_invoiceline AS line
            ON line.practice_id = its.practice_id AND line.invoice_id = its.id
        WHERE own.practice_id = practice AND own.id = invoice AND line.session_id = session
    )
$$;

-- A session and its add-ons are billed at once, looked at when all the lines are there. Of several
-- who pay, one may owe nothing of the add-on, or of the session.
CREATE FUNCTION billing_add_on_with_its_session() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_sessionaddon AS link
        WHERE link.practice_id = NEW.practice_id AND link.add_on_id = NEW.session_id
            AND NOT billing_bills(NEW.practice_id, NEW.invoice_id, link.session_id)
    ) THEN
        RAISE EXCEPTION 'an add-on stands on an invoice without its session'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_add_ons_of(NEW.practice_id, NEW.session_id) AS own
        WHERE NOT billing_bills(NEW.practice_id, NEW.invoice_id, own.add_on_id)
    ) THEN
        RAISE EXCEPTION 'a session stands on an invoice without its add-on'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_add_on_with_its_session AFTER INSERT ON billing_invoiceline
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.session_id IS NOT NULL)
    EXECUTE FUNCTION billing_add_on_with_its_session();

-- A session is kept off invoices after its add-ons only, and they come back after it only.
CREATE FUNCTION billing_not_billed_with_add_ons() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_add_ons_of(NEW.practice_id, NEW.session_id)) THEN
        RAISE EXCEPTION 'an add-on of this session waits for an invoice'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_not_billed_with_add_ons AFTER INSERT ON billing_notbilled
    FOR EACH ROW WHEN (NEW.session_id IS NOT NULL)
    EXECUTE FUNCTION billing_not_billed_with_add_ons();

CREATE FUNCTION billing_add_on_taken_off() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_notbilled AS kept
        JOIN billing_sessionaddon AS link
            ON link.practice_id = kept.practice_id AND link.add_on_id = kept.session_id
        WHERE kept.practice_id = NEW.practice_id AND kept.id = NEW.not_billed_id
    ) THEN
        RAISE EXCEPTION 'an add-on that was taken off is added anew'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_add_on_taken_off AFTER INSERT ON billing_notbilledtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_add_on_taken_off();

-- reverse
DROP TRIGGER billing_add_on_taken_off ON billing_notbilledtakenback;
DROP FUNCTION billing_add_on_taken_off();
DROP TRIGGER billing_not_billed_with_add_ons ON billing_notbilled;
DROP FUNCTION billing_not_billed_with_add_ons();
DROP TRIGGER billing_add_on_with_its_session ON billing_invoiceline;
DROP FUNCTION billing_add_on_with_its_session();
DROP FUNCTION billing_bills(uuid, uuid, uuid);
DROP TRIGGER billing_sessionaddon_fits ON billing_sessionaddon;
DROP FUNCTION billing_sessionaddon_fits();
DROP FUNCTION billing_add_ons_of(uuid, uuid);
DROP TRIGGER billing_session_not_alone ON billing_session;
DROP FUNCTION billing_session_not_alone();
REVOKE SELECT ON billing_knownaddon FROM app, backup;
