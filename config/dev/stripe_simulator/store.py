"""The state file: one SQLite database, one transaction at a time."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from config.dev.stripe_simulator.messages import Object

_VERSION = 1
_SCHEMA = """
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    kind TEXT NOT NULL, created INTEGER NOT NULL, due_at INTEGER, body TEXT NOT NULL,
    private TEXT NOT NULL);
CREATE INDEX objects_by_account ON objects (account, kind, seq);
CREATE INDEX objects_by_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX objects_due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE connections (platform TEXT, account TEXT, PRIMARY KEY (platform, account));
CREATE TABLE answers (
    account TEXT, key TEXT, fingerprint TEXT NOT NULL, request TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, place INTEGER NOT NULL, event TEXT NOT NULL,
    endpoint TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '');
CREATE INDEX deliveries_due ON deliveries (state, endpoint, place);
CREATE INDEX deliveries_in_order ON deliveries (place);
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, account TEXT, method TEXT NOT NULL,
    path TEXT NOT NULL, params TEXT NOT NULL, idempotency_key TEXT, status INTEGER,
    replayed INTEGER NOT NULL, fault TEXT NOT NULL);
CREATE TABLE clock (ahead_seconds INTEGER NOT NULL);
INSERT INTO clock VALUES (0);
"""
_TABLES = ("objects", "connections", "answers", "deliveries", "requests")


class UnusableState(Exception):
    """The state file cannot be used; the message says why."""


class Store:
    """Every method but `transaction` and `close` is called inside a transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        try:
            self._db = sqlite3.connect(
                path, timeout=1, isolation_level=None, check_same_thread=False
            )
            # One process owns the file, so that no event is delivered by two of them.
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._prepare(path)
        except sqlite3.Error as error:
            raise UnusableState(f"The state file {path} cannot be used: {error}.") from error

    def _prepare(self, path: Path) -> None:
        self._db.execute("BEGIN EXCLUSIVE")
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version == 0:
            self._db.execute("COMMIT")
            self._db.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={_VERSION};COMMIT;")
        elif version == _VERSION:
            self._db.execute("COMMIT")
        else:
            raise UnusableState(
                f"The state file {path} was written by another version ({version}, not "
                f"{_VERSION}): remove it, or name another one with --state."
            )

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, values).fetchall()

    def insert(self, account: str, body: Object, due_at: int | None, private: Object) -> None:
        self.rows(
            "INSERT INTO objects (id, account, kind, created, due_at, body, private)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            body["id"],
            account,
            body["object"],
            body["created"],
            due_at,
            json.dumps(body),
            json.dumps(private),
        )

    def get(self, object_id: str, *, account: str | None = None) -> Object | None:
        """The object with this id, of this Stripe account if one is named."""
        found = self.rows("SELECT body, account FROM objects WHERE id = ?", object_id)
        if not found or account not in (None, found[0][1]):
            return None
        body: Object = json.loads(found[0][0])
        return body

    def account_of(self, object_id: str) -> str | None:
        found = self.rows("SELECT account FROM objects WHERE id = ?", object_id)
        return str(found[0][0]) if found else None

    def replace(self, body: Object) -> None:
        self.rows("UPDATE objects SET body = ? WHERE id = ?", json.dumps(body), body["id"])

    def private(self, object_id: str) -> Object:
        """What the simulator knows of an object and does not show."""
        private: Object = json.loads(
            self.rows("SELECT private FROM objects WHERE id = ?", object_id)[0][0]
        )
        return private

    def remember(self, object_id: str, **facts: object) -> None:
        private = self.private(object_id) | facts
        self.rows("UPDATE objects SET private = ? WHERE id = ?", json.dumps(private), object_id)

    def delete(self, object_id: str) -> None:
        self.rows("DELETE FROM objects WHERE id = ?", object_id)

    def seq(self, object_id: str) -> int:
        return int(self.rows("SELECT seq FROM objects WHERE id = ?", object_id)[0][0])

    def page(
        self,
        account: str,
        kind: str,
        conditions: Sequence[str] = (),
        values: Sequence[object] = (),
        *,
        limit: int = -1,
        oldest_first: bool = False,
    ) -> list[Object]:
        """Objects, newest first; conditions are fixed texts of this package, never input."""
        where = " AND ".join(("account = ?", "kind = ?", *conditions))
        order = "ASC" if oldest_first else "DESC"
        found = self.rows(
            f"SELECT body FROM objects WHERE {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608 (fixed texts)
            account,
            kind,
            *values,
            limit,
        )
        return [json.loads(row[0]) for row in found]

    def due(self, now: int) -> list[tuple[str, Object]]:
        """(Stripe account, object) for everything whose time has come."""
        found = self.rows(
            "SELECT account, body FROM objects WHERE due_at <= ? ORDER BY due_at, seq", now
        )
        return [(row[0], json.loads(row[1])) for row in found]

    def settle(self, object_id: str) -> None:
        """Nothing waits for a time any more."""
        self.rows("UPDATE objects SET due_at = NULL WHERE id = ?", object_id)

    def clock_ahead_seconds(self) -> int:
        return int(self.rows("SELECT ahead_seconds FROM clock")[0][0])

    def move_clock(self, seconds: int) -> None:
        self.rows("UPDATE clock SET ahead_seconds = ahead_seconds + ?", seconds)

    def wipe(self) -> None:
        """As new."""
        for table in _TABLES:
            self.rows(f"DELETE FROM {table}")  # noqa: S608 (fixed names)
        self.rows("UPDATE clock SET ahead_seconds = 0")
