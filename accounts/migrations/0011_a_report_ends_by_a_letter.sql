-- Whoever was reported may have both steps: a report is over once a link was used, at the moment
-- from which the new password is.

CREATE FUNCTION report_ends_by_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_passwordreset
        WHERE user_id = NEW.id AND used_at = NEW.password_changed_at
    ) THEN
        RAISE EXCEPTION 'a reported password changes by a letter only'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER report_ends_by_letter BEFORE UPDATE OF password_due ON accounts_user
    FOR EACH ROW WHEN (OLD.password_due = 'REPORTED' AND NEW.password_due <> 'REPORTED')
    EXECUTE FUNCTION report_ends_by_letter();

-- reverse
DROP TRIGGER report_ends_by_letter ON accounts_user;
DROP FUNCTION report_ends_by_letter();
