-- At the end of the transaction a split has all of its shares, all are of the client's own
-- parties, and they make the whole: one rest beside less than 100 percent, or 100 percent.
CREATE FUNCTION clients_split_adds_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    split_key uuid;
    split record;
    made record;
BEGIN
    IF TG_TABLE_NAME = 'clients_split' THEN
        split_key := NEW.id;
    ELSE
        split_key := NEW.split_id;
    END IF;
    SELECT client_id, share_count INTO split FROM clients_split
        WHERE practice_id = NEW.practice_id AND id = split_key;
    SELECT count(*) AS shares, count(*) FILTER (WHERE share.kind = 'REST') AS rests,
            coalesce(sum(share.basis_points), 0) AS basis_points,
            coalesce(bool_and(party.client_id = split.client_id), false) AS own
        INTO made FROM clients_splitshare AS share
        JOIN clients_responsibleparty AS party
            ON party.practice_id = share.practice_id AND party.id = share.party_id
        WHERE share.practice_id = NEW.practice_id AND share.split_id = split_key;
    IF made.shares <> split.share_count THEN
        RAISE EXCEPTION 'split % has not the shares that it was decided with', split_key
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT made.own THEN
        RAISE EXCEPTION 'split % names a party of somebody else', split_key
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT ((made.rests = 1 AND made.basis_points < 10000)
            OR (made.rests = 0 AND made.basis_points = 10000)) THEN
        RAISE EXCEPTION 'split % does not add up', split_key USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON clients_split
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clients_split_adds_up();
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON clients_splitshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clients_split_adds_up();

-- reverse
DROP TRIGGER adds_up ON clients_splitshare;
DROP TRIGGER adds_up ON clients_split;
DROP FUNCTION clients_split_adds_up();
