"""The whole product for a day of its own: with the shipped proxy before it and a pooler behind."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from config.dev import demo, users
from config.dev.postgres import free_port
from config.dev.stack import Stack
from config.dev.state import State, write_private
from tests.attacks import pooler
from tests.canaries.places import dump_program
from tests.config import proxy

POOLED = ("DATABASE_URL", "DATABASE_GATE_URL")
LARGE = pooler.SETTINGS.replace("default_pool_size = 1", "default_pool_size = 20")


@contextlib.contextmanager
def whole(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[tuple[Stack, str]]:
    """Run everything, and give the address of the proxy. Temporary files have a folder there."""
    port, temporary = free_port(), folder / "tmp"
    temporary.mkdir(parents=True)
    temporary.chmod(0o777)
    patch.setenv("TMPDIR", str(temporary))
    if own := _server_with_dump():
        patch.setenv("PG_BIN", str(own))
    state = State(folder / "state")
    with demo.base(state, port, lasting=True, use_given=False, say=_quiet) as running:
        demo.prepare(running, _quiet)
        _pool(running)
        origin = _front(running, folder / "nginx", port)
        demo._start_worker(running)
        demo._start_web(running, port)
        demo._wait_ready(running, port)
        yield running, origin or running.base_url
    state.discard()


def _server_with_dump() -> Path | None:
    """Return the folder of a system's PostgreSQL that has a pg_dump of its own beside it."""
    program = dump_program(0)
    folder = Path(program).parent if program else None
    is_whole = folder and users.can_enter(folder / "postgres") and (folder / "initdb").exists()
    return folder if is_whole else None


def _pool(running: Stack) -> None:
    """Let the web server and the worker reach the database through PgBouncer."""
    program, state = pooler.program(), running.state
    port, people, settings = free_port(), state.servers / "people", state.servers / "pooler.ini"
    urls = {name: urlsplit(running.env[name]) for name in POOLED}
    known = [f'"{unquote(url.username or "")}" "{url.password}"' for url in urls.values()]
    server = {key: values[0] for key, values in parse_qs(urls["DATABASE_URL"].query).items()}
    write_private(people, "\n".join(known) + "\n")
    text = LARGE.format(host="127.0.0.1", port=server["port"], listen=port, people=people)
    write_private(settings, text)
    users.give(people)
    users.give(settings)
    running.family.start(
        "PgBouncer",
        [program, str(settings)],
        log=state.logs / "pgbouncer.log",
        env={"PATH": os.environ.get("PATH", os.defpath)},
        as_server=True,
    )
    for name, url in urls.items():
        host = re.sub(r"@.*", f"@127.0.0.1:{port}", url.netloc or "")
        running.env[name] = f"postgresql://{host}{url.path}"


def _front(running: Stack, folder: Path, behind: int) -> str:
    """Run the shipped nginx before the web server; return its address."""
    program = proxy.nginx()
    if program is None:
        return ""
    folder.mkdir()
    http_port, https_port = free_port(), free_port()
    proxy.certify(folder)
    config = folder / "nginx.conf"
    config.write_text(proxy.adapted(folder, http_port, https_port, behind), encoding="utf-8")
    running.family.start(
        "nginx",
        [program, "-p", str(folder), "-c", str(config), "-g", "daemon off;"],
        log=running.state.logs / "nginx.log",
        env={"PATH": os.environ.get("PATH", os.defpath)},
    )
    return f"http://127.0.0.1:{http_port}"


def _quiet(line: str) -> None:
    """Say nothing."""
