"""Many hands at one till, and an account of what each was told, kept beside the books."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random
from threading import Event, Lock, Thread
from typing import TypeVar
from uuid import UUID

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing import gateway, tasks
from billing.models import Invoice, Payment, ServiceCode, Session
from billing.services import applications, checkout, invoices, payments, sessions
from ledger.money import Money
from ledger.services import journal, periods
from tests.attacks.till import Till
from tests.billing import desk as at
from tests.config.dev.stripe_simulator.running import Running

JANUARY = date(2026, 1, 20)
PATIENCE = 40
"""How often an act is done again whose connection was cut."""

REFUSALS = (
    applications.AnotherClient,
    applications.ExceedsBalance,
    applications.ExceedsCredit,
    checkout.NothingDue,
    invoices.AlreadyInvoiced,
    journal.PeriodClosed,
    payments.KeyReused,
    periods.AlreadyClosed,
    periods.NotClosed,
)
"""What the product may say no with; anything else is a failure of the product."""


class CutOff(Exception):
    """An act never came through, however often it was tried."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A payment as it was handed over: sending it again must change nothing."""

    key: UUID
    place: int
    cents: int
    on: date


@dataclass
class Account:
    """What the hands were told: a plain record that knows nothing of the books."""

    issued: dict[UUID, int] = field(default_factory=dict)
    taken: dict[UUID, int] = field(default_factory=dict)
    charged: dict[UUID, int] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def note(self, kept: dict[UUID, int], key: UUID, cents: int) -> None:
        with self.lock:
            assert kept.setdefault(key, cents) == cents, f"{key} was told two amounts"

    def count(self, what: str) -> None:
        with self.lock:
            self.told[what] += 1


@dataclass
class Storm:
    """A till, its account, and what lies about for any hand to take up."""

    till: Till
    account: Account = field(default_factory=Account)
    slips: list[Slip] = field(default_factory=list)
    pages: list[gateway.Checkout] = field(default_factory=list)
    checkouts: list[str] = field(default_factory=list)
    contested: list[UUID] = field(default_factory=list)

    def run(self, threads: int, acts: int, seed: int) -> list[BaseException]:
        """Let so many hands do so many acts each; return what they were not prepared for."""
        failures: list[BaseException] = []

        def hand(number: int) -> None:
            random = Random(seed * 1000 + number)
            try:
                for _ in range(acts):
                    self.act(random)
            except BaseException as failure:
                failures.append(failure)
            finally:
                connections.close_all()

        hands = [Thread(target=hand, args=(number,)) for number in range(threads)]
        for thread in hands:
            thread.start()
        for thread in hands:
            thread.join()
        return failures

    def act(self, random: Random) -> None:
        verbs: list[Callable[[Random], None]] = [
            self.issue,
            self.issue,
            self.pay,
            self.pay,
            self.pay_exactly,
            self.send_again,
            self.apply,
            self.start_card,
            self.pay_card,
            self.report,
            self.work,
            self.take_the_same_session,
            self.turn_the_month,
        ]
        verb = random.choice(verbs)
        try:
            seed = random.random()
            through(lambda: verb(Random(seed)))
        except REFUSALS as refused:
            self.account.count(type(refused).__name__)
        else:
            self.account.count(verb.__name__)

    def issue(self, random: Random) -> None:
        fingerprint, place = random.randbytes(32), random.randrange(len(self.till.clients))
        cents = random.randint(1_00, 300_00)
        self.bill(self.recorded(fingerprint, place, cents))

    def recorded(self, fingerprint: bytes, place: int, cents: int) -> UUID:
        """Record a session once, however often it is tried."""
        with practice_scope(self.till.house.id):
            held = sessions.record(
                client=self.till.clients[place],
                therapist=members.therapists().get(),
                service_code=ServiceCode.objects.get(code="90834"),
                started_at=at.NOW,
                minutes=45,
                fee=Money(cents),
                source_fingerprint=fingerprint,
                now=at.NOW,
                by=self.till.by,
            )
        return held.pk

    def bill(self, session_id: UUID) -> None:
        try:
            with practice_scope(self.till.house.id):
                held = Session.objects.get(pk=session_id)
                invoices.issue(sessions=[held], issued_on=at.TODAY, now=at.NOW, by=self.till.by)
        except invoices.AlreadyInvoiced:
            self.account.note(self.account.issued, session_id, held.fee.cents)
            raise
        self.account.note(self.account.issued, session_id, held.fee.cents)

    def take_the_same_session(self, random: Random) -> None:
        if self.contested:
            self.bill(random.choice(self.contested))

    def pay(self, random: Random) -> None:
        on = random.choice([at.TODAY, at.TODAY, JANUARY])
        place = random.randrange(len(self.till.clients))
        self.hand_over(Slip(UUID(bytes=random.randbytes(16)), place, random.randint(1, 150_00), on))

    def hand_over(self, slip: Slip) -> None:
        self.slips.append(slip)
        with practice_scope(self.till.house.id):
            payment = payments.record(
                client=self.till.clients[slip.place],
                amount=Money(slip.cents),
                method=payments.Method.CASH,
                received_on=slip.on,
                key=slip.key,
                keep_rest=True,
                now=at.NOW,
                by=self.till.by,
            )
        assert (payment.key, payment.amount.cents) == (slip.key, slip.cents)
        self.account.note(self.account.taken, slip.key, slip.cents)

    def send_again(self, random: Random) -> None:
        if self.slips:
            self.hand_over(random.choice(self.slips))

    def pay_exactly(self, random: Random) -> None:
        key, place = UUID(bytes=random.randbytes(16)), random.randrange(len(self.till.clients))
        with practice_scope(self.till.house.id):
            client = self.till.clients[place]
            found = list(Invoice.objects.filter(client=client).order_by("number"))
            if not found:
                return
            payment = payments.record(
                client=client,
                amount=Money(random.randint(1, 60_00)),
                method=payments.Method.CASH,
                received_on=at.TODAY,
                key=key,
                apply_to=random.choice(found),
                now=at.NOW,
                by=self.till.by,
            )
        self.account.note(self.account.taken, key, payment.amount.cents)

    def apply(self, random: Random) -> None:
        with practice_scope(self.till.house.id):
            taken, billed = list(Payment.objects.all()), list(Invoice.objects.all())
            if taken and billed:
                applications.apply(
                    payment=random.choice(taken),
                    invoice=random.choice(billed),
                    amount=Money(random.randint(1, 20_00)),
                    applied_on=at.TODAY,
                    now=at.NOW,
                    by=self.till.by,
                )

    def start_card(self, random: Random) -> None:
        with practice_scope(self.till.house.id):
            found = list(Invoice.objects.order_by("number").values_list("pk", flat=True))
        if found:
            page = self.till.open_page(random.choice(found))
            if page is not None and page.url:
                self.pages.append(page)

    def pay_card(self, random: Random) -> None:
        if not self.pages:
            return
        page = random.choice(self.pages)
        paid = through(lambda: self.till.pay(page))
        if paid.is_paid and paid.intent_id:
            self.account.note(self.account.charged, paid.intent_id, paid.amount.cents)
            self.checkouts.append(paid.id)

    def report(self, random: Random) -> None:
        if self.checkouts:
            self.till.report(random.choice(self.checkouts), f"evt_{random.randrange(50)}")

    def work(self, random: Random) -> None:
        self.till.work()

    def turn_the_month(self, random: Random) -> None:
        with practice_scope(self.till.house.id):
            if random.random() < 0.3:
                periods.close(month=JANUARY, today=at.TODAY, by=self.till.by)
            else:
                periods.reopen(month=JANUARY, reason=periods.Reason.CORRECTION, by=self.till.by)

    def calm(self) -> None:
        """Do at the end what the beat would: nothing that happened stays unheard of."""
        self.till.work()
        tasks.redrive_practice(practice_id=str(self.till.house.id))


Answer = TypeVar("Answer")


def through(act: Callable[[], Answer]) -> Answer:
    """Do an act, and again when a connection was cut: whether it had come through or not."""
    for _ in range(PATIENCE):
        try:
            return act()
        except gateway.Unclear:
            continue
        except (OperationalError, InterfaceError) as error:
            if not is_cut(error):
                raise
            connections.close_all()
    raise CutOff


def is_cut(error: DatabaseError | InterfaceError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("57P", "08"))


@contextmanager
def troubled(simulator: Running) -> Iterator[None]:
    """Let one call in twenty to the card company go wrong, before or after it took effect."""
    for kind, moment in (("reset", "before"), ("reset", "after"), ("500", "before")):
        simulator.control(
            "faults", kind=kind, moment=moment, times=None, chance=0.05, path="/v1/checkout/"
        )
    try:
        yield
    finally:
        simulator.fetch("DELETE", "/_sim/faults")


@contextmanager
def cutting(every_seconds: float) -> Iterator[list[int]]:
    """Cut a random connection of ``app`` again and again; give the list of those that were cut."""
    cut: list[int] = []
    over = Event()
    parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}

    def cutter() -> None:
        with psycopg.connect(**parameters, autocommit=True) as knife:
            while not over.wait(every_seconds):
                found = knife.execute(
                    "SELECT pid, pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
                    " WHERE usename = current_user AND datname = current_database()"
                    " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1) AS one"
                )
                cut.extend(pid for pid, done in found.fetchall() if done)

    thread = Thread(target=cutter)
    thread.start()
    try:
        yield cut
    finally:
        over.set()
        thread.join()
        connections.close_all()
