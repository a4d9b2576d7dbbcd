ALTER TABLE billing_appointment ADD CONSTRAINT billing_appointment_group_hour_id_same_practice
    FOREIGN KEY (practice_id, group_hour_id) REFERENCES billing_grouphour (practice_id, id)
    NOT DEFERRABLE;

-- Whoever writes about a group waits for whoever else does, so each sees the other's rows.
CREATE FUNCTION billing_group_lock(its uuid) RETURNS void LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtextextended('group ' || its::text, 0)) $$;

-- Whether a person is in a group on a business date, on any of their records.
CREATE FUNCTION billing_is_in_group(practice uuid, its uuid, client uuid, held date)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM billing_groupmember AS member
        LEFT JOIN billing_groupmemberleft AS gone
            ON gone.practice_id = member.practice_id AND gone.member_id = member.id
        WHERE member.practice_id = practice AND member.group_id = its
            AND billing_kept_client(practice, member.client_id)
                = billing_kept_client(practice, client)
            AND member.joins_on <= held AND (gone.id IS NULL OR gone.last_on >= held)
    )
$$;

-- Whether what became of an appointment is known.
CREATE FUNCTION billing_is_marked(practice uuid, hour uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM billing_appointmentoutcome AS outcome
        WHERE outcome.practice_id = practice AND outcome.appointment_id = hour
            AND NOT EXISTS (SELECT FROM billing_outcometakenback AS back
                WHERE back.practice_id = practice AND back.outcome_id = outcome.id)
    )
$$;

-- A person is in a group once at a time.
CREATE FUNCTION billing_groupmember_once_at_a_time() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM billing_group_lock(NEW.group_id);
    IF EXISTS (
        SELECT FROM billing_groupmember AS other
        LEFT JOIN billing_groupmemberleft AS gone
            ON gone.practice_id = other.practice_id AND gone.member_id = other.id
        WHERE other.practice_id = NEW.practice_id AND other.group_id = NEW.group_id
            AND other.id <> NEW.id
            AND billing_kept_client(NEW.practice_id, other.client_id)
                = billing_kept_client(NEW.practice_id, NEW.client_id)
            AND (gone.id IS NULL OR gone.last_on >= NEW.joins_on AND gone.last_on >= other.joins_on)
    ) THEN
        RAISE EXCEPTION 'the client is in the group already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_groupmember_once_at_a_time AFTER INSERT ON billing_groupmember
    FOR EACH ROW EXECUTE FUNCTION billing_groupmember_once_at_a_time();

-- Who leaves was in the group until then, and is expected in no later hour of it, when all is written.
CREATE FUNCTION billing_groupmemberleft_leaves_nothing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    own billing_groupmember;
BEGIN
    SELECT * INTO own FROM billing_groupmember
        WHERE practice_id = NEW.practice_id AND id = NEW.member_id;
    PERFORM billing_group_lock(own.group_id);
    IF NEW.last_on < own.joins_on - 1 THEN
        RAISE EXCEPTION 'the client left before they joined' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_appointment AS place
        JOIN billing_grouphour AS hour
            ON hour.practice_id = place.practice_id AND hour.id = place.group_hour_id
        WHERE place.practice_id = NEW.practice_id AND hour.group_id = own.group_id
            AND billing_kept_client(NEW.practice_id, place.client_id)
                = billing_kept_client(NEW.practice_id, own.client_id)
            AND NOT billing_is_marked(NEW.practice_id, place.id)
            AND NOT billing_is_in_group(NEW.practice_id, own.group_id, own.client_id,
                billing_day_of(NEW.practice_id, hour.starts_at))
    ) THEN
        RAISE EXCEPTION 'the client who left is expected still' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER billing_groupmemberleft_leaves_nothing
    AFTER INSERT ON billing_groupmemberleft DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_groupmemberleft_leaves_nothing();

-- The appointment of a member is of the group's hour, of somebody who is in the group that day, once.
CREATE FUNCTION billing_appointment_of_group() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    hour billing_grouphour;
    whose uuid;
BEGIN
    SELECT * INTO hour FROM billing_grouphour
        WHERE practice_id = NEW.practice_id AND id = NEW.group_hour_id;
    PERFORM billing_group_lock(hour.group_id);
    SELECT therapist_id INTO whose FROM billing_group
        WHERE practice_id = NEW.practice_id AND id = hour.group_id;
    IF (whose, hour.starts_at, hour.minutes)
        IS DISTINCT FROM (NEW.therapist_id, NEW.starts_at, NEW.minutes) THEN
        RAISE EXCEPTION 'the appointment is of another hour than the group''s'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT billing_is_in_group(NEW.practice_id, hour.group_id, NEW.client_id,
        billing_day_of(NEW.practice_id, hour.starts_at)) THEN
        RAISE EXCEPTION 'the client is not in the group on this day'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_appointment AS other
        WHERE other.practice_id = NEW.practice_id AND other.group_hour_id = NEW.group_hour_id
            AND other.id <> NEW.id
            AND billing_kept_client(NEW.practice_id, other.client_id)
                = billing_kept_client(NEW.practice_id, NEW.client_id)
    ) THEN
        RAISE EXCEPTION 'the client is in this hour already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_appointment_of_group AFTER INSERT ON billing_appointment
    FOR EACH ROW WHEN (NEW.group_hour_id IS NOT NULL)
    EXECUTE FUNCTION billing_appointment_of_group();

-- An hour of a group moves to another one of the same group, and nothing else moves there.
CREATE FUNCTION billing_outcome_moves_within_its_group() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    was uuid;
    will_be uuid;
BEGIN
    SELECT hour.group_id INTO was FROM billing_appointment AS place
        JOIN billing_grouphour AS hour
            ON hour.practice_id = place.practice_id AND hour.id = place.group_hour_id
        WHERE place.practice_id = NEW.practice_id AND place.id = NEW.appointment_id;
    SELECT hour.group_id INTO will_be FROM billing_appointment AS place
        JOIN billing_grouphour AS hour
            ON hour.practice_id = place.practice_id AND hour.id = place.group_hour_id
        WHERE place.practice_id = NEW.practice_id AND place.id = NEW.moved_to_id;
    IF was IS DISTINCT FROM will_be THEN
        RAISE EXCEPTION 'an hour of a group moves within the group'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_outcome_moves_within_its_group AFTER INSERT ON billing_appointmentoutcome
    FOR EACH ROW WHEN (NEW.moved_to_id IS NOT NULL)
    EXECUTE FUNCTION billing_outcome_moves_within_its_group();

-- Nobody is expected again in an hour of a group in which they are no more.
CREATE FUNCTION billing_taken_back_within_the_group() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    its uuid;
    whose uuid;
    held date;
BEGIN
    SELECT hour.group_id, place.client_id, billing_day_of(NEW.practice_id, hour.starts_at)
        INTO its, whose, held
        FROM billing_appointmentoutcome AS outcome
        JOIN billing_appointment AS place
            ON place.practice_id = outcome.practice_id AND place.id = outcome.appointment_id
        JOIN billing_grouphour AS hour
            ON hour.practice_id = place.practice_id AND hour.id = place.group_hour_id
        WHERE outcome.practice_id = NEW.practice_id AND outcome.id = NEW.outcome_id;
    IF its IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM billing_group_lock(its);
    IF NOT billing_is_in_group(NEW.practice_id, its, whose, held) THEN
        RAISE EXCEPTION 'the client is not in the group on this day'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_taken_back_within_the_group AFTER INSERT ON billing_outcometakenback
    FOR EACH ROW EXECUTE FUNCTION billing_taken_back_within_the_group();

-- reverse
DROP TRIGGER billing_taken_back_within_the_group ON billing_outcometakenback;
DROP FUNCTION billing_taken_back_within_the_group();
DROP TRIGGER billing_outcome_moves_within_its_group ON billing_appointmentoutcome;
DROP FUNCTION billing_outcome_moves_within_its_group();
DROP TRIGGER billing_appointment_of_group ON billing_appointment;
DROP FUNCTION billing_appointment_of_group();
DROP TRIGGER billing_groupmemberleft_leaves_nothing ON billing_groupmemberleft;
DROP FUNCTION billing_groupmemberleft_leaves_nothing();
DROP TRIGGER billing_groupmember_once_at_a_time ON billing_groupmember;
DROP FUNCTION billing_groupmember_once_at_a_time();
DROP FUNCTION billing_is_marked(uuid, uuid);
DROP FUNCTION billing_is_in_group(uuid, uuid, uuid, date);
DROP FUNCTION billing_group_lock(uuid);
ALTER TABLE billing_appointment DROP CONSTRAINT billing_appointment_group_hour_id_same_practice;
