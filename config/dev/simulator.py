"""The payment simulator as a part of the stack: where it stands, and whom it reports to."""

import socket
from errno import EADDRINUSE
from pathlib import Path
from urllib.parse import urlsplit

from config.dev.postgres import free_port
from config.dev.stack import Stack
from config.dev.stripe_simulator.store import Store

PROGRAM = "config.dev.stripe_simulator"


def start(stack: Stack) -> dict[str, str]:
    """Start it, and return what the settings need to know of it.

    It keeps its port while that is free, because payment pages that were handed out name it.
    """
    folder = stack.state.folder
    note = folder / "simulator.port"
    port = int(note.read_text("utf-8")) if note.exists() else free_port()
    if hindrance(port):
        port = free_port()
    note.write_text(str(port), "utf-8")
    file = folder / "simulator.sqlite3"
    if file.exists():
        report_to(file, stack.base_url)
    stack.start("Simulator", "-m", PROGRAM, "--port", str(port), "--state", str(file))
    origin = f"http://127.0.0.1:{port}"
    return {"STRIPE_API_BASE": origin, "STRIPE_CHECKOUT_ORIGIN": origin}


def report_to(file: Path, base_url: str) -> None:
    """Point the webhooks of an earlier start to the port that the pages have now."""
    store = Store(file)
    try:
        with store.transaction():
            kept = store.rows("SELECT id FROM objects WHERE kind = 'webhook_endpoint'")
            for (endpoint_id,) in kept:
                if endpoint := store.get(endpoint_id):
                    path = urlsplit(endpoint["url"]).path
                    store.replace(endpoint | {"url": base_url + path})
    finally:
        store.close()


def hindrance(port: int) -> str:
    """Return why nothing can listen on this port of the loopback address; empty if it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return "it is taken" if error.errno == EADDRINUSE else str(error.strerror)
    return ""
