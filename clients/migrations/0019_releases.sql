-- Nothing goes to anybody but the client while a restriction of any record of that person forbids it.
-- Whoever restricts locks the client's row; so does this, and sees what they have committed.
CREATE FUNCTION release_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person uuid;
BEGIN
    IF NEW.recipient_kind = 'CLIENT' THEN
        RETURN NEW;
    END IF;
    SELECT coalesce(merged_into_id, id) INTO person FROM clients_client
        WHERE practice_id = NEW.practice_id AND id = NEW.client_id;
    PERFORM FROM clients_client
        WHERE practice_id = NEW.practice_id AND (id = person OR merged_into_id = person)
        FOR SHARE;
    -- A consent that is not there is the foreign key's to refuse.
    IF EXISTS (
        SELECT FROM clients_consent
        WHERE practice_id = NEW.practice_id AND id = NEW.consent_id
    ) AND NOT EXISTS (
        SELECT FROM clients_consent AS consent
        JOIN clients_consenttext AS text ON text.practice_id = consent.practice_id
            AND text.id = consent.text_id AND text.kind = 'PART_2'
        JOIN clients_client AS client ON client.practice_id = consent.practice_id
            AND client.id = consent.client_id AND person IN (client.id, client.merged_into_id)
        WHERE consent.practice_id = NEW.practice_id AND consent.id = NEW.consent_id
            AND consent.withdrawn_at IS NULL
            AND consent.given_on <= NEW.made_at::date + 1
            AND (consent.ends_on IS NULL OR consent.ends_on >= NEW.made_at::date - 1)
    ) THEN
        RAISE EXCEPTION 'this is no standing consent of this client to 42 CFR Part 2'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM clients_restriction AS restriction
        JOIN clients_client AS client ON client.practice_id = restriction.practice_id
            AND client.id = restriction.client_id AND person IN (client.id, client.merged_into_id)
        WHERE restriction.practice_id = NEW.practice_id AND restriction.ended_at IS NULL
            AND (restriction.kind = 'NO_DISCLOSURE'
                OR (restriction.kind = 'PART_2' AND NEW.consent_id IS NULL)
                OR (restriction.kind = 'PAID_IN_FULL' AND NEW.recipient_kind = 'PLAN'))
    ) THEN
        RAISE EXCEPTION 'a restriction keeps this client''s record from anybody else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER release_is_open BEFORE INSERT ON clients_release
    FOR EACH ROW EXECUTE FUNCTION release_is_open();

-- reverse
DROP TRIGGER release_is_open ON clients_release;
DROP FUNCTION release_is_open();
