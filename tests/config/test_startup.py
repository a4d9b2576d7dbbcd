"""A server that is set up badly does not start, and says why."""

import base64
import json
import os
import resource
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from accounts.crypto import KeyRing
from accounts.keys import DataKey, Kept
from tests.figures import Tell

GOOD_SECRET = secrets.token_urlsafe(64)
DEBUGGING = "from config.settings import *\nDEBUG = True\n"
ADAPTER = (
    "from accounts.crypto import KeyRing\n"
    "class Service(KeyRing):\n"
    "    pass\n"
    "def adapter():\n"
    "    return Service({1: bytes(range(0, 96, 3))})\n"
)


def keys(*made: bytes) -> str:
    numbered = {str(n): base64.b64encode(key).decode() for n, key in enumerate(made, start=1)}
    return json.dumps({"kek": numbered})


def key_file(folder: Path, mode: int = 0o600, text: str | None = None) -> str:
    path = folder / "keys.json"
    path.write_text(keys(secrets.token_bytes(32)) if text is None else text)
    path.chmod(mode)
    return str(path)


def starting(
    folder: Path, env: dict[str, str | None], script: str = "import config.wsgi"
) -> subprocess.Popen[str]:
    """Start what the web server imports, in an environment of its own, core files allowed."""
    good: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{settings.BASE_DIR}:{folder}",
        "DATABASE_URL": "postgresql://app@localhost/none",
        "DATABASE_GATE_URL": "postgresql://gate@localhost/none",
        "REDIS_URL": "redis://localhost",
        "QUIETLEDGER_SECRET_KEY": GOOD_SECRET,
        "QUIETLEDGER_KEYS": keys(secrets.token_bytes(32)),
    }
    return subprocess.Popen(
        ["sh", "-c", 'ulimit -c unlimited; exec "$0" -c "$1"', sys.executable, script],
        cwd=folder,
        env={name: value for name, value in (good | env).items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return its exit code and its last words."""
    _, words = process.communicate()
    return process.returncode, words.strip().rpartition("\n")[2]


def bad_ones(folder: Path) -> list[tuple[dict[str, str | None], str]]:
    """Return (what is set differently, what the refusal says)."""
    same = secrets.token_bytes(32)
    loose = folder / "secret_key"
    loose.write_text(GOOD_SECRET)
    loose.chmod(0o644)
    (folder / "debugging.py").write_text(DEBUGGING)
    for name in ("world", "group", "writable", "broken"):
        (folder / name).mkdir()
    keyed = "QUIETLEDGER_KEYS"
    secret = "QUIETLEDGER_SECRET_KEY"
    return [
        ({keyed: None}, "QUIETLEDGER_KEYS is not set"),
        ({keyed: str(folder / "nowhere.json")}, "key file cannot be read"),
        ({keyed: key_file(folder / "world", 0o644)}, "open to others"),
        ({keyed: key_file(folder / "group", 0o640)}, "open to others"),
        ({keyed: key_file(folder / "writable", 0o602)}, "open to others"),
        ({keyed: key_file(folder / "broken", text="{}")}, "not of the form"),
        ({keyed: keys(b"short")}, "32 random bytes"),
        ({keyed: keys(bytes(32))}, "no random one"),
        ({keyed: keys(bytes(range(32)))}, "no random one"),
        ({keyed: keys(b"correct-horse-battery-staple-123")}, "no random one"),
        ({keyed: keys(same, same)}, "the same key"),
        ({secret: None}, "QUIETLEDGER_SECRET_KEY is not set"),
        ({secret: "django-insecure-" + "x1y2z3w4" * 6}, "is a default"),
        ({secret: "too short"}, "50 random characters"),
        ({secret: None, f"{secret}_FILE": str(loose)}, "open to others"),
        ({"DJANGO_SETTINGS_MODULE": "debugging"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": "*"}, "takes every name"),
        ({"QUIETLEDGER_KEY_ADAPTER": "nowhere.adapter"}, "names nothing"),
    ]


def test_a_bad_installation_does_not_start_and_says_why(tmp_path: Path, tell: Tell) -> None:
    bad = bad_ones(tmp_path)
    running = [starting(tmp_path, env) for env, _ in bad]

    for process, (env, words) in zip(running, bad, strict=True):
        code, last = ended(process)
        assert code != 0, env.keys()
        assert words in last
        assert not any(value in last for value in env.values() if value and len(value) > 20), last
    tell(f"{len(bad)} bad configurations, {len(bad)} refusals in plain words")


def test_a_good_one_starts(tmp_path: Path) -> None:
    assert ended(starting(tmp_path, {"QUIETLEDGER_KEYS": key_file(tmp_path)})) == (0, "")


def test_a_key_service_takes_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(ADAPTER)

    service: dict[str, str | None] = {
        "QUIETLEDGER_KEYS": None,
        "QUIETLEDGER_KEY_ADAPTER": "service.adapter",
    }
    assert ended(starting(tmp_path, service)) == (0, "")


def test_no_key_stands_in_what_is_printed_of_a_ring() -> None:
    secret = secrets.token_bytes(32)
    key = DataKey(uuid4(), 1, secret)
    shown = repr([KeyRing({1: secret}), key, Kept(0.0, {1: key}, secret, frozenset())])

    assert secret.hex() not in shown
    assert repr(secret) not in shown


def test_a_server_that_crashes_writes_its_memory_nowhere(tmp_path: Path) -> None:
    crash = (
        "import resource as r, os, config.wsgi\n"
        "print(r.getrlimit(r.RLIMIT_CORE), flush=True)\n"
        "os.abort()\n"
    )
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    started = starting(tmp_path, {"PYTHONDONTWRITEBYTECODE": "1"}, crash)

    told, _ = started.communicate(timeout=60)

    assert told.strip() == ("(1, 1)" if hard else "(0, 0)")
    assert started.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []
