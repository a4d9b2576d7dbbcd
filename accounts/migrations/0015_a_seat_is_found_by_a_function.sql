-- Every request pays for this. In PL/pgSQL its plan is kept for the length of a connection, also
-- behind a pooler that keeps no prepared statements; planning it anew costs more than running it.
-- It runs as whoever asks: row security keeps each of its tables to the practice in scope.

CREATE FUNCTION seat_of(person uuid, viewed uuid) RETURNS TABLE (
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
REVOKE EXECUTE ON FUNCTION seat_of(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seat_of(uuid, uuid) TO app;

-- reverse
DROP FUNCTION seat_of(uuid, uuid);
