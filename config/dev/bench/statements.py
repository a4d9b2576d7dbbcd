"""Statements of account as PDF, by two workers, beside typesetting the same pages alone.

Ours is what the worker does: a client's item claimed, the statement made of the settled books, set
in type, sealed and kept, in scopes of its own. The floor sets the same words in type, and no more.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from accounts.ids import uuid7
from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.models import AccountStatement
from billing.selectors import days
from billing.services import contents, letter_work, typesetting
from billing.services import statement_runs as services
from clients.models import Client
from clients.services import contacts
from config.dev.bench.access import NotMeasured
from config.dev.bench.timing import Effort, Figure, Goal, Measured, Spread
from config.dev.seed import big
from ledger.chart import Role
from ledger.money import Money
from ledger.services import journal
from ledger.services.journal import Line, Voucher

WORKERS = 2
CHARGES_EACH = 5
"""Lines of each statement."""
THOUSAND_A_MINUTE = Goal("ours", 60.0)
"""Milliseconds for each: 1,000 in 60 seconds, with two workers."""


def figures(effort: Effort) -> Iterator[Figure]:
    """Measure one run of statements: ``rounds`` times ``calls`` is how many clients owe."""
    count = effort.rounds * effort.calls
    practice_id = big.found_small(0, now=timezone.now(), invoices=count, clients=count)
    run_id = _started(practice_id)
    ours = by_workers(_our_share, practice_id, run_id)
    with practice_scope(practice_id):
        made = list(AccountStatement.objects.order_by("id"))
        pages = [contents.statement(each) for each in made]
    if not made:
        raise NotMeasured("Nobody owes anything, so no statement was made.")
    floor = by_workers(_bare_share, pages)
    each = [
        Spread(seconds * 1_000 / len(made), seconds * 1_000 / len(made))
        for seconds in (ours, floor)
    ]
    measured = Measured(each[0], each[1], len(made))
    yield Figure("statements.pdf_two_workers", len(made), "ms", measured, THOUSAND_A_MINUTE)


def _started(practice_id: UUID) -> UUID:
    """Let everybody owe and have an address, and start a run of everybody's statements."""
    now = timezone.now()
    with practice_scope(practice_id):
        by, today = members.automaton(), days.day_of(now, days.zone())
        people = list(Client.objects.all())
        vouchers = [_charge(client.pk, today) for client in people for _ in range(CHARGES_EACH)]
        journal.post_many(vouchers=vouchers, by=by)
        for client in people:
            contacts.add_address(client=client, street="1 Elm St", now=now, by=by)
        run = services.draw_up(
            clients=Client.objects.all(),
            at_least=Money(1),
            days_apart=0,
            message="",
            key=uuid7(),
            today=today,
            now=now,
            by=by,
        )
        return services.start(run=run, now=now, by=by).pk


def _charge(party: UUID, on: date) -> Voucher:
    """Return an entry by which a client owes much more than whatever credit they may have."""
    item, amount = uuid7(), Money(1_000_00)
    return Voucher(
        source=f"bench:{item}:charged",
        entry_date=on,
        memo="Charged",
        lines=[
            Line(Role.CLIENT_RECEIVABLE, debit=amount, party=party, item=item),
            Line(Role.SESSION_FEES, credit=amount),
        ],
    )


def by_workers(share: Callable[..., object], *given: object) -> float:
    """Return the seconds that processes of their own take for their shares of the work.

    Raises:
        NotMeasured: one of them ended with an error.
    """
    connections.close_all()
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=share, args=(number, *given)) for number in range(WORKERS)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise NotMeasured("A worker ended with an error.")
    return time.perf_counter() - began


def _our_share(number: int, practice_id: UUID, run_id: UUID) -> None:
    letter_work.make_run(practice_id, run_id, clock=timezone.now)


def _bare_share(number: int, pages: list[Mapping[str, Any]]) -> None:
    for page in pages[number::WORKERS]:
        typesetting.pdf_naming_client("statement", page)
