"""The payment simulator's place in the stack."""

import socket
from pathlib import Path

from config.dev import simulator
from config.dev.stripe_simulator.store import Store


def test_webhooks_follow_the_pages_to_another_port(tmp_path: Path) -> None:
    file = tmp_path / "simulator.sqlite3"
    endpoint = {
        "id": "we_1",
        "object": "webhook_endpoint",
        "created": 0,
        "url": "http://127.0.0.1:8000/webhooks/stripe/one",
    }
    store = Store(file)
    with store.transaction():
        store.insert("acct_1", endpoint, None, {"secret": "whsec_kept"})
    store.close()

    simulator.report_to(file, "http://127.0.0.1:9000")

    store = Store(file)
    with store.transaction():
        moved, kept = store.get("we_1"), store.private("we_1")
    store.close()
    assert moved == endpoint | {"url": "http://127.0.0.1:9000/webhooks/stripe/one"}
    assert kept["secret"] == "whsec_kept"


def test_a_port_with_a_listener_is_hindered_and_a_free_one_is_not() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert simulator.hindrance(port) == "it is taken"

    assert simulator.hindrance(port) == ""
