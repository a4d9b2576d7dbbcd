-- A practice with people in it keeps somebody who can change roles, and a retired role is nobody's.
-- Both are checked at commit, one practice's commits after the other: two administrators who take
-- each other's role at the same moment would otherwise both see the other stay.

CREATE FUNCTION refuse_disorder_of_roles(practice uuid, may_be_lost boolean) RETURNS void
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

CREATE FUNCTION somebody_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_disorder_of_roles(NEW.practice_id, TG_OP <> 'INSERT');
    RETURN NULL;
END;
$$;

CREATE FUNCTION somebody_keeps_the_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM auth_permission WHERE id = OLD.permission_id AND codename = 'role_change') THEN
        PERFORM refuse_disorder_of_roles(
            (SELECT practice_id FROM accounts_role WHERE group_id = OLD.group_id), true
        );
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER somebody_stays AFTER INSERT OR UPDATE ON accounts_rolegrant
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION somebody_stays();
CREATE CONSTRAINT TRIGGER somebody_stays AFTER UPDATE OF person_id, ended_at ON accounts_membership
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION somebody_stays();
CREATE CONSTRAINT TRIGGER somebody_stays AFTER UPDATE OF group_id, retired_at ON accounts_role
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION somebody_stays();
CREATE CONSTRAINT TRIGGER somebody_stays AFTER DELETE OR UPDATE ON auth_group_permissions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION somebody_keeps_the_right();

-- Since when somebody may do something is read from the log of these changes, however long it grows.
CREATE INDEX audit_event_of_roles ON audit_event (practice_id, seq)
    WHERE action = 'accounts.role.permissions_changed';

-- What a second person answered is not answered again, and what was spent is spent.
CREATE FUNCTION approval_stays_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision <> '' AND (NEW.decision, NEW.decided_at, NEW.decided_by_id)
            IS DISTINCT FROM (OLD.decision, OLD.decided_at, OLD.decided_by_id)
        OR OLD.spent_at IS NOT NULL AND NEW.spent_at IS DISTINCT FROM OLD.spent_at THEN
        RAISE EXCEPTION 'an approval that was decided or spent stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER approval_stays_decided BEFORE UPDATE ON accounts_approval
    FOR EACH ROW EXECUTE FUNCTION approval_stays_decided();

ALTER TABLE accounts_approval ADD CONSTRAINT accounts_approval_spent_in_time
    CHECK (spent_at IS NULL OR spent_at < expires_at);
ALTER TABLE accounts_approval ADD CONSTRAINT accounts_approval_three_days
    CHECK (expires_at <= asked_at + interval '72 hours');

-- reverse
ALTER TABLE accounts_approval DROP CONSTRAINT accounts_approval_three_days;
ALTER TABLE accounts_approval DROP CONSTRAINT accounts_approval_spent_in_time;
DROP TRIGGER approval_stays_decided ON accounts_approval;
DROP FUNCTION approval_stays_decided();
DROP INDEX audit_event_of_roles;
DROP TRIGGER somebody_stays ON auth_group_permissions;
DROP TRIGGER somebody_stays ON accounts_role;
DROP TRIGGER somebody_stays ON accounts_membership;
DROP TRIGGER somebody_stays ON accounts_rolegrant;
DROP FUNCTION somebody_keeps_the_right();
DROP FUNCTION somebody_stays();
DROP FUNCTION refuse_disorder_of_roles(uuid, boolean);
