"""The shipped nginx, run for real: what it speaks, what it passes on, what it says by itself."""

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from accounts.middleware import ISOLATION
from tests.config.proxy import Proxy, nginx, put_down, running
from tests.test_permissions import EVERY_ROUTE

MISSING = (
    "nginx or openssl was not found, so THE SHIPPED PROXY IS NOT TRIED (nginx-light, openssl)."
)

needs_both = pytest.mark.skipif(not (nginx() and shutil.which("openssl")), reason=MISSING)
pytestmark = needs_both

CLAIMED = {
    "X-Forwarded-For": "10.8.0.1, 1.2.3.4",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "//evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Ssl": "off",
    "X-Real-IP": "10.8.0.1",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "Forwarded": "for=10.8.0.1;host=evil.example;proto=http",
    "Proxy": "http://evil.example",
}
FORWARD_SECRET = [
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
]
WEAK = [
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA384",
    "DHE-RSA-AES256-GCM-SHA384",
    "NULL-SHA256",
]
"""Ciphers without forward secrecy, without authenticated encryption, or without any."""


SAME = {
    "Cross-Origin-Opener-Policy": "same-origin",
    **{name: value for name, value in ISOLATION.items() if name != "Server"},
}
"""What stands round nginx's own answers exactly as round the web server's."""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with running(tmp_path_factory.mktemp("proxy")) as proxy:
        yield proxy


def shaken(proxy: Proxy, *options: str) -> bool:
    """Say whether openssl and the proxy agree on how to speak."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.https_port}", *options],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0 and "Cipher is (NONE)" not in done.stdout


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


def asked(
    proxy: Proxy, method: str = "GET", path: str = "/people/", *, plain: bool = False, **sent: Any
) -> Answer:
    """Ask over TLS, or without; ``sent`` are a body and headers."""
    context = ssl._create_unverified_context()
    with contextlib.closing(
        HTTPConnection("127.0.0.1", proxy.http_port, timeout=10)
        if plain
        else HTTPSConnection("127.0.0.1", proxy.https_port, context=context, timeout=10)
    ) as connection:
        connection.request(method, path, **sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def own_dress(answer: Answer) -> None:
    """Demand of an answer that nginx gave by itself that it says little and cannot be kept."""
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert {name: answer.headers[name] for name in SAME} == SAME
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["Server"] == "nginx"


@pytest.mark.parametrize("protocol", ["-tls1_2", "-tls1_3"])
def test_it_speaks_what_is_modern(proxy: Proxy, protocol: str) -> None:
    assert shaken(proxy, protocol)


@pytest.mark.parametrize("protocol", ["-tls1", "-tls1_1"])
def test_it_speaks_nothing_old(proxy: Proxy, protocol: str) -> None:
    assert not shaken(proxy, protocol, "-cipher", "ALL:@SECLEVEL=0")


@pytest.mark.parametrize("cipher", FORWARD_SECRET)
def test_a_cipher_with_forward_secrecy_is_taken(proxy: Proxy, cipher: str) -> None:
    assert shaken(proxy, "-tls1_2", "-cipher", cipher)


@pytest.mark.parametrize("cipher", WEAK)
def test_no_other_cipher_is_taken(proxy: Proxy, cipher: str) -> None:
    assert not shaken(proxy, "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0")


def test_what_a_client_claims_of_its_way_is_overwritten(proxy: Proxy) -> None:
    told = json.loads(asked(proxy, headers={**CLAIMED, "Host": "Billing.Example"}).body)
    reached = {name.lower(): value for name, value in told["headers"].items()}

    assert told["path"] == "/people/"
    assert reached.pop("x-forwarded-for") == "127.0.0.1"
    assert reached.pop("x-forwarded-proto") == "https"
    assert reached.pop("host") == "billing.example"
    assert not {name.lower() for name in CLAIMED} & reached.keys()


def test_a_repeated_header_is_overwritten_too(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.http_port), timeout=10) as plain:
        plain.sendall(
            b"GET / HTTP/1.1\r\nHost: billing.example\r\nX-Forwarded-For: 10.8.0.1\r\n"
            b"X-Forwarded-For: 10.8.0.2\r\nx_forwarded_for: 10.8.0.3\r\n"
            b"X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
        )
        told = b"".join(iter(lambda: plain.recv(65536), b"")).decode()

    assert "10.8.0." not in told
    assert '"X-Forwarded-Proto": "http"' in told


def test_the_web_servers_own_dress_is_left_as_it_is(proxy: Proxy) -> None:
    answer = asked(proxy)

    assert answer.headers.get_all("Content-Security-Policy") == ["default-src 'self'"]
    assert answer.headers.get_all("Cache-Control") == ["max-age=60"]
    assert answer.headers["Strict-Transport-Security"] is None
    assert not SAME.keys() & {*answer.headers}
    assert "1.2.3" not in str(answer.headers)


def test_what_it_refuses_by_itself_is_dressed(proxy: Proxy) -> None:
    large = asked(proxy, "POST", headers={"Content-Length": "1100000"})
    long = asked(proxy, path="/" + "x" * 9_000)

    assert (large.status, long.status) == (413, 414)
    own_dress(large)
    own_dress(long)


NAMES_NOTHING = {"bill_paper_new": [UUID(int=1)]}
"""What stands in the addresses of pages that take files: behind the proxy there is nothing."""
TAKE_FILES = sorted(
    reverse(route, args=NAMES_NOTHING.get(route.partition(":")[2], []))
    for route, view in EVERY_ROUTE.items()
    if getattr(view, "takes_files", False)
)
"""Pages to which people send files, which are larger than what is typed."""


@pytest.mark.parametrize(
    ("path", "megabytes"),
    [("/clients/new/", 1), ("/api/fhir/", 16), *((path, 11) for path in TAKE_FILES)],
)
def test_what_people_send_is_not_put_down(tmp_path: Path, path: str, megabytes: int) -> None:
    body = b"x" * (megabytes * 1024 * 1024)

    with running(tmp_path) as own:
        answer = asked(own, "POST", path, body=body, headers={"Look-Into": str(tmp_path)})

    assert answer.status == 200
    assert json.loads(answer.body) == []


def test_what_people_are_sent_is_not_put_down(tmp_path: Path) -> None:
    with running(tmp_path) as own, socket.create_connection(("127.0.0.1", own.http_port)) as slow:
        slow.sendall(
            b"POST /clients/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
            b"Padding: 30000000\r\nLook-Into: " + bytes(tmp_path) + b"\r\n\r\n"
        )
        slow.recv(1)
        time.sleep(0.5)

        assert put_down(tmp_path) == []


def test_without_a_web_server_it_says_so_in_plain_words(tmp_path: Path) -> None:
    with running(tmp_path) as alone:
        alone.behind.shutdown()
        alone.behind.server_close()
        answer = asked(alone)

        assert answer.status == 503
        own_dress(answer)
        assert answer.body == b"Quietledger cannot be reached just now. Try again in a minute.\n"


def test_plain_http_promises_nothing(proxy: Proxy) -> None:
    answer = asked(proxy, path="/healthz", plain=True)

    assert (answer.status, answer.headers["Strict-Transport-Security"]) == (204, None)
