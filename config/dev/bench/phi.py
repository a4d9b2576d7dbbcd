"""What sealing costs: a value, a list page of 50 clients, and how fast keys rotate.

Beside each figure stands raw AES-256-GCM by the same library in the same run.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib import import_module
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import crypto, keys
from accounts.fields import EncryptedField
from accounts.ids import uuid7
from accounts.models import Membership
from accounts.services import rotation
from accounts.tenancy import practice_scope
from clients.models import Client
from config.dev.bench.access import NotMeasured
from config.dev.bench.timing import Effort, Figure, Goal, rounds
from config.dev.seed import practices
from config.dev.seed.story import PRACTICES

AESGCM = crypto.AESGCM  # type: ignore[attr-defined]  # the floor: what crypto itself stands on
BOUND = b"associated data of the usual length, such as a table, a column and a row id"
VALUE = b"Okonkwo"
PADDED = VALUE.ljust(32, b"\0")
COLUMNS = (
    "given_names",
    "family_name",
    "preferred_name",
    "birth_date",
    "written_name",
    "sort_name",
    "pronouns",
    "language",
)
PAGE = 50
FEW, MANY = 50, 1_000
"""Clients under the page, and under a rotation."""

MORE = ("config.dev.bench.search",)
"""Modules whose ``phi_figures(effort)`` are measured with these, where they are there."""

CPU = time.thread_time_ns
"""Values cost no waiting, so what others do on the machine is left out."""

PER_VALUE = Goal("ratio", 3.0)
PER_PAGE = Goal("ratio", 1.3)


def figures(effort: Effort) -> Iterator[Figure]:
    """Found a practice with clients, and measure what its seals cost."""
    practice_id = practices.found(PRACTICES[0], now=timezone.now()).id
    with practice_scope(practice_id):
        yield from _values(effort)
        _fill(FEW, timezone.now())
        yield from _pages(effort)
        _fill(MANY - FEW, timezone.now())
    yield _rotation(practice_id, effort)
    for name in MORE:
        more = getattr(_module(name), "phi_figures", None)
        if more is not None:
            yield from more(effort)


def _module(name: str) -> object:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None


def _values(effort: Effort) -> Iterator[Figure]:
    """Seal and open one field, as a model does."""
    field: EncryptedField = Client._meta.get_field("family_name")
    row_id, raw = uuid7(), AESGCM(secrets.token_bytes(32))

    def seal_raw() -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + raw.encrypt(nonce, PADDED, BOUND)

    sealed, sealed_raw = field.seal(row_id, VALUE.decode()), seal_raw()
    cipher = keys.active().cipher("clients_client", "family_name")
    many = _times(100)
    ours = many(lambda: cipher.seal(VALUE, row_id))
    yield Figure(
        "phi.seal", 100, "us", rounds(ours, many(seal_raw), effort=effort, clock=CPU), PER_VALUE
    )
    ours = many(lambda: field.open(row_id, sealed))
    floor = many(lambda: raw.decrypt(sealed_raw[:12], sealed_raw[12:], BOUND))
    yield Figure("phi.open", 100, "us", rounds(ours, floor, effort=effort, clock=CPU), PER_VALUE)
    with transaction.atomic():
        ours = many(lambda: field.seal(row_id, VALUE.decode()))
        measured = rounds(ours, many(seal_raw), effort=Effort(effort.rounds, 10), clock=CPU)
        # What the log is told of these is no part of any practice's history.
        transaction.set_rollback(True)
    yield Figure("phi.seal_with_mark", 100, "us", measured, PER_VALUE)


def _times(count: int) -> Callable[[Callable[[], object]], Callable[[], None]]:
    """Return what makes one act of many: a single value is too short to be measured."""

    def many(act: Callable[[], object]) -> Callable[[], None]:
        def acts() -> None:
            for _ in range(count):
                act()

        return acts

    return many


def _pages(effort: Effort) -> Iterator[Figure]:
    """Read fifty clients and open all that they hold; the floor opens as many values raw."""
    raw = AESGCM(secrets.token_bytes(32))
    nonces = [[secrets.token_bytes(12) for _ in COLUMNS] for _ in range(PAGE)]
    held = [[nonce + raw.encrypt(nonce, PADDED, BOUND) for nonce in row] for row in nonces]

    def page() -> None:
        for client in Client.objects.order_by("pk")[:PAGE]:
            for column in COLUMNS:
                getattr(client, column)

    def floor() -> None:
        for _, values in zip(Client.objects.order_by("pk")[:PAGE], held, strict=True):
            for value in values:
                raw.decrypt(value[:12], value[12:], BOUND).rstrip(b"\0").decode()

    yield Figure("phi.page", PAGE, "us", rounds(page, floor, effort=effort), PER_PAGE)


def _fill(count: int, now: datetime) -> None:
    by = Membership.objects.order_by("created_at")[0]
    first = Client.objects.count()
    Client.objects.bulk_create(
        [
            Client(
                code=f"B-{number:05}",
                given_names=f"Given {number}",
                family_name=f"Family {number}",
                preferred_name="",
                birth_date=date(1980, 1, 1),
                written_name=f"Family {number}, Given",
                sort_name=f"family {number} given",
                pronouns="they/them",
                language="es",
                likeness=bytes([number % 256]),
                created_at=now,
                created_by=by,
            )
            for number in range(first, first + count)
        ],
        batch_size=500,
    )


def _rotation(practice_id: UUID, effort: Effort) -> Figure:
    """Move every value to a new key; the floor writes the same rows once as they are."""
    as_it_is = ", ".join(f'"{column}" = "{column}"' for column in COLUMNS)

    def rotate() -> None:
        with practice_scope(practice_id):
            rotation.start()
        if not rotation.finish(practice_id, clock=timezone.now):
            raise NotMeasured("A rotation did not end.")

    def floor() -> None:
        with practice_scope(practice_id), connection.cursor() as cursor:
            cursor.execute(f"UPDATE clients_client SET {as_it_is}")  # noqa: S608  # names of our own

    few = Effort(effort.rounds, 1)
    return Figure("phi.rotation", MANY, "ms", rounds(rotate, floor, effort=few, unit="ms"))
