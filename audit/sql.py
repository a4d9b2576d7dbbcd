"""SQL kept beside its migration."""

from pathlib import Path

from django.db.migrations import RunSQL

REVERSE = "\n-- reverse\n"


def run_sql_file(migration: str, name: str = "") -> RunSQL:
    """Return the operation that runs the file ``name`` beside a migration, or its namesake.

    The file holds the forward statements, a line ``-- reverse``, and the statements that undo them.

    Raises:
        ValueError: the file has no such line, or several.
    """
    path = Path(migration).with_suffix(".sql")
    if name:
        path = path.parent / name
    parts = path.read_text(encoding="utf-8").split(REVERSE)
    if len(parts) != 2:
        raise ValueError(f"{path.name} needs exactly one line '-- reverse'.")
    return RunSQL(parts[0], parts[1])
