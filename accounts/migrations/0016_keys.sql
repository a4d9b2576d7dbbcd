-- Keys are wrapped anew and destroyed in their rows; a destroyed one does not come back.

GRANT UPDATE (kek_version, wrapped, destroyed_at) ON accounts_datakey TO app;

CREATE FUNCTION refuse_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a key that was destroyed stays destroyed'
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER stays_destroyed BEFORE UPDATE ON accounts_datakey FOR EACH ROW
    WHEN (OLD.destroyed_at IS NOT NULL) EXECUTE FUNCTION refuse_key_change();
CREATE TRIGGER stays_destroyed BEFORE UPDATE ON accounts_indexkey FOR EACH ROW
    WHEN (OLD.destroyed_at IS NOT NULL) EXECUTE FUNCTION refuse_key_change();

-- The key that seals from now on. Whoever asks holds a share of the lock until their transaction
-- ends; whoever destroys a key takes it whole, so that nothing is sealed under a key on its way out.
-- The row is read after the lock was got, in a snapshot of its own.
CREATE FUNCTION newest_data_key() RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('data keys ' || current_practice_id(), 0));
    RETURN (SELECT max(version) FROM accounts_datakey WHERE destroyed_at IS NULL);
END;
$$;
REVOKE EXECUTE ON FUNCTION newest_data_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION newest_data_key() TO app;

-- reverse
DROP FUNCTION newest_data_key();
DROP TRIGGER stays_destroyed ON accounts_indexkey;
DROP TRIGGER stays_destroyed ON accounts_datakey;
DROP FUNCTION refuse_key_change();
REVOKE UPDATE (kek_version, wrapped, destroyed_at) ON accounts_datakey FROM app;
