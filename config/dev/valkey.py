"""A private Valkey server: queue and cache, on a unix socket, with an append-only file."""

import signal
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from config.dev import binaries, users
from config.dev.postgres import server_environment
from config.dev.processes import POLL_SECONDS, Child, Family
from config.dev.state import Refused, State

READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Valkey:
    """One server in a state folder. ``lasting`` off keeps nothing on disk."""

    state: State
    lasting: bool = True

    @property
    def socket(self) -> Path:
        return self.state.socket_folder() / "valkey.sock"

    def start(self, family: Family) -> Child:
        """Start the server and return without waiting."""
        program = binaries.valkey(self.state.servers)
        data = self.state.servers / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        users.give(data)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "appendonly": "yes" if self.lasting else "no",
            "save": "",
        }
        # Else a server that was killed would leave a socket that looks alive.
        self.socket.unlink(missing_ok=True)
        return family.start(
            "Valkey",
            [
                str(program),
                *(part for key, value in settings.items() for part in (f"--{key}", value)),
            ],
            log=self.state.logs / "valkey.log",
            env=server_environment(),
            as_server=True,
            stop_signal=signal.SIGTERM,
        )

    def wait(self, child: Child) -> None:
        """Return when the server answers; raises Refused when it ended."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.answers():
            if child.exit_code is not None:
                raise Refused(f"Valkey did not start: {child.last_words(1)}")
            if time.monotonic() > deadline:
                raise Refused(f"Valkey gave no answer; its log is {child.log}.")
            time.sleep(POLL_SECONDS)

    def answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def environment(self) -> dict[str, str]:
        return {"REDIS_URL": f"unix://{self.socket}?db=0"}
