-- Every request pays for these two. Each is one round trip, and in PL/pgSQL its plans are kept for the
-- length of a connection.

-- The session of a cookie and its person, as they were before. Given the time, it is noted that the
-- person is here, if the session is not over: two requests at the end of the idle minutes must not
-- find it alive because one of them came first. That does not wait for the disk: a crash of the
-- server forgets less than a second of being here.
CREATE FUNCTION session_seen(
    key text, seen_at timestamptz, every interval, longest_idle interval
) RETURNS TABLE (session accounts_signinsession, person accounts_user)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT cookie, owner FROM accounts_signinsession AS cookie
        LEFT JOIN accounts_user AS owner ON owner.id = cookie.user_id AND owner.is_active
        WHERE cookie.session_key = key;
    IF seen_at IS NOT NULL THEN
        PERFORM set_config('synchronous_commit', 'off', true);
        UPDATE accounts_signinsession AS living SET last_seen_at = seen_at
            WHERE living.session_key = key AND living.ended_at IS NULL
            AND living.expire_date > seen_at AND living.last_seen_at <= seen_at - every
            AND living.last_seen_at + least(
                make_interval(secs => nullif(living.idle_seconds, 0)), longest_idle
            ) > seen_at;
    END IF;
END;
$$;
REVOKE EXECUTE ON FUNCTION session_seen(text, timestamptz, interval, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_seen(text, timestamptz, interval, interval) TO gate;

-- Opens the signed context for this transaction and returns the seat of the person whom it names.
-- Only row security decides what of it there is: whoever signs nothing finds no seat.
CREATE FUNCTION enter(context text, viewed uuid) RETURNS TABLE (
    practice accounts_practice, member accounts_membership, networks text[], roles text
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.context', context, true);
    RETURN QUERY SELECT * FROM seat_of(current_person_id(), viewed);
END;
$$;
REVOKE EXECUTE ON FUNCTION enter(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter(text, uuid) TO app;

-- reverse
DROP FUNCTION enter(text, uuid);
DROP FUNCTION session_seen(text, timestamptz, interval, interval);
