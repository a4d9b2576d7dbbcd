-- Roles are Django groups named `<practice uuid>:<slug>`. Under row security a practice sees its own
-- groups only, and changes them through these functions only.

ALTER TABLE auth_group ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_group FORCE ROW LEVEL SECURITY;
CREATE POLICY practice ON auth_group
    USING (name LIKE (SELECT current_practice_id())::text || ':%')
    WITH CHECK (name LIKE (SELECT current_practice_id())::text || ':%');
ALTER TABLE auth_group_permissions ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions FORCE ROW LEVEL SECURITY;
CREATE POLICY practice ON auth_group_permissions
    USING (group_id IN (SELECT id FROM auth_group)) WITH CHECK (group_id IN (SELECT id FROM auth_group));
GRANT SELECT ON auth_group, auth_group_permissions, auth_permission, django_content_type TO app;
GRANT SELECT ON auth_group, auth_group_permissions, auth_permission, django_content_type TO backup;
GRANT SELECT ON django_migrations TO app;

CREATE FUNCTION open_role_group(slug text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made integer;
BEGIN
    IF current_practice_id() IS NULL OR slug !~ '^[a-z0-9-]{1,60}$' THEN
        RAISE EXCEPTION 'a role belongs to the practice in scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO auth_group (name) VALUES (current_practice_id()::text || ':' || slug) RETURNING id INTO made;
    RETURN made;
END;
$$;

CREATE FUNCTION set_role_permissions(role uuid, codenames text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    target integer := (SELECT group_id FROM accounts_role WHERE id = role);
BEGIN
    IF target IS NULL OR NOT EXISTS (SELECT FROM auth_group WHERE id = target) THEN
        RAISE EXCEPTION 'there is no such role' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM auth_group_permissions WHERE group_id = target;
    INSERT INTO auth_group_permissions (group_id, permission_id)
        SELECT target, permission.id FROM auth_permission AS permission
        JOIN django_content_type AS kind ON kind.id = permission.content_type_id
        WHERE kind.app_label = 'accounts' AND kind.model = 'role' AND permission.codename = ANY (codenames);
END;
$$;
REVOKE EXECUTE ON FUNCTION open_role_group(text), set_role_permissions(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_role_group(text), set_role_permissions(uuid, text[]) TO app;

-- reverse
DROP FUNCTION set_role_permissions(uuid, text[]);
DROP FUNCTION open_role_group(text);
DROP POLICY practice ON auth_group_permissions;
DROP POLICY practice ON auth_group;
ALTER TABLE auth_group_permissions DISABLE ROW LEVEL SECURITY;
ALTER TABLE auth_group DISABLE ROW LEVEL SECURITY;
