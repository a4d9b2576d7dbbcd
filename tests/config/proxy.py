"""The shipped nginx in front of a server that tells what reached it."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from config.dev.postgres import free_port
from config.dev.state import BASE_DIR

SHIPPED = BASE_DIR / "config" / "deploy" / "nginx.conf"
PATIENCE_SECONDS = 5.0
SINCE_HTTP2_DIRECTIVE = (1, 25, 1)


def nginx() -> str | None:
    """Return nginx's program; Debian keeps it out of an ordinary user's path."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, dressed as the web server dresses its answers."""

    server_version, sys_version = "Behind/1.2.3", "secret"

    def do_GET(self) -> None:
        told = json.dumps({"path": self.path, "headers": dict(self.headers.items())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Cache-Control", "max-age=60")
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        """Take a body, and answer with what was put down in the folder that is named by then."""
        self.rfile.read(int(self.headers["Content-Length"]))
        told = json.dumps(put_down(Path(self.headers["Look-Into"]))).encode() + b" " * int(
            self.headers.get("Padding", 0)
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def put_down(folder: Path) -> list[str]:
    """Return the open files of a folder that nginx wrote and took the names from at once."""
    found = []
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            name = str(handle.readlink())
            if name.startswith(str(folder)) and name.endswith(" (deleted)"):
                found.append(name)
    return found


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running nginx: its two ports, and the server behind it while that runs."""

    http_port: int
    https_port: int
    behind: ThreadingHTTPServer


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Proxy]:
    """Run the shipped configuration with ports, certificate and folders of this test."""
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    proxy = Proxy(free_port(), free_port(), behind)
    certify(folder)
    config = folder / "nginx.conf"
    adapted_to = (proxy.http_port, proxy.https_port, proxy.behind.server_port)
    config.write_text(adapted(folder, *adapted_to), encoding="utf-8")
    program = nginx() or "nginx"
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(config), "-g", "daemon off;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait(process, proxy.http_port)
        yield proxy
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)
        behind.shutdown()
        behind.server_close()


def certify(folder: Path) -> None:
    """Write a certificate of an RSA key, with which a weaker key exchange would be possible."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-keyout", "tls_key", "-out", "tls_certificate"),
        ],
        cwd=folder,
        capture_output=True,
        check=True,
    )


def adapted(folder: Path, http_port: int, https_port: int, behind: int) -> str:
    """Return the shipped configuration for a folder of ours, ports, and the port of the server."""
    ours = {
        "listen 8080": f"listen 127.0.0.1:{http_port}",
        "listen 8443": f"listen 127.0.0.1:{https_port}",
        "http://web:8000": f"http://127.0.0.1:{behind}",
        "/run/secrets/": f"{folder}/",
        "/tmp/": f"{folder}/",
        "worker_processes auto": "worker_processes 1",
    }
    text = SHIPPED.read_text(encoding="utf-8")
    assert all(shipped in text for shipped in ours)
    text = re.sub("|".join(map(re.escape, ours)), lambda found: ours[found[0]], text)
    if _version() < SINCE_HTTP2_DIRECTIVE:
        text = text.replace("http2 on;", "")
    return f"user root;\n{text}" if os.geteuid() == 0 else text


def _version() -> tuple[int, ...]:
    told = subprocess.run([nginx() or "nginx", "-v"], capture_output=True, text=True, check=True)
    found = re.search(r"nginx/([\d.]+)", told.stderr)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _wait(process: "subprocess.Popen[str]", port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 204:
                return
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"nginx did not start: {process.communicate()[1]}")
