"""Where a trace would lie: each place as files, with something planted in it."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from config.dev.state import BASE_DIR
from tests.canaries.day import Day
from tests.canaries.marks import Mark
from tests.canaries.scanning import Find, Scanner

SCRATCH = "canaries_planted"
TABLES = """
SELECT c.oid::regclass::text FROM pg_class AS c
WHERE c.relkind IN ('r', 'm', 'S') AND c.relnamespace::regnamespace::text NOT IN ('pg_toast')
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that is looked through, and the guises that can be planted there."""

    name: str
    paths: list[Path]
    planted: frozenset[bytes]


def texts(guises: Sequence[bytes]) -> list[str]:
    """Return those guises that are a text which PostgreSQL takes."""
    found = []
    for guise in guises:
        with contextlib.suppress(UnicodeDecodeError):
            if b"\0" not in guise:
                found.append(guise.decode())
    return found


def planted_rows(day: Day, guises: Sequence[bytes]) -> None:
    """Keep guises in a table of plain columns, and have the server's log quote one."""
    with day.house.superuser() as connection:
        connection.execute(f"CREATE TABLE {SCRATCH} (words text, bytes bytea)".encode())
        with connection.cursor() as cursor:
            insert = f"INSERT INTO {SCRATCH} VALUES (%s, %s)".encode()
            cursor.executemany(insert, [(text, None) for text in texts(guises)])
            cursor.executemany(insert, [(None, guise) for guise in guises])
        for text in texts(guises):
            words = sql.SQL("DO {}").format(
                sql.Literal(f"BEGIN RAISE LOG '%', {sql.Literal(text).as_string()}; END")
            )
            connection.execute(words)


def seen_running(day: Day, text: str) -> None:
    """Run a statement that quotes a text, for as long as anybody who looks needs to see it."""
    with day.house.superuser() as connection:
        connection.execute(sql.SQL("SELECT {}, pg_sleep(0.3)").format(sql.Literal(text)))


def dumped(day: Day, folder: Path) -> list[Path]:
    """Dump every database as plain text: by pg_dump, or where none fits the server, by COPY."""
    folder.mkdir()
    with day.house.superuser() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datallowconn").fetchall()
        program = dump_program(connection.info.server_version // 10_000)
    url = day.house.env["QUIETLEDGER_DEV_SUPERUSER_URL"]
    for (name,) in rows:
        of_this = re.sub(r"/[^/?]*(?=\?|$)", f"/{name}", url, count=1)
        target = folder / f"{name}.sql"
        if program:
            subprocess.run([program, "-f", str(target), of_this], check=True, capture_output=True)
        _copy_all(of_this, folder / f"{name}.copy")
    return [folder]


def dump_program(major: int) -> str | None:
    """Return a pg_dump that understands a server of this version."""
    for program in sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), reverse=True):
        if int(program.parent.parent.name) >= major:
            return str(program)
    return None


def _copy_all(url: str, target: Path) -> None:
    """Write every row of every table, those of the server itself too."""
    with psycopg.connect(url, autocommit=True) as connection, target.open("wb") as out:
        for (table,) in connection.execute(TABLES).fetchall():
            with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
                query = f"COPY (SELECT * FROM {table}) TO STDOUT".encode()
                out.write(f"-- {table}\n".encode())
                with connection.cursor().copy(query) as rows:
                    out.writelines(rows)


def data_directory(day: Day, folder: Path) -> tuple[Path, Path]:
    """Copy the server's own files, and its write-ahead log, once all is written there."""
    with day.house.superuser() as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SHOW data_directory").fetchone()
        assert row
        # A file that goes away meanwhile is no reason to stop.
        subprocess.run(["cp", "-r", str(row[0]), str(folder)], capture_output=True, check=False)
    wal = folder.with_name(f"{folder.name}-wal")
    (folder / "pg_wal").rename(wal)
    return folder, wal


def forget_planted_rows(day: Day) -> None:
    with day.house.superuser() as connection:
        connection.execute(f"DROP TABLE IF EXISTS {SCRATCH}".encode())


def valkey(day: Day, folder: Path, guises: Sequence[bytes]) -> list[Path]:
    """Have Valkey write down all that it holds, uncompressed, with something planted."""
    folder.mkdir()
    with redis.Redis.from_url(day.house.env["REDIS_URL"]) as client:
        client.set("planted", b"\n".join(guises))
        client.config_set("rdbcompression", "no")
        client.save()
        where = Path(client.config_get("dir")["dir"])
        shutil.copytree(where, folder / "dir")
        (folder / "keys").write_bytes(b"\n".join(_everything(client)))
        client.delete("planted")
    return [folder]


def _everything(client: redis.Redis) -> Iterator[bytes]:
    for key in client.scan_iter(count=1000):
        yield _bytes(key)
        with contextlib.suppress(redis.ResponseError):
            yield from map(_bytes, client.lrange(key, 0, -1))


def _bytes(said: bytes | str) -> bytes:
    return said.encode() if isinstance(said, str) else said


def cores() -> list[Path]:
    """Return the core files that lie where our processes run."""
    return [
        path for folder in (BASE_DIR, Path("/")) for path in folder.glob("core*") if path.is_file()
    ]


def plant(path: Path, guises: Sequence[bytes]) -> frozenset[bytes]:
    """Add guises to a file as lines of their own."""
    with path.open("ab") as out:
        out.write(b"\n" + b"\n".join(guises) + b"\n")
    return frozenset(guises)


@dataclass
class Search:
    """A search of all places: what was found of the day, and whether what was planted was found."""

    scanner: Scanner
    control: Mark
    says: Callable[[str], None]
    controls: dict[str, list[Find]] = field(default_factory=dict)

    def look(self, places: Sequence[Place]) -> list[Find]:
        """Return finds of marked values; demand that everything planted is found."""
        finds = self.scanner.scan({place.name: place.paths for place in places})
        for place in places:
            here = [find for find in finds if find.place == place.name]
            self.controls[place.name] = [find for find in here if find.mark is self.control]
            seen = {find.written for find in self.controls[place.name]}
            missing = place.planted - seen
            assert not missing, f"{place.name}: planted and not found: {sorted(missing)[:5]}"
            assert place.planted, f"nothing is planted in {place.name}"
            sizes, name = self.scanner.sizes, place.name
            self.says(
                f"canaries: {name}: {sizes[name]:,} bytes, {sizes[f'{name}, unpacked']:,} unpacked;"
                f" {len(place.planted)} planted guises, all found;"
                f" {len(here) - len(self.controls[name])} marked values found"
            )
        return [find for find in finds if find.mark is not self.control]
