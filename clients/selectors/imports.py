"""Files of clients on their way in: what is in them, and what would become of each row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from accounts import keys
from accounts.models import Membership
from accounts.selectors import members
from clients.csv_import import (
    DateOrder,
    Field,
    Ordered,
    Person,
    Problem,
    Reader,
    decode,
    guess,
    order_of,
    rows_of,
)
from clients.models import Client, ClientImport, ClientImportFile
from clients.names import fold
from clients.selectors import likeness

KEPT_FOR = timedelta(hours=24)
"""How long a file waits for its owner."""

WAITS_FOR_WORKER = timedelta(seconds=15)
GIVEN_UP_AFTER = timedelta(hours=1)
SAMPLES = 3
PROBLEMS_SHOWN = 200
ALIKE_SHOWN = 100
HEADING_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file as its owner sees it, with its first cells and the likely field."""

    heading: str
    samples: list[str] = field(repr=False)
    likely: Field | None


@dataclass(frozen=True, slots=True, repr=False)
class Looked:
    """What the top of a file says. ``words``: to be looked at, where the encoding is a guess."""

    columns: list[Column]
    encoding: str
    words: list[str]
    is_remembered: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """A row that looks like clients of the practice, by code, or like rows further up."""

    row: int
    codes: tuple[str, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What would become of each row. Lists hold the first of all; counts are of all."""

    rows_count: int
    problems: list[Problem]
    problems_count: int
    wrong_rows_count: int
    alike: list[Alike]
    alike_count: int


def mine(member: Membership) -> QuerySet[ClientImport]:
    """Return the runs of somebody's own files: nobody else sees them."""
    return ClientImport.objects.filter(uploaded_by=member)


def waiting(member: Membership, *, now: datetime) -> list[ClientImport]:
    """Return somebody's runs that are not over and whose file is still here, the latest first."""
    alive = mine(member).filter(
        finished_at=None, refused_at=None, discarded_at=None, uploaded_at__gt=now - KEPT_FOR
    )
    return list(alive.order_by("-uploaded_at", "-id"))


def before(run: ClientImport) -> ClientImport | None:
    """Return the last run that took in the very same file, whoever uploaded it."""
    same = ClientImport.objects.filter(file_digest=run.file_digest, finished_at__isnull=False)
    return same.exclude(pk=run.pk).order_by("-finished_at").first()


def content_of(run: ClientImport) -> bytes | None:
    """Return the file of a run, or None when it is gone."""
    found = ClientImportFile.objects.get(run=run).content
    return None if found is None else bytes(found)


def file_digest(content: bytes) -> bytes:
    """Return the keyed hash by which the same file is known again."""
    return keys.fingerprint(sha256(content).hexdigest(), purpose="clients.import.file")


def headings_digest(headings: Sequence[str]) -> bytes:
    """Return the keyed hash by which a set of headings is known again."""
    return keys.fingerprint("\n".join(headings), purpose="clients.import.headings")


def headings_of(cells: Sequence[str]) -> list[str]:
    """Return what to call each column; empty cells at the end are none."""
    last = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return [
        " ".join(cell.split())[:HEADING_CHARACTERS] or f"Column {place}"
        for place, cell in enumerate(cells[:last], 1)
    ]


def look(run: ClientImport, content: bytes) -> Looked:
    """Return the columns of a file, with the fields that the same headings had last time."""
    decoded = decode(content)
    head, *first = islice(rows_of(decoded.text), SAMPLES + 1)
    headings = headings_of(head.cells)
    remembered = _remembered(run, len(headings))
    likely = remembered or guess(headings)
    return Looked(
        columns=[
            Column(heading, [row.cells[place] for row in first if place < len(row.cells)], wanted)
            for place, (heading, wanted) in enumerate(zip(headings, likely, strict=True))
        ],
        encoding=decoded.encoding,
        words=decoded.unusual_words() if decoded.is_guess else [],
        is_remembered=remembered is not None,
    )


def _remembered(run: ClientImport, width: int) -> list[Field | None] | None:
    """Return the fields that were chosen for these headings before: on this run, or the last."""
    known = ClientImport.objects.filter(
        headings_digest=run.headings_digest, columns__isnull=False
    ).order_by("-uploaded_at", "-id")
    chosen = run.columns or known.values_list("columns", flat=True).first()
    if chosen is None or len(chosen) != width:
        return None
    return fields_of(chosen)


def fields_of(names: Sequence[str | None]) -> list[Field | None]:
    """Return the fields that a run's stored columns name."""
    return [Field(name) if name else None for name in names]


def date_order(content: bytes, columns: Sequence[Field | None]) -> Ordered:
    """Return what the birth dates of a file say of their order."""
    if Field.BIRTH_DATE not in columns:
        return Ordered(None, "")
    place = list(columns).index(Field.BIRTH_DATE)
    rows = islice(rows_of(decode(content).text), 1, None)
    return order_of(row.cells[place] for row in rows if place < len(row.cells))


def reader(run: ClientImport, headings: Sequence[str], *, today: date) -> Reader:
    """Return what reads a run's rows under the columns that its owner chose."""
    therapists: dict[str, list[UUID]] = {}
    for member in members.therapists():
        therapists.setdefault(fold(member.display_name), []).append(member.pk)
    return Reader(
        headings=headings,
        columns=fields_of(run.columns or []),
        date_order=DateOrder(run.date_order) if run.date_order else None,
        today=today,
        therapists=therapists,
    )


def people(run: ClientImport, content: bytes, *, today: date) -> Iterator[Person | list[Problem]]:
    """Yield what each row of a file is: a client, or all that is wrong with it."""
    rows = rows_of(decode(content).text)
    reads = reader(run, headings_of(next(rows).cells), today=today)
    return map(reads.read, rows)


class Known:
    """Who is a client already, or stands further up in the file."""

    def __init__(self) -> None:
        self.codes = likeness.everybody()
        self.rows: dict[tuple[str, date], list[int]] = {}

    def alike(self, person: Person) -> Alike | None:
        """Return whom a row looks like, and remember it for the rows further down."""
        key = likeness.key(person.given_names, person.family_name, person.birth_date)
        codes, rows = self.codes.get(key, []), self.rows.setdefault(key, [])
        found = Alike(person.row, tuple(codes), tuple(rows)) if codes or rows else None
        rows.append(person.row)
        return found

    def is_in_file(self, client: Client) -> bool:
        """Say whether a client looks like one of the rows so far."""
        return likeness.key(client.given_names, client.family_name, client.birth_date) in self.rows


def check(run: ClientImport, content: bytes, *, today: date) -> Checked:
    """Return what would become of each row of a file; nothing is changed."""
    known, rows_count = Known(), 0
    problems: list[Problem] = []
    alike: list[Alike] = []
    problems_count = wrong_rows_count = alike_count = 0
    for read in people(run, content, today=today):
        rows_count += 1
        if isinstance(read, Person):
            found = known.alike(read)
            if found:
                alike_count += 1
                alike += [found] if len(alike) < ALIKE_SHOWN else []
            continue
        wrong_rows_count += 1
        problems_count += len(read)
        problems += read[: PROBLEMS_SHOWN - len(problems)]
    return Checked(rows_count, problems, problems_count, wrong_rows_count, alike, alike_count)


def confirmed_by(run_id: UUID) -> UUID | None:
    """Return the person who confirmed a run that is not over, or None."""
    open_run = _open().filter(pk=run_id)
    return open_run.values_list("confirmed_by__person_id", flat=True).first()


def left_behind(*, now: datetime) -> list[UUID]:
    """Return the confirmed runs that no worker has begun in time."""
    found = _open().filter(confirmed_at__lte=now - WAITS_FOR_WORKER).order_by("confirmed_at", "id")
    return list(found.values_list("pk", flat=True))


def _open() -> QuerySet[ClientImport]:
    return ClientImport.objects.filter(
        confirmed_at__isnull=False, finished_at=None, refused_at=None, discarded_at=None
    )
