"""A private PostgreSQL server: its cluster, its four login roles and its one database."""

import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.dev import binaries, users
from config.dev.processes import POLL_SECONDS, Child, Family, run_as_server
from config.dev.state import Refused, State, write_private

DATABASE = "quietledger"
SUPERUSER = "postgres"
LOGINS = {"owner": "CREATEDB", "app": "", "gate": "", "backup": "BYPASSRLS"}
QUIET = ("app", "gate")
"""Roles of web server and worker: nobody sees their statements, which quote what was typed."""
READY_SECONDS = 60.0
# The server's log carries no row values, and no statement that holds some.
SETTINGS = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "jit": "off",
}
UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster in a state folder. ``lasting`` off trades safety in a power cut for speed."""

    state: State
    lasting: bool = True

    @property
    def data(self) -> Path:
        return self.state.servers / "postgres"

    def start(self, family: Family) -> Child:
        """Make the cluster if it is not there, start its server, and return without waiting."""
        programs = binaries.postgres(self.state.servers)
        if not (self.data / "PG_VERSION").exists():
            self._make(programs)
        self._same_major(programs)
        sockets = self.state.socket_folder()
        port = free_port()
        settings = SETTINGS | ({} if self.lasting else UNSAFE_BUT_FAST)
        settings |= {"listen_addresses": "127.0.0.1", "port": str(port)}
        settings |= {"unix_socket_directories": str(sockets)}
        write_private(self.state.folder / "postgres.port", str(port))
        return family.start(
            "PostgreSQL",
            [
                str(programs / "postgres"),
                *("-D", str(self.data)),
                *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
            ],
            log=self.state.logs / "postgres.log",
            env=server_environment(),
            as_server=True,
            stop_signal=signal.SIGINT,
        )

    def wait(self, child: Child) -> None:
        """Return when a real connection succeeds; raises Refused when the server ended."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.answers():
            if child.exit_code is not None:
                raise Refused(f"PostgreSQL did not start: {child.last_words(1)}")
            if time.monotonic() > deadline:
                raise Refused(f"PostgreSQL gave no answer; its log is {child.log}.")
            time.sleep(POLL_SECONDS)
        self._make_roles()

    def answers(self) -> bool:
        """Say whether the server answers a query; a living process alone would prove nothing."""
        if not (self.state.folder / "postgres.port").exists():
            return False
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2) as connection:
                return connection.execute("SELECT true").fetchone() == (True,)
        except psycopg.OperationalError:
            return False

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address for a role, over the unix socket, with its password."""
        port = (self.state.folder / "postgres.port").read_text("utf-8")
        folder = quote(str(self.state.socket_folder()), safe="/")
        password = self.state.secret(role)
        return f"postgresql://{role}:{password}@/{database}?host={folder}&port={port}"

    def environment(self) -> dict[str, str]:
        """Return what the settings read, and the superuser's address for tests that tamper."""
        return {
            "DATABASE_URL": self.url("app"),
            "DATABASE_GATE_URL": self.url("gate"),
            "DATABASE_OWNER_URL": self.url("owner"),
            "DATABASE_BACKUP_URL": self.url("backup"),
            "QUIETLEDGER_DEV_SUPERUSER_URL": self.url(SUPERUSER),
        }

    def _make(self, programs: Path) -> None:
        password = self.state.servers / "password"
        write_private(password, self.state.secret(SUPERUSER))
        users.give(password)
        locale = ["--locale=C.UTF-8"]
        if _major(programs) >= 17:
            locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            run_as_server(
                [
                    str(programs / "initdb"),
                    *("-D", str(self.data), "-U", SUPERUSER, "--pwfile", str(password)),
                    *("--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", *locale),
                    *("--no-instructions", "--no-sync"),
                ],
                env=server_environment(),
            )
        finally:
            password.unlink()

    def _same_major(self, programs: Path) -> None:
        kept = int((self.data / "PG_VERSION").read_text("utf-8"))
        if kept != _major(programs):
            raise Refused(
                f"The data in {self.data} is of PostgreSQL {kept}, but {programs} holds "
                f"PostgreSQL {_major(programs)}: set PG_BIN, or move {self.state.folder} away."
            )

    def _make_roles(self) -> None:
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role, attributes in LOGINS.items():
                if role not in known:
                    _create_login(connection, role, attributes, self.state.secret(role))
            if "doors" not in known:
                connection.execute("CREATE ROLE doors NOLOGIN")
                connection.execute("GRANT doors TO owner")
            for role in QUIET:
                connection.execute(f"ALTER ROLE {role} SET track_activities = off".encode())
            connection.execute("ALTER ROLE backup SET default_transaction_read_only = on")
            self._open_schema("template1")
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            if DATABASE not in known:
                self._make_database(connection)

    def _make_database(self, connection: psycopg.Connection) -> None:
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER owner")
        connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO app, gate, backup")

    def make_database_anew(self) -> None:
        """Drop the one database with all that is in it, and make it again, empty."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
            self._make_database(connection)

    def _open_schema(self, database: str) -> None:
        """Let only the owner, and the doors that it opens, create in the schema public."""
        with psycopg.connect(self.url(SUPERUSER, database), autocommit=True) as connection:
            connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            connection.execute("GRANT USAGE, CREATE ON SCHEMA public TO doors, owner")


def _create_login(
    connection: psycopg.Connection, role: str, attributes: str, password: str
) -> None:
    """Create a role with a verifier made here, so that the server never sees the password."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
            sql.Identifier(role), sql.SQL(attributes), sql.Literal(verifier.decode())
        )
    )


def free_port() -> int:
    """Return a port of the loopback address that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server_environment() -> dict[str, str]:
    """Return an environment without anything of ours: PostgreSQL reads PG* and LC_*."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _major(programs: Path) -> int:
    said = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"(\d+)(\.|devel|beta|rc|\s|$)", said)
    if not found:
        raise Refused(f"The PostgreSQL in {programs} does not run on this machine.")
    return int(found.group(1))
