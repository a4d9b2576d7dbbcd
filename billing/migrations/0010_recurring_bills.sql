-- What is over stays over, and what was made is not made again.
CREATE TRIGGER stays_over BEFORE UPDATE ON billing_recurringbill FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL OR NEW.made_through < OLD.made_through)
    EXECUTE FUNCTION refuse_change();

-- Of a paper only the ciphertext may change, when keys rotate.
CREATE TRIGGER companion BEFORE DELETE OR UPDATE OF id, practice_id, bill_id, place, kind,
    size_bytes, added_at, added_by_id
    ON billing_billfile FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER companion_truncate BEFORE TRUNCATE ON billing_billfile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- reverse
DROP TRIGGER companion_truncate ON billing_billfile;
DROP TRIGGER companion ON billing_billfile;
DROP TRIGGER stays_over ON billing_recurringbill;
