"""Card money: how soon a webhook is answered at fifty a second, and how fast events are posted.

Webhooks come at their times, whether those before were answered or not, and an answer's time counts
from when its webhook was due. Posting is what the worker does with an event, by two processes: it
asks the simulator, which runs on the same machine, for the page's present state, and posts it. The
floor of both is a bare insert of the same body. ``rounds`` times ``calls`` is how many events.
"""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.ids import uuid7
from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing import gateway, tasks
from billing.models import CardIntent, Invoice, Payment, WebhookEvent
from billing.services import card_accounts, checkout, hosted_pages
from config.dev.bench import posting
from config.dev.bench.access import NotMeasured, host
from config.dev.bench.statements import WORKERS, by_workers
from config.dev.bench.timing import Effort, Figure, Goal, Measured, Spread, spread
from config.dev.postgres import free_port
from config.dev.seed import big, big_rows
from config.dev.simulator import PROGRAM
from config.dev.stripe_simulator.webhooks import signature

SIGNING_SECRET = "whsec_of_the_benchmark"  # noqa: S105 (of a practice that is dropped after it)
KIND = "checkout.session.completed"
SENDERS = 8
WARM_UP_EACH = 3
APART_NANOSECONDS = 1_000_000_000 // 50
CLIENTS = 20
ANSWERED = Goal("p95", 20)
POSTED = Goal("ours", 1_000 / 150)
"""Milliseconds an event: a hundred and fifty a second."""

INBOX = "INSERT INTO bench_inbox (stripe_id, body) VALUES (%s, %s)"

Send = Callable[[str], None]
Opened = Callable[[], AbstractContextManager[Send]]


def figures(effort: Effort) -> Iterator[Figure]:
    """Let so many invoices be paid on hosted pages, report each, and post them."""
    posting.prepare()
    count = effort.rounds * effort.calls
    with _simulator() as origin, override_settings(STRIPE_API_BASE=origin):
        practice_id, endpoint_id = _house(count)
        pages = _paid_pages(practice_id)

        def delivering() -> AbstractContextManager[Send]:
            return _delivering(endpoint_id)

        answers, bare = _paced(delivering, pages), _paced(_inserting, pages)
        measured = Measured(answers, bare, count)
        yield Figure("payments.webhook_answer_at_50", count, "ms", measured, ANSWERED)
        with practice_scope(practice_id):
            waiting = WebhookEvent.objects.filter(kind=KIND).order_by("id")
            event_ids = [str(found) for found in waiting.values_list("id", flat=True)]
        ours = by_workers(_post_share, practice_id, event_ids)
        floor = by_workers(_insert_share, pages)
        _require_posted(practice_id, count)
        each = [Spread(took * 1_000 / count, took * 1_000 / count) for took in (ours, floor)]
        measured = Measured(each[0], each[1], count)
        yield Figure("payments.post_two_workers", count, "ms", measured, POSTED)


@contextmanager
def _simulator() -> Iterator[str]:
    """Give the address of a simulator in a process of its own, which forgets everything."""
    with TemporaryDirectory() as folder:
        asked = ["--port", str(free_port()), "--state", str(Path(folder) / "simulator.sqlite3")]
        with subprocess.Popen(
            [sys.executable, "-m", PROGRAM, *asked], stdout=subprocess.PIPE, text=True
        ) as running:
            try:
                said = running.stdout.readline() if running.stdout else ""
                if not said:
                    raise NotMeasured("The simulator did not start.")
                yield said.split()[-1]
            finally:
                running.terminate()


def _house(count: int) -> tuple[UUID, UUID]:
    """Found a practice of which so many invoices are open and which takes cards."""
    now, endpoint_id = timezone.now(), uuid7()
    invoices = count * big_rows.EVERY
    practice_id = big.found_small(0, now=now, invoices=invoices, clients=CLIENTS)
    with practice_scope(practice_id):
        by = members.automaton()
        secret_key = f"sk_test_{practice_id.hex}"
        card_accounts.connect(secret_key=secret_key, is_live=False, now=now, by=by)
        card_accounts.listen(endpoint_id=endpoint_id, signing_secret=SIGNING_SECRET, now=now, by=by)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    return practice_id, endpoint_id


def _paid_pages(practice_id: UUID) -> list[str]:
    """Let what is open be paid by card; return the pages' ids. The practice did not hear."""
    with practice_scope(practice_id):
        billed = list(Invoice.objects.order_by("number").values_list("pk", flat=True))
    for invoice_id in billed[:: big_rows.EVERY]:
        _pay(_opened_page(practice_id, invoice_id))
    with practice_scope(practice_id):
        return list(CardIntent.objects.order_by("id").values_list("checkout_id", flat=True))


def _opened_page(practice_id: UUID, invoice_id: UUID) -> str:
    """Open the hosted page of an invoice, as the desk does, and return its address."""
    now = timezone.now()
    with practice_scope(practice_id):
        invoice = Invoice.objects.get(pk=invoice_id)
        opening = checkout.intend(invoice=invoice, now=now, by=members.automaton())
        request = gateway.checkout_request(
            intent_id=opening.intent_id,
            amount=opening.amount,
            success_url=settings.BASE_URL,
            cancel_url=settings.BASE_URL,
        )
        checkout.note(
            intent_id=opening.intent_id,
            state=checkout.State.CREATED,
            request_hash=gateway.request_hash(request),
        )
    return hosted_pages.address(practice_id, opening, request, over="", now=now)


def _pay(page: str) -> None:
    """Type a test card on the simulator's page, as a client does on Stripe's."""
    address = urlsplit(page)
    card = urlencode({"number": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123"})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection(address.netloc, timeout=10)) as line:
        line.request("POST", address._replace(scheme="", netloc="").geturl(), card, kind)
        status = line.getresponse().status
    if status not in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}:
        raise NotMeasured(f"The card page answered {status}.")


def _event(about: str, kind: str = KIND) -> str:
    """Return a new event that Stripe would send about a hosted page."""
    event = {
        "id": f"evt_{uuid7().hex}",
        "object": "event",
        "type": kind,
        "livemode": False,
        "data": {"object": {"id": about, "object": "checkout.session"}},
    }
    return json.dumps(event)


@contextmanager
def _delivering(endpoint_id: UUID) -> Iterator[Send]:
    """Give a function that delivers an event to the product, signed, and waits for the answer."""
    browser = Browser(HTTP_HOST=host())
    url = reverse("billing:stripe_webhook", kwargs={"endpoint_id": endpoint_id})

    def deliver(event: str) -> None:
        body = event.encode()
        signed = {"Stripe-Signature": signature(body, SIGNING_SECRET, int(time.time()))}
        answer = browser.post(url, body, "application/json", secure=True, headers=signed)
        if answer.status_code != HTTPStatus.OK:
            raise NotMeasured(f"A webhook was answered with {answer.status_code}.")

    try:
        yield deliver
    finally:
        connections.close_all()


@contextmanager
def _inserting() -> Iterator[Send]:
    """Give a function that inserts an event into a bare table, and commits."""
    with closing(posting.bare_connection()) as bare:

        def insert(event: str) -> None:
            bare.execute(INBOX, [uuid7().hex, event])
            bare.commit()

        yield insert


def _paced(opened: Opened, pages: list[str]) -> Spread:
    """Send an event about each page at its time, fifty a second; return how long it took since."""
    everybody = Barrier(SENDERS)
    began: list[int] = []

    def sender(number: int) -> list[int]:
        with opened() as send:
            try:
                for _ in range(WARM_UP_EACH):
                    send(_event("cs_none", "customer.created"))
                if everybody.wait() == 0:
                    began.append(time.perf_counter_ns())
                everybody.wait()
            except BaseException:
                everybody.abort()
                raise
            return [
                _on_time(send, pages[n], began[0], n) for n in range(number, len(pages), SENDERS)
            ]

    with ThreadPoolExecutor(SENDERS) as pool:
        spent = list(pool.map(sender, range(SENDERS)))
    return spread([each for one in spent for each in one], "ms", slowest=True)


def _on_time(send: Send, page: str, began: int, place: int) -> int:
    event, due = _event(page), began + place * APART_NANOSECONDS
    time.sleep(max(0, due - time.perf_counter_ns()) / 1_000_000_000)
    send(event)
    return time.perf_counter_ns() - due


def _post_share(number: int, practice_id: UUID, event_ids: list[str]) -> None:
    for event_id in event_ids[number::WORKERS]:
        tasks.process_webhook(practice_id=str(practice_id), event_id=event_id)


def _insert_share(number: int, pages: list[str]) -> None:
    with _inserting() as insert:
        for page in pages[number::WORKERS]:
            insert(_event(page))


def _require_posted(practice_id: UUID, count: int) -> None:
    """Make sure that each event had its effect, and one.

    Raises:
        NotMeasured: one had none, or more.
    """
    with practice_scope(practice_id):
        paid = WebhookEvent.objects.filter(kind=KIND, outcome="paid").count()
        charged = Payment.objects.filter(method="CARD").count()
    if (paid, charged) != (count, count):
        raise NotMeasured(f"Of {count} events {paid} posted something, {charged} charges in all.")
