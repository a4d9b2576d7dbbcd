"""A witness whom the product does not know: which tables each transaction of each practice wrote.

The journeys are the whole day of a practice. What the log says of it is compared with what the
triggers of a superuser saw (45 CFR 164.312(b); ASVS 5.0 16.3).
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from tests.journeys.house import House

LOG = "audit_event"

NOTES = """
    CREATE UNLOGGED TABLE witness (
        transaction text, practice uuid, tab text, PRIMARY KEY (transaction, practice, tab)
    );
    CREATE FUNCTION witness_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO witness
        VALUES (pg_current_xact_id()::text, (coalesce(NEW, OLD)).practice_id, TG_ARGV[0])
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END;
    $$
"""
WATCHED = """
    SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND a.attname = 'practice_id' AND NOT a.attisdropped
        AND (c.relname NOT LIKE 'audit%' OR c.relname = 'audit_event')
    ORDER BY 1
"""
TRIGGER = """
    CREATE TRIGGER witness AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW
    EXECUTE FUNCTION witness_note('{table}')
"""
WRITTEN = "SELECT transaction, practice, array_agg(tab) FROM witness GROUP BY transaction, practice"

Written = list[tuple[str, UUID, list[str]]]


def begin(house: House) -> None:
    """Let the witness see every table that holds rows of practices, and the log."""
    with house.superuser() as connection:
        watched = connection.execute(WATCHED).fetchall()
        connection.execute(NOTES)
        for (table,) in watched:
            connection.execute(TRIGGER.format(table=table))


def written(house: House) -> Written:
    """Return each transaction so far, by practice, with the tables that it wrote."""
    with house.superuser() as connection:
        return connection.execute(WRITTEN).fetchall()


def unheard(seen: Written, *, silent: Iterable[str]) -> Counter[tuple[str, ...]]:
    """Return the sets of tables that were written without any event in the same transaction.

    ``silent`` are tables whose rows tell nothing of a person or of money.
    """
    return Counter(
        tuple(sorted(set(tables) - set(silent)))
        for _, _, tables in seen
        if LOG not in tables and set(tables) - set(silent)
    )
