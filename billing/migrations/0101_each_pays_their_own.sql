-- Whoever pays for a client, or is told of it, is on that client's own list.
CREATE TRIGGER of_own_party AFTER INSERT ON billing_payment
    FOR EACH ROW WHEN (NEW.party_id IS NOT NULL) EXECUTE FUNCTION billing_of_own_party();
CREATE TRIGGER of_own_party AFTER INSERT ON billing_accountstatement
    FOR EACH ROW WHEN (NEW.party_id IS NOT NULL) EXECUTE FUNCTION billing_of_own_party();

-- What is owed of the items of one of those who pay: invoices to them, payments by them.
CREATE OR REPLACE FUNCTION billing_owed(
    practice uuid, of_statement uuid, before date, known timestamptz)
RETURNS bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(posting.debit - posting.credit), 0)::bigint
    FROM billing_statementrecord AS record
    JOIN billing_accountstatement AS statement
        ON statement.practice_id = record.practice_id AND statement.id = record.statement_id
    JOIN ledger_posting AS posting
        ON posting.practice_id = record.practice_id AND posting.party = record.client_id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
    LEFT JOIN billing_invoice AS invoice
        ON invoice.practice_id = posting.practice_id AND invoice.id = posting.item
    LEFT JOIN billing_payment AS payment
        ON payment.practice_id = posting.practice_id AND payment.id = posting.item
    WHERE record.practice_id = practice AND record.statement_id = of_statement
    AND account.role IN ('CLIENT_RECEIVABLE', 'CLIENT_CREDITS')
    AND posting.entry_date < before AND entry.posted_at <= known
    AND coalesce(invoice.party_id, payment.party_id) IS NOT DISTINCT FROM statement.party_id
$$;

-- reverse
DROP TRIGGER of_own_party ON billing_accountstatement;
DROP TRIGGER of_own_party ON billing_payment;
CREATE OR REPLACE FUNCTION billing_owed(
    practice uuid, of_statement uuid, before date, known timestamptz)
RETURNS bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(posting.debit - posting.credit), 0)::bigint
    FROM billing_statementrecord AS record
    JOIN ledger_posting AS posting
        ON posting.practice_id = record.practice_id AND posting.party = record.client_id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
    WHERE record.practice_id = practice AND record.statement_id = of_statement
    AND account.role IN ('CLIENT_RECEIVABLE', 'CLIENT_CREDITS')
    AND posting.entry_date < before AND entry.posted_at <= known
$$;
