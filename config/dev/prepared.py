"""Whether a stack's database is already what this code wants, told without Django."""

import hashlib
from pathlib import Path

import psycopg

from config.dev.state import BASE_DIR, State, write_private

SHAPES = ("*/migrations/*.py", "*/migrations/*.sql", "*/*.sql")
MIGRATIONS = (
    "SELECT coalesce(md5(string_agg(app || name, ',' ORDER BY id)), '') FROM django_migrations"
)


def is_prepared(state: State, owner_url: str) -> bool:
    """Say whether nothing has changed since the last time that the preparation succeeded."""
    note = state.folder / "prepared"
    return note.exists() and note.read_text("utf-8") == _fingerprint(state, owner_url)


def remember(state: State, owner_url: str) -> None:
    write_private(state.folder / "prepared", _fingerprint(state, owner_url))


def _fingerprint(state: State, owner_url: str) -> str:
    parts = [f"{path}:{_look(path)}" for path in [*_files(), state.keys_file()]]
    return hashlib.sha256("\n".join([*parts, _migrations(owner_url)]).encode()).hexdigest()


def _files() -> list[Path]:
    return sorted({path for shape in SHAPES for path in BASE_DIR.glob(shape) if path.is_file()})


def _look(path: Path) -> str:
    seen = path.stat()
    return f"{seen.st_size}:{seen.st_mtime_ns}"


def _migrations(owner_url: str) -> str:
    try:
        with psycopg.connect(owner_url) as connection:
            row = connection.execute(MIGRATIONS).fetchone()
    except psycopg.Error:
        return "none"
    return str(row[0]) if row else "none"
