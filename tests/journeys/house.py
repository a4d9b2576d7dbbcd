"""The running product under the journeys: its commands, its database, and the card company."""

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg
from playwright.sync_api import Cookie

from config.dev.people import Person, read
from config.dev.stack import Stack
from config.dev.state import BASE_DIR

SUPERUSER = "QUIETLEDGER_DEV_SUPERUSER_URL"
HARBOR_LANE = "harbor-lane"
SUMMIT_ROW = "summit-row"


@dataclass(frozen=True, slots=True)
class House:
    """A stack of two demo practices, as their people and its operator know it."""

    base_url: str
    env: dict[str, str]
    people: list[Person]

    @classmethod
    def of(cls, stack: Stack) -> "House":
        return cls(stack.base_url, stack.env, read(stack.state.folder))

    def person(self, role: str, slug: str = HARBOR_LANE) -> Person:
        """Return who has this role in a practice."""
        return next(p for p in self.people if (p["role"], p["slug"]) == (role, slug))

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the operator on this stack."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def let_second_factor_age(self, cookies: Sequence[Cookie]) -> None:
        """Make the second factor of a signed-in browser ten minutes older than it is."""
        [key] = [cookie["value"] for cookie in cookies if cookie["name"] == "__Host-session"]
        self.run(
            "shell",
            *("-v", "0", "-c"),
            "from accounts.sessions import MFA_AT, SessionStore;"
            f" session = SessionStore({key!r}); session[MFA_AT] -= 600; session.save()",
        )

    def let_session_be_short(self, cookies: Sequence[Cookie], seconds: int) -> None:
        """Let the session of a signed-in browser end after so many quiet seconds."""
        [key] = [cookie["value"] for cookie in cookies if cookie["name"] == "__Host-session"]
        with self.superuser() as connection:
            connection.execute(
                "UPDATE accounts_signinsession SET idle_seconds = %s WHERE session_key = %s",
                [seconds, sha256(key.encode()).hexdigest()],
            )

    def run(self, *arguments: str) -> str:
        """Run a command of the operator, which has to succeed, and return what it says."""
        done = self.manage(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def card_company(self, method: str, path: str, **body: object) -> dict[str, Any]:
        """Use the payment simulator's control surface."""
        request = urllib.request.Request(
            f"{self.env['STRIPE_API_BASE']}/_sim/{path}",
            method=method,
            data=json.dumps(body).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    @contextlib.contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        """Be somebody whom no wall of the database stops."""
        with psycopg.connect(self.env[SUPERUSER], autocommit=True) as connection:
            yield connection
