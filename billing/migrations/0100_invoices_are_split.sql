-- The guards of hours that several pay. They refuse, and never compute.

-- Whether somebody pays for a client: one of the people or organisations on their own list. The
-- client themself is nobody of these: where no party is named, it is the client.
CREATE FUNCTION billing_pays_for(practice uuid, payer uuid, client uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM clients_responsibleparty AS party
        WHERE party.practice_id = practice AND party.id = payer AND party.kind <> 'CLIENT'
        AND billing_kept_client(practice, party.client_id) = billing_kept_client(practice, client))
$$;

CREATE FUNCTION billing_of_own_party() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT billing_pays_for(NEW.practice_id, NEW.party_id, NEW.client_id) THEN
        RAISE EXCEPTION 'it names a party that does not pay for this client'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER of_own_party AFTER INSERT ON billing_invoice
    FOR EACH ROW WHEN (NEW.party_id IS NOT NULL) EXECUTE FUNCTION billing_of_own_party();

-- A split is its parts: as many invoices as it says, over its total, of one client and one day,
-- each to somebody else. The lines of each hour on them are numbered from 1, stand nowhere else in
-- this turn, and are its fee and its discount together. What a package pays is billed at its part
-- of the package's price, and to one only.
CREATE FUNCTION billing_split_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    split billing_splitbilling;
    wanted uuid;
    made record;
BEGIN
    IF TG_TABLE_NAME = 'billing_splitbilling' THEN
        wanted := NEW.id;
    ELSE
        wanted := NEW.split_id;
    END IF;
    SELECT * INTO split FROM billing_splitbilling
        WHERE practice_id = NEW.practice_id AND id = wanted;
    SELECT count(*) AS parts, coalesce(sum(total), 0) AS total,
            count(DISTINCT coalesce(party_id, client_id)) AS payers,
            count(DISTINCT issued_on) AS days,
            coalesce(bool_and(client_id = split.client_id), false) AS own
        INTO made FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND split_id = wanted;
    IF made.parts IS DISTINCT FROM split.part_count OR made.total IS DISTINCT FROM split.total THEN
        RAISE EXCEPTION 'split % has % parts over % cents, not % over %',
            wanted, made.parts, made.total, split.part_count, split.total
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT made.own OR made.payers <> made.parts OR made.days <> 1 THEN
        RAISE EXCEPTION 'split % is not of one client and day, each part to somebody else', wanted
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_invoiceline AS line
        JOIN billing_invoice AS invoice
            ON invoice.practice_id = line.practice_id AND invoice.id = line.invoice_id
        LEFT JOIN billing_session AS session
            ON session.practice_id = line.practice_id AND session.id = line.session_id
        LEFT JOIN billing_missedfee AS missed
            ON missed.practice_id = line.practice_id AND missed.id = line.missed_fee_id
        LEFT JOIN billing_packageredemption AS packaged
            ON packaged.practice_id = line.practice_id AND packaged.line_id = line.id
        WHERE line.practice_id = NEW.practice_id AND invoice.split_id = wanted
        GROUP BY line.session_id, line.missed_fee_id
        HAVING (bool_or(packaged.id IS NULL) AND (
                sum(line.amount) <> max(coalesce(session.fee, missed.amount))
                OR sum(line.discount) <> max(coalesce(session.discount, 0))))
            OR (bool_or(packaged.id IS NOT NULL) AND count(*) <> 1)
            OR count(DISTINCT line.turn) <> 1 OR max(line.part) <> count(*)
    ) THEN
        RAISE EXCEPTION 'the parts of an hour in split % are not the whole', wanted
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_split_whole AFTER INSERT ON billing_splitbilling
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_split_whole();
CREATE CONSTRAINT TRIGGER billing_split_whole AFTER INSERT ON billing_invoice
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.split_id IS NOT NULL) EXECUTE FUNCTION billing_split_whole();

-- A second part of an hour stands in the split of its first one.
CREATE FUNCTION billing_part_of_one_split() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_invoiceline AS line
        JOIN billing_invoice AS its
            ON its.practice_id = line.practice_id AND its.id = line.invoice_id
        JOIN billing_invoice AS own
            ON own.practice_id = line.practice_id AND own.id = NEW.invoice_id
        WHERE line.practice_id = NEW.practice_id AND line.turn = NEW.turn AND line.part = 1
            AND (line.session_id = NEW.session_id OR line.missed_fee_id = NEW.missed_fee_id)
            AND its.split_id = own.split_id AND its.id <> own.id
    ) THEN
        RAISE EXCEPTION 'a session stands on an invoice already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_part_of_one_split AFTER INSERT ON billing_invoiceline
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.part <> 1) EXECUTE FUNCTION billing_part_of_one_split();

-- As before, and an hour of several parts was billed once by all of them.
CREATE OR REPLACE FUNCTION billing_session_billed_again() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    before bigint;
    stands bigint;
BEGIN
    SELECT count(DISTINCT line.turn), count(*) FILTER (WHERE NOT EXISTS (
            SELECT FROM billing_invoicevoided AS gone
            WHERE gone.practice_id = line.practice_id AND gone.invoice_id = line.invoice_id))
        INTO before, stands
        FROM billing_invoiceline AS line
        WHERE line.practice_id = NEW.practice_id AND line.turn < NEW.turn
            AND (line.session_id = NEW.session_id OR line.missed_fee_id = NEW.missed_fee_id);
    IF before IS DISTINCT FROM NEW.turn - 1 OR stands IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'a session stands on an invoice already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

-- The parts of a split are void together, from one day on.
CREATE FUNCTION billing_split_voided() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_invoice AS voided
        JOIN billing_invoice AS part
            ON part.practice_id = voided.practice_id AND part.split_id = voided.split_id
        WHERE voided.practice_id = NEW.practice_id AND voided.id = NEW.invoice_id
            AND NOT EXISTS (SELECT FROM billing_invoicevoided AS gone
                WHERE gone.practice_id = part.practice_id AND gone.invoice_id = part.id
                AND gone.voided_on = NEW.voided_on)
    ) THEN
        RAISE EXCEPTION 'the other parts of what is void stand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_split_voided AFTER INSERT ON billing_invoicevoided
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_split_voided();

-- reverse
DROP TRIGGER billing_split_voided ON billing_invoicevoided;
DROP FUNCTION billing_split_voided();
CREATE OR REPLACE FUNCTION billing_session_billed_again() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    before bigint;
    void bigint;
BEGIN
    SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM billing_invoicevoided AS gone
            WHERE gone.practice_id = line.practice_id AND gone.invoice_id = line.invoice_id))
        INTO before, void
        FROM billing_invoiceline AS line
        WHERE line.practice_id = NEW.practice_id AND line.turn < NEW.turn
            AND (line.session_id = NEW.session_id OR line.missed_fee_id = NEW.missed_fee_id);
    IF before IS DISTINCT FROM NEW.turn - 1 OR void IS DISTINCT FROM before THEN
        RAISE EXCEPTION 'a session stands on an invoice already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
DROP TRIGGER billing_part_of_one_split ON billing_invoiceline;
DROP FUNCTION billing_part_of_one_split();
DROP TRIGGER billing_split_whole ON billing_invoice;
DROP TRIGGER billing_split_whole ON billing_splitbilling;
DROP FUNCTION billing_split_whole();
DROP TRIGGER of_own_party ON billing_invoice;
DROP FUNCTION billing_of_own_party();
DROP FUNCTION billing_pays_for(uuid, uuid, uuid);
