"""What a demo practice spends: rent and bills, one of them overdue, and what its bank says."""

from datetime import date, timedelta
from uuid import uuid4

from accounts.models import Membership
from accounts.selectors import members
from billing.bank_files.columns import Mapping
from billing.models import Bill, Vendor
from billing.services import bank_files, bill_payments, bills, recurring, vendors
from billing.services.bill_payments import Details
from billing.services.bills import Part
from config.dev.seed.history import Desk, began
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import account_moves, categories
from ledger.selectors.categories import Chosen
from ledger.services import journal
from ledger.services.journal import Line

OPENING, RENT, POWER, CONSULT = Money(15_000_00), Money(1_850_00), Money(86_40), Money(420_00)
CHECK, PENS = Money(200_00), Money(18_20)


def write(desk: Desk, *, months: int) -> None:
    """Write the bills of some months, in the accountant's name, and a file of bank lines."""
    by = members.people().get(grants__role__slug="accountant", grants__withdrawn_at=None)
    realty, power, lawyer = (
        vendors.add(name=name, now=desk.now, by=by)
        for name in ("Harbor Street Realty", "Bay Power and Light", "Marisol Vance, CPA")
    )
    journal.post(
        source="demo:opening",
        entry_date=began(desk, months),
        memo="Opening balance",
        lines=[
            Line(Role.OPERATING_BANK, debit=OPENING),
            Line(Role.OWNER_EQUITY, credit=OPENING),
        ],
        by=by,
    )
    lines = [
        "Date,Description,Amount",
        f"{began(desk, months)},OPENING DEPOSIT,{str(OPENING).replace(',', '')}",
    ]
    for day in _firsts(began(desk, months), desk.today):
        bill = _bill(desk, by, realty, Role.RENT, RENT, day)
        _pay(desk, by, bill, RENT, day)
        lines.append(
            f"{day + timedelta(days=1)},HARBOR ST REALTY ACH,-{str(RENT).replace(',', '')}"
        )
    _bill(desk, by, power, Role.UTILITIES, POWER, desk.today - timedelta(days=9))
    late = _bill(desk, by, lawyer, Role.PROFESSIONAL_FEES, CONSULT, desk.today - timedelta(days=40))
    _pay(desk, by, late, CHECK, desk.today - timedelta(days=12))
    lines.append(f"{desk.today - timedelta(days=3)},CORNER STATIONERS 0042,-{PENS}")
    _take_in(desk, by, "\n".join(lines))
    recurring.set_up(
        vendor=power,
        category=_account(Role.UTILITIES),
        amount=POWER,
        day=31,
        every_months=1,
        starts_on=desk.today,
        ends_on=None,
        due_days=14,
        key=uuid4(),
        now=desk.now,
        by=by,
    )


def _firsts(since: date, until: date) -> list[date]:
    """Return the first days of the months that began between two days."""
    found, day = [], (since.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day < until:
        found.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def _bill(desk: Desk, by: Membership, vendor: Vendor, role: Role, amount: Money, day: date) -> Bill:
    return bills.enter(
        vendor=vendor,
        number=f"{day:%Y-%m}",
        billed_on=day,
        due_on=day + timedelta(days=14),
        parts=[Part(_account(role), amount)],
        key=uuid4(),
        now=desk.now,
        by=by,
    )


def _pay(desk: Desk, by: Membership, bill: Bill, amount: Money, day: date) -> None:
    details = Details(amount, _account(Role.OPERATING_BANK), day)
    bill_payments.pay(bill=bill, details=details, key=uuid4(), now=desk.now, by=by)


def _take_in(desk: Desk, by: Membership, text: str) -> None:
    bank = _account(Role.OPERATING_BANK)
    file = bank_files.upload(account=bank, content=text.encode(), now=desk.now, by=by)
    bank_files.take_in(
        file=file,
        mapping=Mapping(day=0, words=1, amount=2),
        # The check is not cashed yet, and nobody has entered the pens.
        closing=(
            desk.today - timedelta(days=1),
            account_moves.total(account_moves.of(bank.id)) + CHECK - PENS,
        ),
        now=desk.now,
        by=by,
    )


def _account(role: Role) -> Chosen:
    return next(
        each for each in [*categories.expenses(), *categories.paid_from()] if each.role is role
    )
