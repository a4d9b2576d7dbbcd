"""A simulator in a thread, a client that checks every exchange, and a place for webhooks to go."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

from config.dev.stripe_simulator.parameters import parse
from config.dev.stripe_simulator.server import Server
from tests.config.dev.stripe_simulator import spec

SECRET_KEY = "sk_test_harborlane000000000001"
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Page:
    """An answer of the simulator; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers["location"]

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Running:
    """A simulator's address, its pages and its control surface."""

    origin: str

    def fetch(
        self,
        method: str,
        url: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """One plain request, redirects not followed."""
        address = urlsplit(self.origin)
        connection = HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, url.removeprefix(self.origin), body, dict(headers or {}))
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Page(answer.status, told, answer.read().decode())
        finally:
            connection.close()

    def submit(self, url: str, **fields: str) -> Page:
        """A form, as a browser sends it."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.fetch("POST", url, urlencode(fields), kind)

    def pay(self, url: str, number: str = "4242 4242 4242 4242") -> Page:
        return self.submit(url, number=number, expiry="12 / 34", cvc="123")

    def control(self, path: str, /, **told: object) -> Any:
        """POST to the control surface."""
        kind = {"Content-Type": "application/json"}
        answer = self.fetch("POST", f"/_sim/{path}", json.dumps(told), kind)
        assert answer.status == 200, answer.text
        return answer.json()

    def look(self, path: str) -> Any:
        """GET from the control surface."""
        return self.fetch("GET", f"/_sim/{path}").json()


@contextmanager
def running(state: Path, port: int = 0) -> Iterator[Running]:
    server = Server("127.0.0.1", port, state)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield Running(server.origin)
    finally:
        server.shutdown()
        thread.join()
        server.close()


class CheckedTransport(stripe.RequestsClient):
    """Stripe's own client, with every request and answer held against the specification."""

    def __init__(self) -> None:
        super().__init__(timeout=PATIENCE_SECONDS)
        self.requests_checked = 0
        self.answers_checked = 0

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **options: Any,
    ) -> Any:
        address = urlsplit(url)
        params = parse((post_data or "") if method == "post" else address.query)
        problems = spec.request_problems(method.upper(), address.path, params)
        self.requests_checked += 1
        body, status, told = super().request(method, url, headers, post_data)
        problems += spec.response_problems(method.upper(), address.path, status, json.loads(body))
        self.answers_checked += 1
        assert not problems, "\n".join(problems)
        return body, status, told


@contextmanager
def checked_client(
    origin: str,
    *,
    key: str = SECRET_KEY,
    account: str | None = None,
    transport: CheckedTransport | None = None,
) -> Iterator[stripe.StripeClient]:
    """A client for one key, or for an account that is connected to it."""
    transport = transport or CheckedTransport()
    try:
        yield stripe.StripeClient(
            key,
            stripe_account=account,
            base_addresses={"api": origin},
            http_client=transport,
            max_network_retries=0,
        )
    finally:
        transport.close()  # type: ignore[no-untyped-call]  # so it is in the library


@dataclass
class Receiver:
    """What arrived, in order: (raw body, signature). Answers are taken from `answers`, then 200."""

    url: str = ""
    arrived: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def events(self) -> list[dict[str, Any]]:
        with self.lock:
            return [json.loads(body) for body, _ in self.arrived]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events()]

    def take(self, body: bytes, signature: str) -> int:
        with self.lock:
            self.arrived.append((body, signature))
            return self.answers.pop(0) if self.answers else 200


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.take(body, self.headers["Stripe-Signature"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds; the test fails when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.02)
