"""The private PostgreSQL server: who may do what in it, and what its log may hold."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.dev import users
from config.dev.postgres import SUPERUSER, Postgres
from config.dev.processes import Family
from config.dev.state import Refused, State


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    made = State(tmp_path_factory.mktemp("postgres") / "state")
    made.prepare()
    yield made
    made.discard()


@pytest.fixture(scope="module")
def family(shared: State) -> Iterator[Family]:
    made = Family(shared.folder / "children.json")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def server(shared: State, family: Family) -> Postgres:
    made = Postgres(shared, lasting=False)
    made.wait(made.start(family))
    return made


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """A state for one test."""
    made = State(tmp_path / "state")
    made.prepare()
    yield made
    made.discard()


def ask(server: Postgres, role: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(role)) as connection:
        return connection.execute(query).fetchall()


def test_the_roles_are_as_the_architecture_says(server: Postgres) -> None:
    rows = ask(
        server,
        SUPERUSER,
        "SELECT rolname, rolcanlogin, rolcreatedb, rolbypassrls, rolsuper OR rolcreaterole"
        " FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres' ORDER BY 1",
    )

    assert rows == [
        ("app", True, False, False, False),
        ("backup", True, False, True, False),
        ("doors", False, False, False, False),
        ("gate", True, False, False, False),
        ("owner", True, True, False, False),
    ]


@pytest.mark.parametrize("role", ["app", "gate", "backup"])
def test_only_the_owner_creates_tables(server: Postgres, role: str) -> None:
    with pytest.raises(
        (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    ):
        ask(server, role, "CREATE TABLE mine ()")


def test_the_owner_gives_a_function_to_the_doors(server: Postgres) -> None:
    with psycopg.connect(server.url("owner")) as connection:
        connection.execute("CREATE FUNCTION door() RETURNS int LANGUAGE sql RETURN 1")
        connection.execute("ALTER FUNCTION door() OWNER TO doors")

        owner = connection.execute(
            "SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'door'"
        ).fetchone()
        connection.rollback()

    assert owner == ("doors",)


@pytest.mark.parametrize("role", ["app", "gate"])
@pytest.mark.parametrize("asking", ["its own", SUPERUSER])
def test_nobody_sees_the_statements_of_a_server_that_answers_pages(
    server: Postgres, role: str, asking: str
) -> None:
    with psycopg.connect(server.url(role)) as connection:
        connection.execute("SELECT 'a signed context'")
        by = role if asking == "its own" else asking
        seen = ask(server, by, f"SELECT query FROM pg_stat_activity WHERE usename = '{role}'")

    assert seen
    assert not any("signed context" in str(row[0]) for row in seen)
    with (
        psycopg.connect(server.url(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SET track_activities = on")


def test_a_password_is_needed_and_kept_as_a_verifier(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("app").replace(server.state.secret("app"), "wrong"))

    kept = ask(server, SUPERUSER, "SELECT rolpassword FROM pg_authid WHERE rolcanlogin")
    assert all(str(row[0]).startswith("SCRAM-SHA-256$") for row in kept)


def test_the_pages_of_the_cluster_have_checksums(server: Postgres) -> None:
    assert ask(server, "app", "SHOW data_checksums") == [("on",)]


def test_the_log_holds_no_row_values_and_no_passwords(server: Postgres) -> None:
    with psycopg.connect(server.url("owner")) as connection:
        connection.execute("CREATE TEMP TABLE one (name text PRIMARY KEY)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO one VALUES (%(n)s), (%(n)s)", {"n": "Marigold"})

    log = (server.state.logs / "postgres.log").read_text()

    assert "duplicate key" in log
    assert "Marigold" not in log
    assert not any(server.state.secret(role) in log for role in ("app", "owner", SUPERUSER))


def test_the_database_is_made_anew_empty(server: Postgres) -> None:
    with psycopg.connect(server.url("owner")) as connection:
        connection.execute("CREATE TABLE left_behind ()")

    server.make_database_anew()

    assert ask(server, "owner", "SELECT to_regclass('left_behind')") == [(None,)]


def test_a_killed_server_starts_again_with_its_data(state: State) -> None:
    family, server = Family(state.folder / "children.json"), Postgres(state)
    child = server.start(family)
    server.wait(child)
    with psycopg.connect(server.url("owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    child.process.kill()
    child.process.wait()
    again = Family(state.folder / "children.json")
    server.wait(server.start(again))

    assert ask(server, "owner", "SELECT one FROM kept") == [(1,)]
    again.stop()
    family.stop()


def test_data_of_another_major_version_is_refused_in_words(state: State) -> None:
    server = Postgres(state)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("9\n")
    users.give(server.data)

    with pytest.raises(Refused, match="is of PostgreSQL 9, but"):
        server.start(Family(state.folder / "children.json"))
