"""A practice as large as they come among many small ones, written by COPY: for benchmarks.

What stands afterwards is what the product would have written: every guard of the tables checks it,
each entry is an event of the chain, and `verify_ledger` holds. Only the words of invoice lines and
the texts that searches read are left out, because they would take longer than all the rest.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from accounts.ids import NIL, uuid7
from accounts.models import Membership
from accounts.selectors import members
from accounts.services import practices as practice_services
from accounts.tenancy import practice_scope
from audit.actions import Action
from billing.models import Counter, ServiceCode
from billing.services import numbers, service_codes
from billing.services.invoices import commitment
from clients.models import Client
from clients.models.client import CodeCounter
from config.dev.seed import big_rows, practices, story
from config.dev.seed.big_rows import House, Table
from ledger.selectors import books
from ledger.services import chart

BIG = replace(
    story.PRACTICES[0],
    slug="grand-harbor",
    name="Grand Harbor Therapy",
    discreet_name="Grand Harbor",
    people=story.FURTHER_PEOPLE,
)
INVOICES, OTHERS = 100_000, 200
INVOICES_OF_OTHERS, CLIENTS_OF_OTHERS = 100, 5
INVOICES_OF_A_CLIENT = 20
POSTINGS_OF_AN_INVOICE = 12
"""With it come three payments, and the applications of two of them: six entries of two lines."""
ROWS_AT_ONCE = 5_000
EVENTS_AT_ONCE = 10_000
APPLICATIONS_AT_ONCE = 1_000

EVENTS = """
    SELECT CASE WHEN count(*) > 0 THEN audit_append(jsonb_agg(jsonb_build_object(
        'action', %s::text, 'kind', 'ledger.journalentry', 'target', entry.id, 'label', entry.memo,
        'facts', jsonb_build_object('source', entry.source, 'entry_date', entry.entry_date::text,
            'postings', entry.posting_count, 'amount_cents', said.cents, 'digest', said.digest)
    ) ORDER BY entry.id)) END, (array_agg(entry.id ORDER BY entry.id DESC))[1]
    FROM (
        SELECT * FROM ledger_journalentry WHERE id > %s ORDER BY id LIMIT %s
    ) AS entry
    JOIN LATERAL ledger_said(entry.practice_id, entry.id) AS said ON true
"""


def found(*, now: datetime, invoices: int = INVOICES, clients: int = 0) -> practices.Founded:
    """Found the big practice, and fill it. Its people can sign in."""
    founded = practices.found(BIG, now=now)
    fill(
        founded.id, invoices=invoices, clients=clients or invoices // INVOICES_OF_A_CLIENT, now=now
    )
    return founded


def found_small(
    number: int,
    *,
    now: datetime,
    invoices: int = INVOICES_OF_OTHERS,
    clients: int = CLIENTS_OF_OTHERS,
) -> UUID:
    """Found a practice without people, and fill it: a small one, if nothing else is said."""
    practice_id = practice_services.new_id()
    with practice_scope(practice_id):
        by = practice_services.found(
            slug=f"small-{number:03}",
            name=f"Small Practice {number}",
            discreet_name=f"Small {number}",
            time_zone="America/New_York",
            rotation_days=None,
            now=now,
        )
        chart.open(by=by)
        service_codes.open_defaults(on=now.date().replace(month=1, day=1), now=now, by=by)
    if invoices:
        fill(practice_id, invoices=invoices, clients=clients, now=now)
    return practice_id


def fill(practice_id: UUID, *, invoices: int, clients: int, now: datetime) -> None:
    """Write three years of invoices and payments into a practice that has neither."""
    house = _house(practice_id, invoices=invoices, clients=clients, now=now)
    _copy(house)
    with practice_scope(practice_id):
        _count(house)
    _tell(practice_id)


def _house(practice_id: UUID, *, invoices: int, clients: int, now: datetime) -> House:
    with practice_scope(practice_id):
        by = members.automaton()
        therapists = list(members.therapists())
        service = ServiceCode.objects.order_by("code")[0]
        return House(
            practice_id=practice_id,
            by=by,
            therapist=therapists[0] if therapists else by,
            service=service,
            accounts=books.account_ids(),
            clients=_clients(clients, by, now),
            invoices=invoices,
            today=now.date(),
            now=now,
            commitment=commitment(service.label).hex(),
        )


def _clients(count: int, by: Membership, now: datetime) -> list[UUID]:
    people = [
        Client(
            id=uuid7(),
            code=f"C-{number + 1:04d}",
            given_names=story.GIVEN_NAMES[number % len(story.GIVEN_NAMES)],
            family_name=f"Number {number + 1}",
            preferred_name="",
            birth_date=date(1950, 1, 1) + timedelta(days=number % 20_000),
            likeness=bytes([number % 256]),
            created_at=now,
            created_by=by,
        )
        for number in range(count)
    ]
    Client.objects.bulk_create(people, batch_size=1_000)
    return [person.pk for person in people]


def _copy(house: House) -> None:
    """Copy every table's rows in as the owner, all the guards of the tables watching."""
    with _unforced(big_rows.TOGETHER) as cursor:
        for table in big_rows.TOGETHER:
            _copy_rows(cursor, table, table.rows(house))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # The guard of applications locks their payments and invoices one by one, to the commit.
    applications = big_rows.APPLICATIONS
    rows = applications.rows(house)
    while batch := list(islice(rows, APPLICATIONS_AT_ONCE)):
        with _unforced([applications]) as cursor:
            _copy_rows(cursor, applications, batch)
    with connections["owner"].cursor() as cursor:
        for table in (*big_rows.TOGETHER, applications):
            cursor.execute(f"ANALYZE {table.name}")


@contextmanager
def _unforced(tables: Sequence[Table]) -> Iterator[CursorWrapper]:
    """Let the owner write into tables for one transaction: COPY knows no row security."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table.name} NO FORCE ROW LEVEL SECURITY")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY")


def _copy_rows(cursor: CursorWrapper, table: Table, rows: Iterable[str]) -> None:
    lines = iter(rows)
    with cursor.copy(f"COPY {table.name} ({table.columns}) FROM STDIN") as copy:
        while chunk := list(islice(lines, ROWS_AT_ONCE)):
            copy.write("\n".join(chunk) + "\n")


def _count(house: House) -> None:
    """Let the series go on after the numbers that were given out."""
    years = Tally(day.year for day in house.days)
    last = {numbers.invoices_of(year): count for year, count in years.items()}
    last[numbers.RECEIPTS] = house.invoices * len(big_rows.PAYMENTS)
    Counter.objects.bulk_create(Counter(series=name, last=count) for name, count in last.items())
    CodeCounter.objects.update_or_create(defaults={"last": len(house.clients)})


def _tell(practice_id: UUID) -> None:
    """Append the event of each entry to the practice's chain, some thousand in a transaction."""
    last: UUID | None = NIL
    while last is not None:
        with practice_scope(practice_id), connection.cursor() as cursor:
            cursor.execute(EVENTS, [Action.ENTRY_POSTED.value, last, EVENTS_AT_ONCE])
            row = cursor.fetchone()
            last = row[1] if row else None
