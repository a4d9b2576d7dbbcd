"""Nothing that people write makes the server read a file or ask another machine."""

import ast
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typst
from django.conf import settings

from billing.services import typesetting

ROOT: Path = settings.BASE_DIR
APPS = ("accounts", "audit", "billing", "clients", "config", "ledger")
REACHING = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "webbrowser",
    "xmlrpc",
}
"""Modules that open addresses. Stripe's own library asks Stripe, at an address of the settings."""

GUARDED = {"billing/ehr/talk.py", "billing/ehr/guard.py"}
"""What asks a medical-record system, through a guard that checks every connection."""

HEARING = {
    ("accounts/tasks.py", name)
    for name in (
        "smtplib",
        "smtplib.SMTPException",
        "smtplib.SMTPRecipientsRefused",
        "smtplib.SMTPResponseException",
    )
}
"""What a mail server answered: errors by their names, and nothing that connects."""

HOSTILE = [
    '#read("/etc/passwd")',
    '#image("{url}/x.png")',
    '#image("/etc/hostname")',
    '#import "@preview/cetz:0.3.0"',
    '#include "../../../config/settings.py"',
    "#eval(\"read('/etc/passwd')\")",
    '#plugin("{url}/x.wasm")',
    '#link("{url}")',
    "{url}/a",
    "#{{sys.inputs}}",
    "$ sum_(k=1)^n $",
    '\\") #read(\\"/etc/passwd\\")',
    "\\u{{1F600}} #",
    "= Heading",
    "@reference <label>",
]


ACTIVE = (b"/JavaScript", b"/OpenAction", b"/Launch", b"/EmbeddedFile", b"/URI", b"/GoToR")
"""What a PDF could do by itself, or lead to."""


class Listener:
    """A server on this machine that counts who comes."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            visitor.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """What whoever asks for anything would reach, by address or as the proxy."""
    with closing(Listener()) as listening:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, listening.url)
        yield listening


def invoice(words: str) -> dict[str, object]:
    """Return an invoice in which every text says the same."""
    columns = ("date", "words", "minutes", "listed", "discount", "amount")
    line = dict.fromkeys(columns, words)
    names = ("practice", "number", "issued_on", "due_on", "client", "code", "total", "to_pay")
    packages = [{"words": words, "amount": words}]
    return {
        **dict.fromkeys(names, words),
        "lines": [line],
        "discounts": True,
        "packages": packages,
        "bill_to": [words],
    }


@pytest.mark.parametrize("words", HOSTILE)
def test_words_in_a_document_reach_nothing(listener: Listener, words: str) -> None:
    written = words.format(url=listener.url)

    pdf = typesetting.pdf("invoice", invoice(written))

    assert listener.hits == 0
    for active in ACTIVE:
        assert active not in pdf
    if reader := shutil.which("pdftotext"):
        done = subprocess.run([reader, "-", "-"], input=pdf, capture_output=True, check=True)
        assert "".join(written.split()) in "".join(done.stdout.decode().split())


@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#read("../../../config/settings.py")',
        '#image("{url}/x.png")',
        '#read("{url}")',
        '#plugin("{url}/x.wasm")',
    ],
)
def test_even_a_template_reaches_nothing_outside_its_folder(
    listener: Listener, tmp_path: Path, source: str
) -> None:
    (tmp_path / "hostile.typ").write_text(source.format(url=listener.url), encoding="utf-8")

    with pytest.raises(typst.TypstError):
        typst.compile(tmp_path / "hostile.typ", root=tmp_path, format="pdf")

    assert listener.hits == 0


@pytest.mark.parametrize("path", sorted(typesetting.FOLDER.glob("*.typ")), ids=lambda p: p.name)
def test_a_template_of_ours_reads_nothing_but_its_data(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for other in typesetting.FOLDER.glob("*.typ"):
        source = source.replace(f'#import "{other.name}"', "")
    source = source.replace("image(bytes(", "")  # What it was given is drawn, and no file.

    for word in ("#import", "#include", "read(", "image(", "plugin(", "eval(", "@preview"):
        assert word not in source


def test_no_module_that_serves_requests_opens_addresses() -> None:
    opening = [
        (path.relative_to(ROOT).as_posix(), name)
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if not path.is_relative_to(ROOT / "config/dev")
        for name in imported(path)
        if name in REACHING or name.split(".")[0] in REACHING
    ]

    asking = [each for each in opening if each not in HEARING]
    assert [each for each in asking if each[0] not in GUARDED] == []
    assert {path for path, _ in asking} == GUARDED


def test_only_the_guard_makes_what_asks() -> None:
    client = (ROOT / "billing/ehr/talk.py").read_text(encoding="utf-8")

    named = re.findall(r"\brequests\.(\w+)(?!\w|\()", client)

    assert set(named) == {"RequestException", "Response", "Session"}
    assert re.findall(r"\brequests\.\w+\(", client) == []


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
