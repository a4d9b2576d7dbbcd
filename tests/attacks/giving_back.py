"""What hands do with money that was billed or taken: forgive it, give it back, give it on, undo it.

Which invoice or payment an act is about is chosen once, so that the act is the same one when it is
tried again after its connection was cut.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from accounts.services import approvals
from accounts.services.approvals import Waiting
from accounts.tenancy import practice_scope
from billing.models import Invoice, Payment, WriteOff
from billing.services import credit_transfers, refunds, voids, write_offs
from ledger.money import Money
from tests.attacks.till import Till
from tests.billing import desk as at

REFUSALS = (
    approvals.AskedBySomebodyElse,
    credit_transfers.BeforeItWas,
    credit_transfers.ExceedsCredit,
    credit_transfers.SamePerson,
    refunds.BeforeItWas,
    refunds.ExceedsRefundable,
    voids.AlreadyVoid,
    voids.BeforeItWas,
    write_offs.BeforeItWas,
    write_offs.ExceedsOpen,
)
Told = dict[UUID, int]


@dataclass
class GivingBack:
    """Hands that take back, and what they were told: cents by the key of each act."""

    till: Till
    written_off: Told = field(default_factory=dict)
    refunded: Told = field(default_factory=dict)
    moved: Told = field(default_factory=dict)
    voided: dict[UUID, UUID] = field(default_factory=dict)
    chosen: dict[UUID, UUID] = field(default_factory=dict)

    def write_off(self, random: Random) -> None:
        key, cents = UUID(bytes=random.randbytes(16)), random.randint(1, 5_00)
        with practice_scope(self.till.house.id):
            about = self.choose(key, random, Invoice.objects.order_by("number"))
            if about is None:
                return
            kind = WriteOff.Kind.COURTESY
            done = write_offs.record(
                invoice=Invoice.objects.get(pk=about),
                details=write_offs.Details(kind, Money(cents), at.TODAY),
                key=key,
                now=at.NOW,
                by=self.till.house.people["accountant"],
            )
        self.keep(self.written_off, key, cents, done)

    def refund(self, random: Random) -> None:
        key, cents = UUID(bytes=random.randbytes(16)), random.randint(1, 5_00)
        with practice_scope(self.till.house.id):
            taken = Payment.objects.exclude(method=Payment.Method.MOVED).order_by("receipt")
            about = self.choose(key, random, taken)
            if about is None:
                return
            done = refunds.record(
                payment=Payment.objects.get(pk=about),
                details=refunds.Details(
                    Money(cents),
                    Payment.Method.CHECK,
                    refunds.Reason.COMPLAINT,
                    at.TODAY,
                    check_number=str(key.int % 100_000),
                    charge=refunds.Charge.OWED,
                ),
                key=key,
                now=at.NOW,
                by=self.till.house.people["accountant"],
            )
        self.keep(self.refunded, key, cents, done)

    def move(self, random: Random) -> None:
        key, cents = UUID(bytes=random.randbytes(16)), random.randint(1, 5_00)
        to = random.choice(self.till.clients)
        with practice_scope(self.till.house.id):
            about = self.choose(key, random, Payment.objects.order_by("receipt"))
            if about is None:
                return
            done = credit_transfers.record(
                payment=Payment.objects.get(pk=about),
                details=credit_transfers.Details(
                    to, Money(cents), at.TODAY, "FAMILY", "WRITTEN", at.TODAY
                ),
                key=key,
                now=at.NOW,
                by=self.till.house.people["accountant"],
            )
        self.keep(self.moved, key, cents, done)

    def void(self, random: Random) -> None:
        key = UUID(bytes=random.randbytes(16))
        with practice_scope(self.till.house.id):
            about = self.choose(key, random, Invoice.objects.order_by("number"))
            if about is None:
                return
            done = voids.void(
                invoice=Invoice.objects.get(pk=about),
                reason=voids.Reason.NOT_OWED,
                voided_on=at.TODAY,
                key=key,
                now=at.NOW,
                by=self.till.house.people["accountant"],
            )
        if not isinstance(done, Waiting):
            self.voided[key] = about

    def choose(self, key: UUID, random: Random, among: Iterable[Invoice | Payment]) -> UUID | None:
        """Return what the act of this key is about; None while there is nothing."""
        if key not in self.chosen:
            found = [each.pk for each in among]
            if not found:
                return None
            self.chosen[key] = random.choice(found)
        return self.chosen[key]

    @staticmethod
    def keep(told: Told, key: UUID, cents: int, done: object) -> None:
        if not isinstance(done, Waiting):
            told[key] = cents
