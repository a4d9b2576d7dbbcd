-- What was decided in a review of who may do what is kept as it was when the review was finished.
CREATE FUNCTION review_stays_finished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a review that was finished stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE FUNCTION line_of_a_finished_review_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM accounts_accessreview
        WHERE id IN (NEW.review_id, OLD.review_id) AND closed_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a line of a finished review stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER review_stays_finished BEFORE UPDATE ON accounts_accessreview
    FOR EACH ROW EXECUTE FUNCTION review_stays_finished();
CREATE TRIGGER line_of_a_finished_review_stays BEFORE INSERT OR UPDATE ON accounts_accessreviewitem
    FOR EACH ROW EXECUTE FUNCTION line_of_a_finished_review_stays();

-- reverse
DROP TRIGGER line_of_a_finished_review_stays ON accounts_accessreviewitem;
DROP TRIGGER review_stays_finished ON accounts_accessreview;
DROP FUNCTION line_of_a_finished_review_stays();
DROP FUNCTION review_stays_finished();
