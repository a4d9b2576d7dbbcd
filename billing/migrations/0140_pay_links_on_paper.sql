-- The guards of links on paper, and of who wants none. They refuse, and never compute.

ALTER TABLE billing_paylink
    ADD CONSTRAINT billing_paylink_statement_id_same_practice
        FOREIGN KEY (practice_id, statement_id) REFERENCES billing_accountstatement (practice_id, id)
        NOT DEFERRABLE;
CREATE INDEX billing_paylink_statement_id_key ON billing_paylink (practice_id, statement_id);
-- For a new key of the practice alone; what it holds is the same for ever.
GRANT UPDATE (text) ON billing_paylink TO app;

-- Nobody gets a link who wants none, by what was noted last of the person; and a link on a statement is
-- of the statement's client, who owed something on it.
CREATE FUNCTION billing_paylink_is_wanted() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF (
        SELECT NOT wish.wants_links
        FROM billing_linkwish AS wish
        JOIN clients_client AS said
            ON said.practice_id = wish.practice_id AND said.id = wish.client_id
        JOIN clients_client AS named
            ON named.practice_id = NEW.practice_id AND named.id = NEW.client_id
        WHERE wish.practice_id = NEW.practice_id
            AND coalesce(said.merged_into_id, said.id) = coalesce(named.merged_into_id, named.id)
        ORDER BY wish.noted_at DESC, wish.id DESC
        LIMIT 1
    ) THEN
        RAISE EXCEPTION 'this client wants no links' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.statement_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_accountstatement AS statement
        WHERE statement.practice_id = NEW.practice_id AND statement.id = NEW.statement_id
            AND statement.client_id = NEW.client_id AND statement.closing > 0
    ) THEN
        RAISE EXCEPTION 'a link on a statement is its client''s, who owes something'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_paylink_is_wanted AFTER INSERT ON billing_paylink
    FOR EACH ROW EXECUTE FUNCTION billing_paylink_is_wanted();

-- reverse
DROP TRIGGER billing_paylink_is_wanted ON billing_paylink;
DROP FUNCTION billing_paylink_is_wanted();
REVOKE UPDATE (text) ON billing_paylink FROM app;
DROP INDEX billing_paylink_statement_id_key;
ALTER TABLE billing_paylink DROP CONSTRAINT billing_paylink_statement_id_same_practice;
