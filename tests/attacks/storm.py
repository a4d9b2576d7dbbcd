"""Many hands at one till, and an account of what each was told, kept beside the books."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from random import Random
from threading import Lock
from uuid import UUID

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing import gateway, tasks
from billing.models import Invoice, Payment, ServiceCode, Session
from billing.services import applications, checkout, invoices, payments, sessions
from ledger.money import Money
from ledger.services import journal, periods
from tests.attacks import giving_back
from tests.attacks.giving_back import GivingBack
from tests.attacks.till import Till
from tests.attacks.weather import at_once, through
from tests.billing import desk as at
from tests.billing.issuing import issue_one
from tests.ledger import closing

JANUARY = date(2026, 1, 20)
REFUSALS = (
    applications.AnotherClient,
    applications.ExceedsBalance,
    applications.ExceedsCredit,
    checkout.NothingDue,
    invoices.AlreadyInvoiced,
    journal.PeriodClosed,
    payments.KeyReused,
    periods.AlreadyClosed,
    periods.BeforeTheBooks,
    periods.NotClosed,
    *giving_back.REFUSALS,
)
"""What the product may say no with; anything else is a failure of the product."""


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

    def __post_init__(self) -> None:
        self.back = GivingBack(self.till)

    def run(self, threads: int, acts: int, seed: int) -> list[BaseException]:
        """Let so many hands do so many acts each; return what they were not prepared for."""

        def hand(number: int) -> None:
            random = Random(seed * 1000 + number)
            for _ in range(acts):
                self.act(random)

        return at_once(hand, threads)

    def send_every_slip_again(self, threads: int) -> list[BaseException]:
        """Let so many hands hand over every payment once more, all of them at the same time."""
        slips = list(self.slips)

        def hand(_: int) -> None:
            for slip in slips:
                with suppress(journal.PeriodClosed):
                    self.hand_over(slip)

        return at_once(hand, threads)

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
            self.back.write_off,
            self.back.refund,
            self.back.move,
            self.back.void,
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
                issue_one(sessions=[held], issued_on=at.TODAY, now=at.NOW, by=self.till.by)
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
                    shares=[
                        applications.Share(random.choice(billed), Money(random.randint(1, 20_00)))
                    ],
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
                closing.reopen(JANUARY, by=self.till.by)

    def calm(self) -> None:
        """Do at the end what the beat would: nothing that happened stays unheard of."""
        self.till.work()
        tasks.redrive_practice(practice_id=str(self.till.house.id))
