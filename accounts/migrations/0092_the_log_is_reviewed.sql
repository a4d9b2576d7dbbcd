-- The guards of the weekly review of the log. They refuse as the caller, and never compute.

-- A review is of its calendar week, by the practice's clock; two hours are left for a clock that was
-- changed. One without a line is of a week in which no client's record was touched.
CREATE FUNCTION accounts_logreview_is_of_its_week() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    zone text;
BEGIN
    SELECT time_zone INTO zone FROM accounts_practice WHERE id = NEW.practice_id;
    IF NEW.starts_at - (NEW.week_starts_on::timestamp AT TIME ZONE zone)
            NOT BETWEEN interval '-2 hours' AND interval '2 hours'
        OR NEW.ends_at - ((NEW.week_starts_on + 7)::timestamp AT TIME ZONE zone)
            NOT BETWEEN interval '-2 hours' AND interval '2 hours'
    THEN
        RAISE EXCEPTION 'a review of the log is of its calendar week'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.line_count = 0 AND EXISTS (
        SELECT FROM audit_touch AS touch
        WHERE touch.practice_id = NEW.practice_id
            AND touch.at >= NEW.starts_at AND touch.at < NEW.ends_at
    ) THEN
        RAISE EXCEPTION 'a week in which records were touched has lines to review'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER accounts_logreview_is_of_its_week AFTER INSERT ON accounts_logreview
    FOR EACH ROW EXECUTE FUNCTION accounts_logreview_is_of_its_week();

-- A line tells of events of its week, all of them its person's. There are as many as the review says, so none is
-- added to one that is whole; and only such a one is signed.
CREATE FUNCTION accounts_logreviewline_is_true() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    week accounts_logreview;
BEGIN
    SELECT * INTO week FROM accounts_logreview
        WHERE practice_id = NEW.practice_id AND id = NEW.review_id;
    IF NEW.position NOT BETWEEN 1 AND week.line_count THEN
        RAISE EXCEPTION 'a review of the log has as many lines as it says'
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.kind = 'VIEWER') <> (cardinality(NEW.seqs) = 0)
            OR NEW.kind = 'RANDOM' AND cardinality(NEW.seqs) <> 1 THEN
        RAISE EXCEPTION 'a line holds the events of its kind' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(NEW.seqs) AS wanted (seq)
        WHERE NOT EXISTS (
            SELECT FROM audit_event AS event
            WHERE event.practice_id = NEW.practice_id AND event.seq = wanted.seq
                AND event.at >= week.starts_at AND event.at < week.ends_at
                AND event.person_id IS NOT DISTINCT FROM NEW.person_id
        )
    ) THEN
        RAISE EXCEPTION 'a line tells of events of its week and its person'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER accounts_logreviewline_is_true AFTER INSERT ON accounts_logreviewline
    FOR EACH ROW EXECUTE FUNCTION accounts_logreviewline_is_true();

-- What was said of a line stays; words are sealed anew for a new key of the practice alone.
CREATE FUNCTION accounts_logreviewmark_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'own_words' IS NOT DISTINCT FROM to_jsonb(OLD) - 'own_words'
            AND (NEW.own_words IS NULL) = (OLD.own_words IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was said in a review of the log stays' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER accounts_logreviewmark_stays BEFORE UPDATE OR DELETE ON accounts_logreviewmark
    FOR EACH ROW EXECUTE FUNCTION accounts_logreviewmark_stays();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON accounts_logreviewmark
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A colleague of a member could decide in their stead: somebody else who holds the right, is there,
-- and has not been away so long that their membership rests.
CREATE FUNCTION accounts_has_other_log_reviewer(practice uuid, member uuid, moment timestamptz)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_membership AS other
        JOIN accounts_rolegrant AS held ON held.practice_id = other.practice_id
            AND held.member_id = other.id AND held.withdrawn_at IS NULL
            AND (held.starts_at IS NULL OR held.starts_at <= now())
            AND (held.ends_at IS NULL OR held.ends_at > now())
        JOIN accounts_role AS role
            ON role.practice_id = held.practice_id AND role.id = held.role_id
        JOIN auth_group_permissions AS given ON given.group_id = role.group_id
        JOIN auth_permission AS permission
            ON permission.id = given.permission_id AND permission.codename = 'log_review'
        WHERE other.practice_id = practice AND other.id <> member
            AND other.person_id IS NOT NULL AND other.ended_at IS NULL
            AND greatest(other.entered_at, other.readmitted_at, other.created_at)
                >= moment - interval '90 days'
    )
$$;

-- What may follow what, by whom, and that a signed review is not decided on any more.
CREATE FUNCTION accounts_logreviewmark_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    line accounts_logreviewline;
    last accounts_logreviewmark;
    follows boolean;
    is_signed boolean;
    is_own boolean;
BEGIN
    SELECT * INTO line FROM accounts_logreviewline
        WHERE practice_id = NEW.practice_id AND id = NEW.line_id;
    SELECT * INTO last FROM accounts_logreviewmark
        WHERE practice_id = NEW.practice_id AND line_id = NEW.line_id AND id <> NEW.id
        ORDER BY turn DESC LIMIT 1;
    follows := CASE coalesce(last.says, '')
        WHEN '' THEN NEW.says IN ('FINE', 'ASK', 'INCIDENT')
        WHEN 'ASK' THEN NEW.says = 'ANSWERED'
        WHEN 'ANSWERED' THEN NEW.says IN ('FINE', 'ASK', 'INCIDENT')
        WHEN 'INCIDENT' THEN NEW.says = 'CLOSED'
        ELSE false
    END;
    IF NEW.turn <> coalesce(last.turn, 0) + 1 OR NOT follows THEN
        RAISE EXCEPTION 'a line of a review of the log is decided in turn'
            USING ERRCODE = 'check_violation';
    END IF;
    is_signed := EXISTS (SELECT FROM accounts_logreviewsignature
        WHERE practice_id = NEW.practice_id AND review_id = line.review_id);
    IF is_signed AND NEW.says <> 'CLOSED' THEN
        RAISE EXCEPTION 'a signed review of the log stays as it is'
            USING ERRCODE = 'restrict_violation';
    END IF;
    is_own := EXISTS (SELECT FROM accounts_membership
        WHERE practice_id = NEW.practice_id AND id = NEW.marked_by_id AND person_id = line.person_id);
    IF is_own AND NEW.says <> 'ANSWERED'
            AND accounts_has_other_log_reviewer(
                NEW.practice_id, NEW.marked_by_id, least(NEW.marked_at, now())) THEN
        RAISE EXCEPTION 'nobody decides on their own events while a colleague can'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER accounts_logreviewmark_follows AFTER INSERT ON accounts_logreviewmark
    FOR EACH ROW EXECUTE FUNCTION accounts_logreviewmark_follows();

-- A review is signed once all of its lines are there and none of them waits.
CREATE FUNCTION accounts_logreviewsignature_is_last() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT line_count FROM accounts_logreview
            WHERE practice_id = NEW.practice_id AND id = NEW.review_id)
        <> (SELECT count(*) FROM accounts_logreviewline AS line
            WHERE line.practice_id = NEW.practice_id AND line.review_id = NEW.review_id
                AND (SELECT mark.says FROM accounts_logreviewmark AS mark
                    WHERE mark.practice_id = line.practice_id AND mark.line_id = line.id
                    ORDER BY mark.turn DESC LIMIT 1) IN ('FINE', 'INCIDENT', 'CLOSED'))
    THEN
        RAISE EXCEPTION 'a review of the log is signed once no line waits'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER accounts_logreviewsignature_is_last AFTER INSERT ON accounts_logreviewsignature
    FOR EACH ROW EXECUTE FUNCTION accounts_logreviewsignature_is_last();

-- reverse
DROP TRIGGER accounts_logreviewsignature_is_last ON accounts_logreviewsignature;
DROP FUNCTION accounts_logreviewsignature_is_last();
DROP TRIGGER accounts_logreviewmark_follows ON accounts_logreviewmark;
DROP FUNCTION accounts_logreviewmark_follows();
DROP FUNCTION accounts_has_other_log_reviewer(uuid, uuid, timestamptz);
DROP TRIGGER append_only_truncate ON accounts_logreviewmark;
DROP TRIGGER accounts_logreviewmark_stays ON accounts_logreviewmark;
DROP FUNCTION accounts_logreviewmark_stays();
DROP TRIGGER accounts_logreviewline_is_true ON accounts_logreviewline;
DROP FUNCTION accounts_logreviewline_is_true();
DROP TRIGGER accounts_logreview_is_of_its_week ON accounts_logreview;
DROP FUNCTION accounts_logreview_is_of_its_week();
