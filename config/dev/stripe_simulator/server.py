"""HTTP on a loopback port: the API, the hosted pages and the control surface."""

import socket
import struct
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.dev.stripe_simulator import api, control, pages
from config.dev.stripe_simulator.messages import Reply, Request
from config.dev.stripe_simulator.simulator import Simulator

_BODY_BYTES_MAX = 1_000_000


class Server(ThreadingHTTPServer):
    """One simulator on one address; `serve_forever` answers until `shutdown`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, state: Path) -> None:
        super().__init__((host, port), Handler)
        self.origin = f"http://{host}:{self.server_address[1]}"
        try:
            self.simulator = Simulator(state, self.origin)
        except BaseException:
            self.server_close()
            raise
        self.simulator.start()

    def close(self) -> None:
        self.server_close()
        self.simulator.close()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # Head and body are two writes: without this each answer waits 40 ms for the other side.
    disable_nagle_algorithm = True
    server_version = "StripeSimulator"
    sys_version = ""
    server: Server

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: requests are read over the control surface, and pages carry card numbers."""

    def _respond(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal()) or int(length) > _BODY_BYTES_MAX:
            self.close_connection = True
            self._write(Reply(413, b'{"error": {"message": "The body is too large."}}'))
            return
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=address.path,
            query=address.query,
            body=self.rfile.read(int(length)),
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        self._write(self._answer(request))

    def _answer(self, request: Request) -> Reply:
        if request.path == "/healthz":
            return Reply(200, b'{"status": "ok"}')
        if request.path.startswith("/v1/"):
            return api.answer(self.server.simulator, request)
        if request.path.startswith("/_sim/"):
            # A foreign name that leads here is a page of another site at work.
            if urlsplit(f"//{request.headers.get('host', '')}").hostname in (
                "127.0.0.1",
                "localhost",
            ):
                return control.answer(self.server.simulator, request)
            return Reply(421, b'{"error": {"message": "Ask by the loopback address."}}')
        return pages.answer(self.server.simulator, request)

    def _write(self, reply: Reply) -> None:
        if reply.broken in ("stall", "reset"):
            time.sleep(reply.stall_seconds)
            self._break()
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.broken == "cut":
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self.wfile.flush()
            self._break()
            return
        self.wfile.write(reply.body)

    def _break(self) -> None:
        """Reset the connection, as a network does, instead of ending it politely."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True
