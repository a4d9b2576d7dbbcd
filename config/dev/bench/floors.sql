-- What posting is measured against: tables of our own shape without row security, period lock,
-- idempotency or roles, and one function that does what a careful ledger does at the least.
CREATE TABLE bench_account (id uuid PRIMARY KEY, balance bigint NOT NULL DEFAULT 0);
CREATE TABLE bench_entry (
    id uuid PRIMARY KEY, source text NOT NULL, entry_date date NOT NULL, memo text NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE bench_line (
    id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES bench_entry,
    account_id uuid NOT NULL REFERENCES bench_account, debit bigint NOT NULL, credit bigint NOT NULL
);
CREATE INDEX bench_line_of_entry ON bench_line (entry_id);
CREATE INDEX bench_line_of_account ON bench_line (account_id);
CREATE TABLE bench_event (seq bigint PRIMARY KEY, told text NOT NULL, hash bytea NOT NULL);
CREATE TABLE bench_inbox (
    stripe_id text PRIMARY KEY, body text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE bench_head (seq bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO bench_head VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION bench_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(debit) - sum(credit) FROM bench_line WHERE entry_id = NEW.id) <> 0 THEN
        RAISE EXCEPTION 'out of balance';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER bench_balanced AFTER INSERT ON bench_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bench_balanced();

CREATE FUNCTION bench_post(entry uuid, source text, on_date date, memo text, lines jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head bench_head;
BEGIN
    INSERT INTO bench_entry (id, source, entry_date, memo) VALUES (entry, source, on_date, memo);
    INSERT INTO bench_line SELECT id, entry, account, debit, credit
        FROM jsonb_to_recordset(lines) AS (id uuid, account uuid, debit bigint, credit bigint);
    UPDATE bench_account SET balance = balance + debit - credit
        FROM jsonb_to_recordset(lines) AS (account uuid, debit bigint, credit bigint)
        WHERE bench_account.id = account;
    SELECT * INTO head FROM bench_head FOR UPDATE;
    head.seq := head.seq + 1;
    head.hash := sha256(head.hash || convert_to(source || on_date || memo || lines::text, 'UTF8'));
    INSERT INTO bench_event VALUES (head.seq, source, head.hash);
    UPDATE bench_head SET seq = head.seq, hash = head.hash;
    RETURN head.seq;
END;
$$;
GRANT SELECT, INSERT, UPDATE ON bench_account, bench_entry, bench_line, bench_event, bench_head,
    bench_inbox TO app;
