-- The door and the guards of pay links. They refuse, and never compute.

-- An intent pays one invoice, or a client's account by a link.
ALTER TABLE billing_cardintent
    ADD CONSTRAINT billing_cardintent_pay_link_id_same_practice
        FOREIGN KEY (practice_id, pay_link_id) REFERENCES billing_paylink (practice_id, id)
        NOT DEFERRABLE,
    ADD CONSTRAINT billing_cardintent_client_id_same_practice
        FOREIGN KEY (practice_id, client_id) REFERENCES clients_client (practice_id, id)
        NOT DEFERRABLE;
CREATE INDEX billing_cardintent_pay_link_id_key ON billing_cardintent (practice_id, pay_link_id);
CREATE INDEX billing_cardintent_client_id_key ON billing_cardintent (practice_id, client_id);
GRANT UPDATE (card_end) ON billing_cardintent TO app;

-- Which practice a pay link is of, before any scope exists, by its id and the SHA-256 of its secret.
-- Whether it opens anything is asked inside the scope.
CREATE POLICY doors ON billing_paylink FOR SELECT TO doors USING (CURRENT_USER = 'doors');
GRANT SELECT (practice_id, id, digest) ON billing_paylink TO doors;

CREATE FUNCTION practice_of_pay_link(named uuid, shown bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT practice_id FROM billing_paylink WHERE id = named AND digest = shown
$$;

GRANT CREATE ON SCHEMA public TO doors;
ALTER FUNCTION practice_of_pay_link(uuid, bytea) OWNER TO doors;
REVOKE CREATE ON SCHEMA public FROM doors;
REVOKE EXECUTE ON FUNCTION practice_of_pay_link(uuid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION practice_of_pay_link(uuid, bytea) TO app;

-- A try is never taken back, what was noted once stays, and a link that is over is not opened.
CREATE FUNCTION billing_paylink_goes_forward() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.wrong_tries < OLD.wrong_tries
        OR OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at
        OR OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at
        OR OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_by_id)
            IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id)
    THEN
        RAISE EXCEPTION 'what happened to a pay link stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.opened_at IS DISTINCT FROM OLD.opened_at AND (
        OLD.withdrawn_at IS NOT NULL OR OLD.wrong_tries >= 3
        OR NEW.opened_at NOT BETWEEN OLD.made_at AND OLD.expires_at
    ) THEN
        RAISE EXCEPTION 'this pay link is over' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER billing_paylink_goes_forward BEFORE UPDATE ON billing_paylink
    FOR EACH ROW EXECUTE FUNCTION billing_paylink_goes_forward();

-- A visit begins by a link that is not over, as the client whom the link is for by now, and one that
-- the client left does not go on.
CREATE FUNCTION billing_payvisit_begins() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_paylink AS link
        WHERE link.practice_id = NEW.practice_id AND link.id = NEW.link_id
            AND link.withdrawn_at IS NULL AND link.wrong_tries < 3
            AND NEW.began_at >= link.made_at AND NEW.began_at < link.expires_at
    ) THEN
        RAISE EXCEPTION 'this pay link is over' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.client_id IS DISTINCT FROM (
        SELECT COALESCE(client.merged_into_id, client.id)
        FROM billing_paylink AS link
        JOIN clients_client AS client
            ON client.practice_id = link.practice_id AND client.id = link.client_id
        WHERE link.practice_id = NEW.practice_id AND link.id = NEW.link_id
    ) THEN
        RAISE EXCEPTION 'this pay link is another client''s' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER billing_payvisit_begins AFTER INSERT ON billing_payvisit
    FOR EACH ROW EXECUTE FUNCTION billing_payvisit_begins();

CREATE FUNCTION billing_payvisit_stays_ended() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.last_seen_at < OLD.last_seen_at THEN
        RAISE EXCEPTION 'this visit is over' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER billing_payvisit_stays_ended BEFORE UPDATE ON billing_payvisit
    FOR EACH ROW EXECUTE FUNCTION billing_payvisit_stays_ended();

-- reverse
DROP TRIGGER billing_payvisit_stays_ended ON billing_payvisit;
DROP FUNCTION billing_payvisit_stays_ended();
DROP TRIGGER billing_payvisit_begins ON billing_payvisit;
DROP FUNCTION billing_payvisit_begins();
DROP TRIGGER billing_paylink_goes_forward ON billing_paylink;
DROP FUNCTION billing_paylink_goes_forward();
DROP FUNCTION practice_of_pay_link(uuid, bytea);
REVOKE ALL ON billing_paylink FROM doors;
DROP POLICY doors ON billing_paylink;
REVOKE UPDATE (card_end) ON billing_cardintent FROM app;
DROP INDEX billing_cardintent_client_id_key;
DROP INDEX billing_cardintent_pay_link_id_key;
ALTER TABLE billing_cardintent
    DROP CONSTRAINT billing_cardintent_client_id_same_practice,
    DROP CONSTRAINT billing_cardintent_pay_link_id_same_practice;
