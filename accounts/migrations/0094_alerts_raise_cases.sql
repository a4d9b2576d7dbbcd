-- The guards of cases. They refuse as the caller, and never compute.

-- The log is read forward.
CREATE FUNCTION accounts_alertcursor_forward() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR NEW.practice_id <> OLD.practice_id OR NEW.id <> OLD.id
        OR NEW.seq < OLD.seq
    THEN
        RAISE EXCEPTION 'the log is read forward, each event once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER accounts_alertcursor_forward BEFORE UPDATE OR DELETE ON accounts_alertcursor
    FOR EACH ROW EXECUTE FUNCTION accounts_alertcursor_forward();

-- What is not written yet was not read: who set the cursor ahead would do unseen what comes next.
CREATE FUNCTION accounts_alertcursor_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.seq > 0 AND NOT EXISTS (
        SELECT FROM audit_head AS head
        WHERE head.practice_id = NEW.practice_id AND head.seq >= NEW.seq
    ) THEN
        RAISE EXCEPTION 'the log is read up to its end, and no further'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER accounts_alertcursor_within AFTER INSERT OR UPDATE ON accounts_alertcursor
    FOR EACH ROW EXECUTE FUNCTION accounts_alertcursor_within();

-- What was set and done stays; words are sealed anew for a new key of the practice alone.
CREATE FUNCTION accounts_alert_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'own_words' IS DISTINCT FROM to_jsonb(OLD) - 'own_words'
        OR (NEW.own_words IS NULL) <> (OLD.own_words IS NULL)
    THEN
        RAISE EXCEPTION 'what was done about a case stays written'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER accounts_alertsetting_stays BEFORE UPDATE OR DELETE ON accounts_alertsetting
    FOR EACH ROW EXECUTE FUNCTION accounts_alert_stays();
CREATE TRIGGER accounts_alertsetting_stays_whole BEFORE TRUNCATE ON accounts_alertsetting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounts_alertstep_stays BEFORE UPDATE OR DELETE ON accounts_alertstep
    FOR EACH ROW EXECUTE FUNCTION accounts_alert_stays();
CREATE TRIGGER accounts_alertstep_stays_whole BEFORE TRUNCATE ON accounts_alertstep
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION accounts_alert_is_closed(practice uuid, closed uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_alertstep
        WHERE practice_id = practice AND case_id = closed AND kind = 'CLOSED'
    )
$$;

-- Whether anybody else may work cases at a moment: present, and not away for more than 90 days.
CREATE FUNCTION accounts_alert_others(practice uuid, member uuid, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_rolegrant AS held
        JOIN accounts_membership AS other
            ON other.practice_id = held.practice_id AND other.id = held.member_id
        JOIN accounts_role AS role ON role.practice_id = held.practice_id AND role.id = held.role_id
        JOIN auth_group_permissions AS given ON given.group_id = role.group_id
        JOIN auth_permission AS permission ON permission.id = given.permission_id
        WHERE held.practice_id = practice AND held.withdrawn_at IS NULL
            AND (held.starts_at IS NULL OR held.starts_at <= now())
            AND (held.ends_at IS NULL OR held.ends_at > now())
            AND permission.codename = 'alert_work'
            AND other.id <> member AND other.person_id IS NOT NULL AND other.ended_at IS NULL
            AND moment - greatest(other.entered_at, other.readmitted_at, other.created_at)
                <= interval '90 days'
    )
$$;

-- Of a rule, a person and a day, one case is open at a time.
CREATE FUNCTION accounts_alertcase_one_open() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM accounts_alertcursor WHERE practice_id = NEW.practice_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM accounts_alertcase AS other
        WHERE other.practice_id = NEW.practice_id AND other.rule = NEW.rule
            AND other.about_id = NEW.about_id AND other.seen_on = NEW.seen_on
            AND other.id <> NEW.id
            AND NOT accounts_alert_is_closed(other.practice_id, other.id)
    ) THEN
        RAISE EXCEPTION 'this is in an open case already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER accounts_alertcase_one_open AFTER INSERT ON accounts_alertcase
    FOR EACH ROW EXECUTE FUNCTION accounts_alertcase_one_open();

-- What is seen joins an open case, of one rule an event is in one case, and all that a case holds
-- was done by whom it is about.
CREATE FUNCTION accounts_alerthit_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM accounts_alertcursor WHERE practice_id = NEW.practice_id FOR NO KEY UPDATE;
    IF accounts_alert_is_closed(NEW.practice_id, NEW.case_id) THEN
        RAISE EXCEPTION 'a case that was closed stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM accounts_alerthit AS other
        JOIN accounts_alertcase AS held
            ON held.practice_id = other.practice_id AND held.id = other.case_id
        JOIN accounts_alertcase AS own ON own.practice_id = other.practice_id AND own.id = NEW.case_id
        WHERE other.practice_id = NEW.practice_id AND other.seq = NEW.seq
            AND other.id <> NEW.id AND held.rule = own.rule
    ) THEN
        RAISE EXCEPTION 'an event is in one case of a rule' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_alertcase AS own
        JOIN accounts_membership AS member
            ON member.practice_id = own.practice_id AND member.id = own.about_id
        JOIN audit_event AS event
            ON event.practice_id = own.practice_id AND event.person_id = member.person_id
        WHERE own.practice_id = NEW.practice_id AND own.id = NEW.case_id
            AND event.seq = NEW.seq AND event.at = NEW.seen_at
    ) THEN
        RAISE EXCEPTION 'a case holds what its person did' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER accounts_alerthit_fits AFTER INSERT ON accounts_alerthit
    FOR EACH ROW EXECUTE FUNCTION accounts_alerthit_fits();

-- Nothing follows a closing; and nobody works a case about themselves where a colleague may.
CREATE FUNCTION accounts_alertstep_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    person uuid;
BEGIN
    PERFORM FROM accounts_alertcursor WHERE practice_id = NEW.practice_id FOR NO KEY UPDATE;
    IF accounts_alert_is_closed(NEW.practice_id, NEW.case_id) THEN
        RAISE EXCEPTION 'a case that was closed stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    SELECT about_id INTO person FROM accounts_alertcase
        WHERE practice_id = NEW.practice_id AND id = NEW.case_id;
    IF person IN (NEW.assignee_id, CASE NEW.kind WHEN 'CLOSED' THEN NEW.done_by_id END)
        AND accounts_alert_others(NEW.practice_id, person, least(NEW.done_at, now()))
    THEN
        RAISE EXCEPTION 'nobody works a case about themselves where a colleague may'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER accounts_alertstep_fits BEFORE INSERT ON accounts_alertstep
    FOR EACH ROW EXECUTE FUNCTION accounts_alertstep_fits();

-- Practices that are there begin at the end of their logs, and with the networks that these know.
ALTER TABLE audit_event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_head NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_practice NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_membership NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_alertcursor NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_alertaddress NO FORCE ROW LEVEL SECURITY;

INSERT INTO accounts_alertcursor (id, practice_id, seq)
SELECT gen_random_uuid(), head.practice_id, head.seq
FROM audit_head AS head JOIN accounts_practice AS practice ON practice.id = head.practice_id;

INSERT INTO accounts_alertaddress (id, practice_id, member_id, network, first_seq)
SELECT gen_random_uuid(), member.practice_id, member.id, seen.network, min(seen.seq)
FROM (
    SELECT practice_id, person_id, seq, CASE family(address::inet)
        WHEN 4 THEN address ELSE network(set_masklen(address::inet, 64))::text END AS network
    FROM audit_event WHERE person_id IS NOT NULL AND address NOT IN ('') AND address !~ '%'
) AS seen
JOIN accounts_membership AS member
    ON member.practice_id = seen.practice_id AND member.person_id = seen.person_id
GROUP BY member.practice_id, member.id, seen.network;

ALTER TABLE accounts_alertaddress FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_alertcursor FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_membership FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_practice FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_head FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_event FORCE ROW LEVEL SECURITY;

-- reverse
DROP TRIGGER accounts_alertstep_fits ON accounts_alertstep;
DROP FUNCTION accounts_alertstep_fits();
DROP TRIGGER accounts_alerthit_fits ON accounts_alerthit;
DROP FUNCTION accounts_alerthit_fits();
DROP TRIGGER accounts_alertcase_one_open ON accounts_alertcase;
DROP FUNCTION accounts_alertcase_one_open();
DROP FUNCTION accounts_alert_others(uuid, uuid, timestamptz);
DROP FUNCTION accounts_alert_is_closed(uuid, uuid);
DROP TRIGGER accounts_alertstep_stays_whole ON accounts_alertstep;
DROP TRIGGER accounts_alertstep_stays ON accounts_alertstep;
DROP TRIGGER accounts_alertsetting_stays_whole ON accounts_alertsetting;
DROP TRIGGER accounts_alertsetting_stays ON accounts_alertsetting;
DROP FUNCTION accounts_alert_stays();
DROP TRIGGER accounts_alertcursor_within ON accounts_alertcursor;
DROP FUNCTION accounts_alertcursor_within();
DROP TRIGGER accounts_alertcursor_forward ON accounts_alertcursor;
DROP FUNCTION accounts_alertcursor_forward();
