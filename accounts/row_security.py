"""Migration operations that make a table a tenant's: row security, composite keys, grants."""

from collections.abc import Mapping
from typing import Any

from django.db.migrations import RunSQL

Statement = str | tuple[str, dict[str, Any] | list[Any] | tuple[Any, ...] | tuple[()] | None]

POLICY = "practice_id = (SELECT current_practice_id())"


def tenant_table(
    table: str,
    *,
    may: str,
    keys: Mapping[str, str] | None = None,
    of_practice: bool = True,
    identity: bool = True,
) -> RunSQL:
    """Put a table under row security, with what ``app`` ``may`` do on it.

    ``keys`` names the composite foreign keys, column → table. ``of_practice=False`` leaves out the
    key to the practice, for tables that the installation's scope writes too; ``identity=False``
    leaves out UNIQUE (practice_id, id), for tables without an id.
    """
    forward: list[Statement] = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY practice ON {table} USING ({POLICY}) WITH CHECK ({POLICY})",
        f"GRANT {may} ON {table} TO app",
        f"GRANT SELECT ON {table} TO backup",
    ]
    reverse: list[Statement] = [
        f"REVOKE ALL ON {table} FROM app, backup",
        f"DROP POLICY practice ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    if identity:
        forward.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_identity UNIQUE (practice_id, id)"
        )
        reverse.insert(0, f"ALTER TABLE {table} DROP CONSTRAINT {table}_identity")
    if of_practice:
        forward.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_practice"
            " FOREIGN KEY (practice_id) REFERENCES accounts_practice (id)"
        )
        reverse.insert(0, f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_practice")
    for column, target in (keys or {}).items():
        name = f"{table}_{column}_same_practice"
        forward.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (practice_id, {column})"
            f" REFERENCES {target} (practice_id, id) NOT DEFERRABLE"
        )
        forward.append(f"CREATE INDEX {table}_{column}_key ON {table} (practice_id, {column})")
        reverse[:0] = [
            f"DROP INDEX {table}_{column}_key",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        ]
    return RunSQL(forward, reverse)


def append_only(table: str) -> RunSQL:
    """Let nobody, not even the owner, update, delete or truncate rows of a table."""
    return RunSQL(
        [
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        ],
        [
            f"DROP TRIGGER append_only_truncate ON {table}",
            f"DROP TRIGGER append_only ON {table}",
        ],
    )


def gate_table(table: str) -> RunSQL:
    """Give a table without a practice to the ``gate`` role, and to nobody else."""
    return RunSQL(
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO gate;"
        f"GRANT SELECT ON {table} TO backup",
        f"REVOKE ALL ON {table} FROM gate, backup",
    )


def as_owner(table: str, *statements: str) -> RunSQL:
    """Run data or constraint statements over all practices' rows, in one transaction.

    The owner is under FORCE too and would see no rows: an update would do nothing, and a foreign
    key over a dangling row would be called valid.
    """
    return RunSQL(
        [
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            *statements,
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        ],
        RunSQL.noop,
    )
