-- The guards of packages. They refuse, and never compute.

ALTER TABLE billing_invoiceline ADD CONSTRAINT billing_invoiceline_package_id_same_practice
    FOREIGN KEY (practice_id, package_id) REFERENCES billing_package (practice_id, id)
    NOT DEFERRABLE;

-- An offer covers as many services as it says: no other joins it later.
CREATE FUNCTION billing_package_offer_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    offer billing_packageoffer;
    wanted uuid;
    codes bigint;
BEGIN
    IF TG_TABLE_NAME = 'billing_packageoffer' THEN
        wanted := NEW.id;
    ELSE
        wanted := NEW.offer_id;
    END IF;
    SELECT * INTO offer FROM billing_packageoffer
        WHERE practice_id = NEW.practice_id AND id = wanted;
    SELECT count(*) INTO codes FROM billing_packageoffercode
        WHERE practice_id = NEW.practice_id AND offer_id = wanted;
    IF codes IS DISTINCT FROM offer.code_count THEN
        RAISE EXCEPTION 'an offer covers % services, not %', codes, offer.code_count
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_package_offer_whole AFTER INSERT ON billing_packageoffer
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_package_offer_whole();
CREATE CONSTRAINT TRIGGER billing_package_offer_whole AFTER INSERT ON billing_packageoffercode
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_package_offer_whole();

-- What was sold from that day on was sold by the offer.
CREATE FUNCTION billing_package_offer_ended() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM billing_money_lock(NEW.offer_id);
    IF EXISTS (SELECT FROM billing_package AS package
        WHERE package.practice_id = NEW.practice_id AND package.offer_id = NEW.offer_id
            AND package.sold_on >= NEW.ended_on) THEN
        RAISE EXCEPTION 'a package was sold after its offer ended'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_package_offer_ended AFTER INSERT ON billing_packageofferended
    FOR EACH ROW EXECUTE FUNCTION billing_package_offer_ended();

-- A package is sold on the terms of its offer, on an invoice of its own, and posted (J10).
CREATE FUNCTION billing_package_sold() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    offer billing_packageoffer;
    invoice billing_invoice;
BEGIN
    PERFORM billing_money_lock(NEW.offer_id);
    SELECT * INTO offer FROM billing_packageoffer
        WHERE practice_id = NEW.practice_id AND id = NEW.offer_id;
    IF (NEW.price, NEW.sessions, NEW.valid_until)
        IS DISTINCT FROM (offer.price, offer.sessions, NEW.sold_on + offer.valid_days::integer)
    THEN
        RAISE EXCEPTION 'package % is not sold on the terms of its offer', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.sold_on < offer.offered_from OR EXISTS (
        SELECT FROM billing_packageofferended AS ended
        WHERE ended.practice_id = NEW.practice_id AND ended.offer_id = NEW.offer_id
            AND ended.ended_on <= NEW.sold_on
    ) THEN
        RAISE EXCEPTION 'package % is not offered on that day', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT billing.* INTO invoice FROM billing_invoiceline AS line
        JOIN billing_invoice AS billing
            ON billing.practice_id = line.practice_id AND billing.id = line.invoice_id
        WHERE line.practice_id = NEW.practice_id AND line.package_id = NEW.id;
    IF invoice.client_id IS DISTINCT FROM NEW.client_id
        OR invoice.issued_on IS DISTINCT FROM NEW.sold_on
        OR invoice.line_count IS DISTINCT FROM 1
        OR invoice.total IS DISTINCT FROM NEW.price
        OR billing_posted(NEW.practice_id, invoice.entry_id, 'PREPAID_SESSIONS', NEW.client_id,
            NEW.id) IS DISTINCT FROM -NEW.price::numeric
    THEN
        RAISE EXCEPTION 'package % is not billed by an invoice of its own', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_package_sold AFTER INSERT ON billing_package
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_package_sold();

-- What an invoice was met by, in cents: by payments, by write-offs, by packages that pay its lines, and by
-- what of its package was given back.
CREATE OR REPLACE FUNCTION billing_invoice_met(practice uuid, invoice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT sum(application.amount) FROM billing_paymentapplication AS application
        WHERE application.practice_id = practice AND application.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
                WHERE back.practice_id = practice AND back.application_id = application.id)
    ), 0) + coalesce((
        SELECT sum(write_off.amount) FROM billing_writeoff AS write_off
        WHERE write_off.practice_id = practice AND write_off.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_writeofftakenback AS back
                WHERE back.practice_id = practice AND back.write_off_id = write_off.id)
    ), 0) + coalesce((
        SELECT sum(redemption.amount) FROM billing_invoiceline AS line
        JOIN billing_packageredemption AS redemption
            ON redemption.practice_id = practice AND redemption.line_id = line.id
        WHERE line.practice_id = practice AND line.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_redemptiontakenback AS back
                WHERE back.practice_id = practice AND back.redemption_id = redemption.id)
    ), 0) + coalesce((
        SELECT sum(finish.credited) FROM billing_invoiceline AS line
        JOIN billing_packageend AS finish
            ON finish.practice_id = practice AND finish.package_id = line.package_id
        WHERE line.practice_id = practice AND line.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_packageendtakenback AS back
                WHERE back.practice_id = practice AND back.end_id = finish.id)
    ), 0)
$$;

-- Whether a package has ended, and no one took that back.
CREATE FUNCTION billing_package_is_over(practice uuid, package uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM billing_packageend AS finish
        WHERE finish.practice_id = practice AND finish.package_id = package
            AND NOT EXISTS (SELECT FROM billing_packageendtakenback AS back
                WHERE back.practice_id = practice AND back.end_id = finish.id))
$$;

-- Whether the invoice that sold a package is void.
CREATE FUNCTION billing_package_is_void(practice uuid, package uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM billing_invoiceline AS line
        JOIN billing_invoicevoided AS void
            ON void.practice_id = practice AND void.invoice_id = line.invoice_id
        WHERE line.practice_id = practice AND line.package_id = package)
$$;

-- How many sessions a package paid now, and over how many cents.
CREATE FUNCTION billing_package_used(practice uuid, package uuid, OUT times bigint, OUT cents numeric)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT count(*), coalesce(sum(redemption.amount), 0)
    FROM billing_packageredemption AS redemption
    WHERE redemption.practice_id = practice AND redemption.package_id = package
        AND NOT EXISTS (SELECT FROM billing_redemptiontakenback AS back
            WHERE back.practice_id = practice AND back.redemption_id = redemption.id)
$$;

-- A package pays sessions of its client that it covers, as many as it has and each at its part of the
-- price; the last one takes what is over. None once it has ended or is void (J11).
CREATE FUNCTION billing_redemption_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    package billing_package;
    line billing_invoiceline;
    invoice billing_invoice;
    times bigint;
    cents numeric;
BEGIN
    SELECT * INTO line FROM billing_invoiceline
        WHERE practice_id = NEW.practice_id AND id = NEW.line_id;
    PERFORM billing_money_lock(NEW.package_id);
    PERFORM billing_money_lock(line.invoice_id);
    SELECT * INTO package FROM billing_package
        WHERE practice_id = NEW.practice_id AND id = NEW.package_id;
    SELECT * INTO invoice FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND id = line.invoice_id;
    IF package.client_id IS DISTINCT FROM invoice.client_id THEN
        RAISE EXCEPTION 'package % pays another client''s session', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_package_is_over(NEW.practice_id, package.id)
        OR billing_package_is_void(NEW.practice_id, package.id) THEN
        RAISE EXCEPTION 'package % has ended', package.reference USING ERRCODE = 'check_violation';
    END IF;
    IF line.session_id IS NULL
        OR line.served_on NOT BETWEEN package.sold_on AND package.valid_until
        OR NOT EXISTS (SELECT FROM billing_packageoffercode AS covered
            WHERE covered.practice_id = NEW.practice_id AND covered.offer_id = package.offer_id
                AND covered.service_code_id = line.service_code_id)
    THEN
        RAISE EXCEPTION 'package % does not cover that', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT used.times, used.cents INTO times, cents
        FROM billing_package_used(NEW.practice_id, package.id) AS used;
    IF times > package.sessions THEN
        RAISE EXCEPTION 'package % has % sessions', package.reference, package.sessions
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.amount <> line.amount OR NEW.amount::numeric IS DISTINCT FROM (CASE
        WHEN times = package.sessions THEN package.price - (cents - NEW.amount)
        ELSE package.price / package.sessions
    END) THEN
        RAISE EXCEPTION 'a session of package % is worth another amount', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM billing_invoicevoided AS void
        WHERE void.practice_id = NEW.practice_id AND void.invoice_id = invoice.id) THEN
        RAISE EXCEPTION 'a void invoice is paid' USING ERRCODE = 'check_violation';
    END IF;
    IF invoice.total < billing_invoice_met(NEW.practice_id, invoice.id) THEN
        RAISE EXCEPTION 'more pays invoice % than it is over', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'PREPAID_SESSIONS', package.client_id,
            package.id) IS DISTINCT FROM NEW.amount::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'CLIENT_RECEIVABLE', package.client_id,
            invoice.id) IS DISTINCT FROM -NEW.amount::numeric
    THEN
        RAISE EXCEPTION 'a session of package % is not posted as recorded', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_redemption_within AFTER INSERT ON billing_packageredemption
    FOR EACH ROW EXECUTE FUNCTION billing_redemption_within();

-- A session goes back to a package that has not ended meanwhile.
CREATE FUNCTION billing_redemption_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    redemption billing_packageredemption;
BEGIN
    SELECT * INTO redemption FROM billing_packageredemption
        WHERE practice_id = NEW.practice_id AND id = NEW.redemption_id;
    PERFORM billing_money_lock(redemption.package_id);
    IF billing_package_is_over(NEW.practice_id, redemption.package_id) THEN
        RAISE EXCEPTION 'a session goes back to a package that has ended'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT billing_is_reversed_by(NEW.practice_id, redemption.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'a session of a package is not reversed in the books'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_redemption_taken_back AFTER INSERT ON billing_redemptiontakenback
    FOR EACH ROW EXECUTE FUNCTION billing_redemption_taken_back();

-- A package ends once, with all that is left of it, and never expires before its last day or where its
-- offer does not say so (J12, J13).
CREATE FUNCTION billing_package_ended() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    package billing_package;
    invoice billing_invoice;
    times bigint;
    cents numeric;
    others bigint;
BEGIN
    PERFORM billing_money_lock(NEW.package_id);
    SELECT * INTO package FROM billing_package
        WHERE practice_id = NEW.practice_id AND id = NEW.package_id;
    SELECT billing.* INTO invoice FROM billing_invoiceline AS line
        JOIN billing_invoice AS billing
            ON billing.practice_id = line.practice_id AND billing.id = line.invoice_id
        WHERE line.practice_id = NEW.practice_id AND line.package_id = package.id;
    PERFORM billing_money_lock(invoice.id);
    SELECT count(*) INTO others FROM billing_packageend AS other
        WHERE other.practice_id = NEW.practice_id AND other.package_id = package.id
            AND other.id <> NEW.id
            AND NOT EXISTS (SELECT FROM billing_packageendtakenback AS back
                WHERE back.practice_id = NEW.practice_id AND back.end_id = other.id);
    IF others IS DISTINCT FROM 0 OR billing_package_is_void(NEW.practice_id, package.id) THEN
        RAISE EXCEPTION 'package % has ended', package.reference USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'EXPIRED' AND (NEW.ended_on <= package.valid_until OR NOT EXISTS (
        SELECT FROM billing_packageoffer AS offer
        WHERE offer.practice_id = NEW.practice_id AND offer.id = package.offer_id
            AND offer.forfeits
    )) THEN
        RAISE EXCEPTION 'package % does not expire then', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT used.times, used.cents INTO times, cents
        FROM billing_package_used(NEW.practice_id, package.id) AS used;
    IF (NEW.unused::numeric, NEW.left::numeric)
        IS DISTINCT FROM (package.sessions - times::numeric, package.price - cents) THEN
        RAISE EXCEPTION 'package % ends with another rest', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF invoice.total < billing_invoice_met(NEW.practice_id, invoice.id) THEN
        RAISE EXCEPTION 'more of package % goes back than was billed', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    IF billing_posted(NEW.practice_id, NEW.entry_id, 'PREPAID_SESSIONS', package.client_id,
            package.id) IS DISTINCT FROM NEW.left::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'CLIENT_RECEIVABLE', package.client_id,
            invoice.id) IS DISTINCT FROM -NEW.credited::numeric
        OR billing_posted(NEW.practice_id, NEW.entry_id, 'PACKAGE_BREAKAGE', NULL, NULL)
            IS DISTINCT FROM (NEW.credited - NEW.left)::numeric
    THEN
        RAISE EXCEPTION 'the end of package % is not posted as recorded', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_package_ended AFTER INSERT ON billing_packageend
    FOR EACH ROW EXECUTE FUNCTION billing_package_ended();

CREATE FUNCTION billing_package_end_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    finish billing_packageend;
BEGIN
    SELECT * INTO finish FROM billing_packageend
        WHERE practice_id = NEW.practice_id AND id = NEW.end_id;
    PERFORM billing_money_lock(finish.package_id);
    IF NOT billing_is_reversed_by(NEW.practice_id, finish.entry_id, NEW.entry_id) THEN
        RAISE EXCEPTION 'the end of a package is not reversed in the books'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_package_end_taken_back AFTER INSERT ON billing_packageendtakenback
    FOR EACH ROW EXECUTE FUNCTION billing_package_end_taken_back();

-- The invoice of a package stands as long as a session of it is used, or it has ended.
CREATE FUNCTION billing_package_voided() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    sold uuid;
BEGIN
    FOR sold IN SELECT line.package_id FROM billing_invoiceline AS line
        WHERE line.practice_id = NEW.practice_id AND line.invoice_id = NEW.invoice_id
            AND line.package_id IS NOT NULL
    LOOP
        PERFORM billing_money_lock(sold);
        IF billing_package_is_over(NEW.practice_id, sold)
            OR (SELECT used.times FROM billing_package_used(NEW.practice_id, sold) AS used) <> 0
        THEN
            RAISE EXCEPTION 'a package is used, and its invoice void'
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_package_voided AFTER INSERT ON billing_invoicevoided
    FOR EACH ROW EXECUTE FUNCTION billing_package_voided();

-- Nothing is taken of a package before it was there, nor off an invoice before it was open: no report of a
-- past day shows less than nothing. Entries are posted before the rows that name them.
CREATE FUNCTION billing_package_there(practice uuid, sold uuid) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    package billing_package;
BEGIN
    SELECT * INTO package FROM billing_package WHERE practice_id = practice AND id = sold;
    IF NOT billing_never_below_zero(practice, 'PREPAID_SESSIONS', package.client_id, package.id) THEN
        RAISE EXCEPTION 'package % is used before it was there', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
END;
$$;

CREATE FUNCTION billing_package_used_when_there() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    line billing_invoiceline;
    invoice billing_invoice;
BEGIN
    PERFORM billing_package_there(NEW.practice_id, NEW.package_id);
    IF TG_TABLE_NAME = 'billing_packageend' THEN
        SELECT * INTO line FROM billing_invoiceline
            WHERE practice_id = NEW.practice_id AND package_id = NEW.package_id;
    ELSE
        SELECT * INTO line FROM billing_invoiceline
            WHERE practice_id = NEW.practice_id AND id = NEW.line_id;
    END IF;
    SELECT * INTO invoice FROM billing_invoice
        WHERE practice_id = NEW.practice_id AND id = line.invoice_id;
    IF NOT billing_never_below_zero(
        NEW.practice_id, 'CLIENT_RECEIVABLE', invoice.client_id, invoice.id) THEN
        RAISE EXCEPTION 'invoice % is met before it was open', invoice.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER used_when_there AFTER INSERT ON billing_packageredemption
    FOR EACH ROW EXECUTE FUNCTION billing_package_used_when_there();
CREATE TRIGGER used_when_there AFTER INSERT ON billing_packageend
    FOR EACH ROW EXECUTE FUNCTION billing_package_used_when_there();

CREATE FUNCTION billing_package_voided_when_there() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM billing_package_there(NEW.practice_id, line.package_id) FROM billing_invoiceline AS line
        WHERE line.practice_id = NEW.practice_id AND line.invoice_id = NEW.invoice_id
            AND line.package_id IS NOT NULL;
    RETURN NULL;
END;
$$;

CREATE TRIGGER package_used_when_there AFTER INSERT ON billing_invoicevoided
    FOR EACH ROW EXECUTE FUNCTION billing_package_voided_when_there();

-- An invoice is not written off while its package has sessions left: it would be cheaper, and not shorter.
CREATE FUNCTION billing_package_not_cheaper() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    package billing_package;
BEGIN
    SELECT sold.* INTO package FROM billing_invoiceline AS line
        JOIN billing_package AS sold
            ON sold.practice_id = line.practice_id AND sold.id = line.package_id
        WHERE line.practice_id = NEW.practice_id AND line.invoice_id = NEW.invoice_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM billing_money_lock(package.id);
    IF NOT billing_package_is_over(NEW.practice_id, package.id) AND package.sessions
        > (SELECT used.times FROM billing_package_used(NEW.practice_id, package.id) AS used) THEN
        RAISE EXCEPTION 'package % goes on, and its invoice is written off', package.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_package_not_cheaper AFTER INSERT ON billing_writeoff
    FOR EACH ROW EXECUTE FUNCTION billing_package_not_cheaper();

-- reverse
DROP TRIGGER billing_package_not_cheaper ON billing_writeoff;
DROP FUNCTION billing_package_not_cheaper();
DROP TRIGGER package_used_when_there ON billing_invoicevoided;
DROP FUNCTION billing_package_voided_when_there();
DROP TRIGGER used_when_there ON billing_packageend;
DROP TRIGGER used_when_there ON billing_packageredemption;
DROP FUNCTION billing_package_used_when_there();
DROP FUNCTION billing_package_there(uuid, uuid);
DROP TRIGGER billing_package_voided ON billing_invoicevoided;
DROP FUNCTION billing_package_voided();
DROP TRIGGER billing_package_end_taken_back ON billing_packageendtakenback;
DROP FUNCTION billing_package_end_taken_back();
DROP TRIGGER billing_package_ended ON billing_packageend;
DROP FUNCTION billing_package_ended();
DROP TRIGGER billing_redemption_taken_back ON billing_redemptiontakenback;
DROP FUNCTION billing_redemption_taken_back();
DROP TRIGGER billing_redemption_within ON billing_packageredemption;
DROP FUNCTION billing_redemption_within();
DROP FUNCTION billing_package_used(uuid, uuid);
DROP FUNCTION billing_package_is_void(uuid, uuid);
DROP FUNCTION billing_package_is_over(uuid, uuid);
CREATE OR REPLACE FUNCTION billing_invoice_met(practice uuid, invoice uuid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT sum(application.amount) FROM billing_paymentapplication AS application
        WHERE application.practice_id = practice AND application.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
                WHERE back.practice_id = practice AND back.application_id = application.id)
    ), 0) + coalesce((
        SELECT sum(write_off.amount) FROM billing_writeoff AS write_off
        WHERE write_off.practice_id = practice AND write_off.invoice_id = invoice
            AND NOT EXISTS (SELECT FROM billing_writeofftakenback AS back
                WHERE back.practice_id = practice AND back.write_off_id = write_off.id)
    ), 0)
$$;
DROP TRIGGER billing_package_sold ON billing_package;
DROP FUNCTION billing_package_sold();
DROP TRIGGER billing_package_offer_ended ON billing_packageofferended;
DROP FUNCTION billing_package_offer_ended();
DROP TRIGGER billing_package_offer_whole ON billing_packageoffercode;
DROP TRIGGER billing_package_offer_whole ON billing_packageoffer;
DROP FUNCTION billing_package_offer_whole();
ALTER TABLE billing_invoiceline DROP CONSTRAINT billing_invoiceline_package_id_same_practice;
