"""Bringing everything together that a day left behind, with something planted in each of it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.canaries import places
from tests.canaries.day import Day
from tests.canaries.encodings import guises
from tests.canaries.marks import Mark
from tests.canaries.places import Place

HEARD = ("addresses", "titles", "names of files", "headers", "error pages", "commands")
STATEMENT_BYTES = 900
"""What pg_stat_activity shows of a statement, with room for what stands around."""
QUOTED = (b"'", b'"', b"\\")


@dataclass(slots=True)
class Left:
    """What a day left behind, and where copies of it are brought together."""

    day: Day
    folder: Path
    control: Mark
    is_thorough: bool = True
    """Whether PostgreSQL's own files are looked through too, beside a dump."""
    expected: dict[str, frozenset[bytes]] = field(default_factory=dict)
    """What was planted in places that only listen."""

    @property
    def planted(self) -> list[bytes]:
        return sorted(guises(self.control.text))

    @property
    def state(self) -> Path:
        return Path(self.day.house.env["QUIETLEDGER_STATE"])

    def while_it_runs(self) -> list[Place]:
        """Ask the servers for what they hold; plant what only they can be given."""
        day = self.day
        plain = [guise for guise in self.planted if not any(c in guise for c in QUOTED)]
        words = places.texts(plain)
        places.planted_rows(day, self.planted)
        for statement in statements(words):
            places.seen_running(day, statement)
        printable = frozenset(g for g in plain if g.isascii() and g.decode().isprintable())
        held = places.valkey(day, self.folder / "valkey", self.planted)
        said = self.day.house.card_company("GET", "requests")
        requests = self.folder / "simulator.json"
        requests.write_text(json.dumps(said))
        without = frozenset(g for g in self.planted if b"\\" not in g)
        found = [
            Place(
                "dump of every database",
                places.dumped(day, self.folder / "dump"),
                frozenset(text.encode() for text in places.texts(sorted(without))),
            ),
            Place("Valkey's files and keys", held, frozenset(self.planted)),
            self.of_files("Stripe simulator, requests", [requests]),
        ]
        seen = frozenset(word.encode() for word in words if word.isprintable())
        if self.is_thorough:
            data, wal = places.data_directory(day, self.folder / "data")
            plain_text = frozenset({self.control.text.encode()})
            found.append(Place("PostgreSQL's data directory", [data], frozenset(self.planted)))
            found.append(Place("PostgreSQL's write-ahead log", [wal], plain_text))
        self.expected = {"Valkey, commands": printable, "pg_stat_activity": seen}
        return found

    def of_files(self, name: str, paths: list[Path]) -> Place:
        """Return a place of files, with all guises planted beside them."""
        beside = self.folder / f"planted-{name.replace(' ', '-').replace('/', '-')}"
        places.plant(beside, self.planted)
        return Place(name, [*paths, beside], frozenset(self.planted))

    def of_logs(self) -> list[Place]:
        """Return each log, with all guises written to its end; PostgreSQL's has quoted them."""
        found = []
        for log in sorted((self.state / "logs").iterdir()):
            copy = self.folder / "logs" / log.name
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(log, copy)
            if log.name == "postgres.log":
                said = {t.encode() for t in places.texts(self.planted) if t.isprintable()}
                found.append(Place("log of postgres", [copy], frozenset(said)))
            else:
                places.plant(copy, self.planted)
                planted = frozenset(self.planted)
                found.append(Place(f"log of {log.stem}", [copy], planted))
        return found

    def heard(self) -> list[Place]:
        """Return what went by, with all guises added to each of it."""
        heard, found = self.day.heard, []
        for name in HEARD:
            heard.add(name, *self.planted)
            found.append(Place(name, heard.place(name), frozenset(self.planted)))
        for name, planted in self.expected.items():
            found.append(Place(name, heard.place(name), planted))
        return found

    def of_state(self) -> list[Place]:
        """Return letters, checkpoints, the simulator's books, and the rest of the state."""
        rest = [
            path
            for path in self.state.iterdir()
            if path.name not in {"logs", "mail", "servers", "people.json", "keys.json"}
            and not path.name.startswith("simulator.")
        ]
        return [
            self.of_files("letters", [self.state / "mail"]),
            self.of_files("Stripe simulator, its books", list(self.state.glob("simulator.*"))),
            self.of_files("checkpoints and state", rest),
            self.of_files("core files", places.cores()),
        ]


def statements(words: list[str]) -> Iterator[str]:
    """Give words together, as many at a time as pg_stat_activity shows whole."""
    held = ""
    for word in words:
        if held and len(f"{held} {word}".encode()) > STATEMENT_BYTES:
            yield held
            held = ""
        held = f"{held} {word}".strip()
    yield held
