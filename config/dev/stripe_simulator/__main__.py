"""`python -m config.dev.stripe_simulator --port 8020 --state simulator.sqlite3`."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

from config.dev.stripe_simulator.server import Server
from config.dev.stripe_simulator.store import UnusableState

_LIVE = ("sk_live_", "rk_live_")


def live_key(environment: Mapping[str, str]) -> str | None:
    """The name of a variable that holds a live key of Stripe."""
    for name, value in environment.items():
        if (name.startswith("STRIPE_") or name.endswith("_KEY")) and any(
            mark in value for mark in _LIVE
        ):
            return name
    return None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.dev.stripe_simulator")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file, made if missing")
    parser.add_argument("--host", choices=["127.0.0.1"], default="127.0.0.1")
    given = parser.parse_args(arguments)
    if (name := live_key(os.environ)) is not None:
        return _refuse(f"{name} holds a live Stripe key: the simulator does not run beside one.")
    try:
        server = Server(given.host, given.port, given.state)
    except UnusableState as error:
        return _refuse(str(error))
    except (OSError, OverflowError) as error:
        return _refuse(f"Port {given.port} cannot be used: {error}.")
    _serve(server)
    return 0


def _serve(server: Server) -> None:
    def stop(signum: int, frame: object) -> None:
        Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"The Stripe simulator listens on {server.origin}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.close()


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
