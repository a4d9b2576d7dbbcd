-- Grants with a term count from its first moment to its last, wherever the database asks for rights.
-- The end is the first moment that does not count; now is that of the transaction.

CREATE OR REPLACE FUNCTION seat_of(person uuid, viewed uuid) RETURNS TABLE (
    practice accounts_practice, member accounts_membership, networks text[], roles text
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT
        own_practice, own_member,
        ARRAY(SELECT network::text FROM accounts_networkrange WHERE removed_at IS NULL),
        (SELECT coalesce(json_agg(json_build_array(
            role.id, role.name, role.is_network_bound, role.is_held, ARRAY(
                SELECT permission.codename FROM auth_group_permissions AS granted
                JOIN auth_permission AS permission ON permission.id = granted.permission_id
                WHERE granted.group_id = role.group_id
            )
        )), '[]')::text FROM (
            SELECT own_role.*, EXISTS (
                SELECT FROM accounts_rolegrant AS held
                WHERE held.role_id = own_role.id AND held.member_id = own_member.id
                AND held.withdrawn_at IS NULL
                AND (held.starts_at IS NULL OR held.starts_at <= now())
                AND (held.ends_at IS NULL OR held.ends_at > now())
            ) AS is_held FROM accounts_role AS own_role
        ) AS role WHERE role.is_held OR (role.id = viewed AND role.retired_at IS NULL))
    FROM accounts_membership AS own_member
    JOIN accounts_practice AS own_practice ON own_practice.id = own_member.practice_id
    WHERE own_member.person_id = person AND own_member.ended_at IS NULL;
END;
$$;

-- Who keeps the practice is nobody whose right ends by itself.
CREATE OR REPLACE FUNCTION refuse_disorder_of_roles(practice uuid, may_be_lost boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accounts_practice WHERE id = practice FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'who may do what is changed in the scope of its practice only'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM accounts_rolegrant AS held JOIN accounts_role AS role ON role.id = held.role_id
        WHERE held.practice_id = practice AND held.withdrawn_at IS NULL AND role.retired_at IS NOT NULL
            AND (held.ends_at IS NULL OR held.ends_at > now())
    ) THEN
        RAISE EXCEPTION 'a role that somebody holds is not retired' USING ERRCODE = 'restrict_violation';
    END IF;
    IF may_be_lost AND EXISTS (
        SELECT FROM accounts_membership
        WHERE practice_id = practice AND person_id IS NOT NULL AND ended_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM accounts_membership AS member
        JOIN accounts_rolegrant AS held ON held.member_id = member.id AND held.withdrawn_at IS NULL
            AND held.ends_at IS NULL
        JOIN accounts_role AS role ON role.id = held.role_id
        JOIN auth_group_permissions AS may ON may.group_id = role.group_id
        JOIN auth_permission AS permission ON permission.id = may.permission_id
        WHERE member.practice_id = practice AND member.person_id IS NOT NULL AND member.ended_at IS NULL
            AND permission.codename = 'role_change'
    ) THEN
        RAISE EXCEPTION 'somebody must stay who can change roles' USING ERRCODE = 'restrict_violation';
    END IF;
END;
$$;

CREATE OR REPLACE FUNCTION ledger_may_post_late(practice uuid, member uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_rolegrant AS held
        JOIN accounts_membership AS person
            ON person.practice_id = held.practice_id AND person.id = held.member_id
        JOIN accounts_role AS role ON role.practice_id = held.practice_id AND role.id = held.role_id
        JOIN auth_group_permissions AS given ON given.group_id = role.group_id
        JOIN auth_permission AS permission ON permission.id = given.permission_id
        WHERE held.practice_id = practice AND held.member_id = member AND held.withdrawn_at IS NULL
        AND (held.starts_at IS NULL OR held.starts_at <= now())
        AND (held.ends_at IS NULL OR held.ends_at > now())
        AND person.ended_at IS NULL AND permission.codename = 'period_post'
    )
$$;

-- A term is never changed: the grant is withdrawn, and another one given.
CREATE FUNCTION term_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the term of a role is never changed' USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER term_stays BEFORE UPDATE ON accounts_rolegrant FOR EACH ROW
    WHEN ((OLD.starts_at, OLD.ends_at) IS DISTINCT FROM (NEW.starts_at, NEW.ends_at))
    EXECUTE FUNCTION term_stays();

-- What was asked and answered stays; words are sealed anew for a new key of the practice alone.
CREATE FUNCTION audit_request_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'own_words' IS DISTINCT FROM to_jsonb(OLD) - 'own_words' THEN
        RAISE EXCEPTION 'what an auditor asked and was answered stays'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER audit_request_stays BEFORE UPDATE OR DELETE ON accounts_auditrequest
    FOR EACH ROW EXECUTE FUNCTION audit_request_stays();
CREATE TRIGGER audit_request_stays BEFORE UPDATE OR DELETE ON accounts_auditrequeststep
    FOR EACH ROW EXECUTE FUNCTION audit_request_stays();

-- Steps follow each other: an answer, then yes or once more by whoever asked, who did not give it. They
-- take it back while it is open. After yes, and after that, there is nothing.
CREATE FUNCTION audit_request_step_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    before record;
BEGIN
    SELECT turn, kind, done_by_id INTO before FROM accounts_auditrequeststep
        WHERE practice_id = NEW.practice_id AND request_id = NEW.request_id AND id <> NEW.id
        ORDER BY turn DESC LIMIT 1;
    -- Of two who take the same step at once, the unique turn lets one.
    IF NEW.turn <> coalesce(before.turn, 0) + 1 THEN
        RAISE EXCEPTION 'the steps of a request follow each other' USING ERRCODE = 'check_violation';
    END IF;
    IF before.kind IN ('ACCEPTED', 'WITHDRAWN') THEN
        RAISE EXCEPTION 'a request that is closed stays closed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'ANSWERED' AND before.kind = 'ANSWERED'
        OR NEW.kind IN ('ACCEPTED', 'AGAIN') AND before.kind IS DISTINCT FROM 'ANSWERED' THEN
        RAISE EXCEPTION 'this step does not fit after the last one' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind IN ('ACCEPTED', 'AGAIN') AND before.done_by_id = NEW.done_by_id THEN
        RAISE EXCEPTION 'nobody accepts an answer of their own' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind <> 'ANSWERED' AND NOT EXISTS (
        SELECT FROM accounts_auditrequest WHERE practice_id = NEW.practice_id
            AND id = NEW.request_id AND asked_by_id = NEW.done_by_id
    ) THEN
        RAISE EXCEPTION 'a request is accepted, asked again and taken back by whoever made it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER audit_request_step_fits AFTER INSERT ON accounts_auditrequeststep
    FOR EACH ROW EXECUTE FUNCTION audit_request_step_fits();

-- reverse
DROP TRIGGER audit_request_step_fits ON accounts_auditrequeststep;
DROP FUNCTION audit_request_step_fits();
DROP TRIGGER audit_request_stays ON accounts_auditrequeststep;
DROP TRIGGER audit_request_stays ON accounts_auditrequest;
DROP FUNCTION audit_request_stays();
DROP TRIGGER term_stays ON accounts_rolegrant;
DROP FUNCTION term_stays();
CREATE OR REPLACE FUNCTION ledger_may_post_late(practice uuid, member uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM accounts_rolegrant AS held
        JOIN accounts_membership AS person
            ON person.practice_id = held.practice_id AND person.id = held.member_id
        JOIN accounts_role AS role ON role.practice_id = held.practice_id AND role.id = held.role_id
        JOIN auth_group_permissions AS given ON given.group_id = role.group_id
        JOIN auth_permission AS permission ON permission.id = given.permission_id
        WHERE held.practice_id = practice AND held.member_id = member AND held.withdrawn_at IS NULL
        AND person.ended_at IS NULL AND permission.codename = 'period_post'
    )
$$;
CREATE OR REPLACE FUNCTION refuse_disorder_of_roles(practice uuid, may_be_lost boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accounts_practice WHERE id = practice FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'who may do what is changed in the scope of its practice only'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM accounts_rolegrant AS held JOIN accounts_role AS role ON role.id = held.role_id
        WHERE held.practice_id = practice AND held.withdrawn_at IS NULL AND role.retired_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a role that somebody holds is not retired' USING ERRCODE = 'restrict_violation';
    END IF;
    IF may_be_lost AND EXISTS (
        SELECT FROM accounts_membership
        WHERE practice_id = practice AND person_id IS NOT NULL AND ended_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM accounts_membership AS member
        JOIN accounts_rolegrant AS held ON held.member_id = member.id AND held.withdrawn_at IS NULL
        JOIN accounts_role AS role ON role.id = held.role_id
        JOIN auth_group_permissions AS may ON may.group_id = role.group_id
        JOIN auth_permission AS permission ON permission.id = may.permission_id
        WHERE member.practice_id = practice AND member.person_id IS NOT NULL AND member.ended_at IS NULL
            AND permission.codename = 'role_change'
    ) THEN
        RAISE EXCEPTION 'somebody must stay who can change roles' USING ERRCODE = 'restrict_violation';
    END IF;
END;
$$;
CREATE OR REPLACE FUNCTION seat_of(person uuid, viewed uuid) RETURNS TABLE (
    practice accounts_practice, member accounts_membership, networks text[], roles text
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT
        own_practice, own_member,
        ARRAY(SELECT network::text FROM accounts_networkrange WHERE removed_at IS NULL),
        (SELECT coalesce(json_agg(json_build_array(
            role.id, role.name, role.is_network_bound, role.is_held, ARRAY(
                SELECT permission.codename FROM auth_group_permissions AS granted
                JOIN auth_permission AS permission ON permission.id = granted.permission_id
                WHERE granted.group_id = role.group_id
            )
        )), '[]')::text FROM (
            SELECT own_role.*, EXISTS (
                SELECT FROM accounts_rolegrant AS held
                WHERE held.role_id = own_role.id AND held.member_id = own_member.id
                AND held.withdrawn_at IS NULL
            ) AS is_held FROM accounts_role AS own_role
        ) AS role WHERE role.is_held OR (role.id = viewed AND role.retired_at IS NULL))
    FROM accounts_membership AS own_member
    JOIN accounts_practice AS own_practice ON own_practice.id = own_member.practice_id
    WHERE own_member.person_id = person AND own_member.ended_at IS NULL;
END;
$$;
