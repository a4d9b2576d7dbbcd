-- Guards of estimates. They refuse and never compute, as the caller, under row security.

-- Of the sealed companion only the ciphertext may change, when keys rotate.
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, estimate_id
    ON billing_estimatetext FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_estimatetext
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Services that come again are one estimate for at most twelve months.
ALTER TABLE billing_estimate ADD CONSTRAINT billing_estimate_at_most_a_year
    CHECK (until < (since + interval '1 year')::date);

-- An estimate is its items and its words, all of them, and replaces one of the same person.
CREATE FUNCTION billing_estimate_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    counted bigint;
    added bigint;
BEGIN
    SELECT count(*), sum(times * charge) INTO counted, added FROM billing_estimateitem
        WHERE practice_id = NEW.practice_id AND estimate_id = NEW.id;
    IF counted <> NEW.item_count OR added IS DISTINCT FROM NEW.total THEN
        RAISE EXCEPTION 'estimate % does not add up', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM billing_estimatetext AS words
        WHERE words.practice_id = NEW.practice_id AND words.estimate_id = NEW.id) THEN
        RAISE EXCEPTION 'estimate % says nothing', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_estimate AS replaced
        WHERE replaced.practice_id = NEW.practice_id AND replaced.id = NEW.replaces_id
        AND replaced.id <> NEW.id
        AND billing_kept_client(NEW.practice_id, replaced.client_id)
            = billing_kept_client(NEW.practice_id, NEW.client_id)
    ) THEN
        RAISE EXCEPTION 'estimate % replaces one of somebody else', NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_estimate_whole AFTER INSERT ON billing_estimate
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_estimate_whole();

-- One estimate of a record stands on a day. Whoever issues one is alone, so that none is overseen.
-- Of two records that are merged later both may stand: then the one issued last counts.
CREATE FUNCTION billing_estimate_stands_alone() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('estimate ' || NEW.client_id::text, 0));
    IF EXISTS (
        SELECT FROM billing_estimate AS other
        WHERE other.practice_id = NEW.practice_id AND other.client_id = NEW.client_id
        AND other.id <> NEW.id AND other.since <= NEW.until AND other.until >= NEW.since
        AND NOT EXISTS (SELECT FROM billing_estimate AS later
            WHERE later.practice_id = NEW.practice_id AND later.replaces_id = other.id)
    ) THEN
        RAISE EXCEPTION 'another estimate stands on these days' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_estimate_stands_alone AFTER INSERT ON billing_estimate
    FOR EACH ROW EXECUTE FUNCTION billing_estimate_stands_alone();

-- No item joins an estimate that stands: it would be another estimate.
CREATE FUNCTION billing_estimate_takes_no_more() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_estimate AS estimate
        WHERE estimate.practice_id = NEW.practice_id AND estimate.id = NEW.estimate_id
        AND estimate.item_count >= (SELECT count(*) FROM billing_estimateitem AS item
            WHERE item.practice_id = NEW.practice_id AND item.estimate_id = NEW.estimate_id)
    ) THEN
        RAISE EXCEPTION 'the estimate stands: no item can join it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_estimate_takes_no_more AFTER INSERT ON billing_estimateitem
    FOR EACH ROW EXECUTE FUNCTION billing_estimate_takes_no_more();

-- What is noted of an estimate did not happen before it was issued.
CREATE FUNCTION billing_estimate_noted() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.happened_on < (SELECT issued_on FROM billing_estimate
        WHERE practice_id = NEW.practice_id AND id = NEW.estimate_id) THEN
        RAISE EXCEPTION 'it happened before the estimate was issued'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind <> 'GIVEN' AND NOT EXISTS (SELECT FROM billing_estimatenote AS note
        WHERE note.practice_id = NEW.practice_id AND note.estimate_id = NEW.estimate_id
        AND note.kind = 'GIVEN') THEN
        RAISE EXCEPTION 'nobody gave the estimate to the client yet'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_estimate_noted AFTER INSERT ON billing_estimatenote
    FOR EACH ROW EXECUTE FUNCTION billing_estimate_noted();

-- What goes above an estimate is an invoice of the same person.
CREATE FUNCTION billing_overrun_of_person() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_estimate AS estimate, billing_invoice AS invoice
        WHERE estimate.practice_id = NEW.practice_id AND estimate.id = NEW.estimate_id
        AND invoice.practice_id = NEW.practice_id AND invoice.id = NEW.invoice_id
        AND billing_kept_client(NEW.practice_id, estimate.client_id)
            = billing_kept_client(NEW.practice_id, invoice.client_id)
    ) THEN
        RAISE EXCEPTION 'the estimate is of somebody else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_overrun_of_person AFTER INSERT ON billing_estimateoverrun
    FOR EACH ROW EXECUTE FUNCTION billing_overrun_of_person();

-- reverse
DROP TRIGGER billing_overrun_of_person ON billing_estimateoverrun;
DROP FUNCTION billing_overrun_of_person();
DROP TRIGGER billing_estimate_noted ON billing_estimatenote;
DROP FUNCTION billing_estimate_noted();
DROP TRIGGER billing_estimate_takes_no_more ON billing_estimateitem;
DROP FUNCTION billing_estimate_takes_no_more();
DROP TRIGGER billing_estimate_stands_alone ON billing_estimate;
DROP FUNCTION billing_estimate_stands_alone();
DROP TRIGGER billing_estimate_whole ON billing_estimate;
DROP FUNCTION billing_estimate_whole();
ALTER TABLE billing_estimate DROP CONSTRAINT billing_estimate_at_most_a_year;
DROP TRIGGER companion_truncate ON billing_estimatetext;
DROP TRIGGER companion ON billing_estimatetext;
