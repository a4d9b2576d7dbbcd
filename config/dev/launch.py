"""Where a command of manage.py goes: to the demo, to the tests, or to Django with a database."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence

from config.dev import given
from config.dev.state import Refused, State

WITHOUT_DATABASE = {"help", "version", "--help", "-h", "--version", "check_all", "makemigrations"}
PREPARING = {"migrate", "prepare_demo", "provision_context", "showmigrations", "dbshell", "shell"}
PLACEHOLDERS = {
    **dict.fromkeys(given.DATABASES, "postgresql://nobody@/none?host=/nowhere"),
    "REDIS_URL": "unix:///nowhere/valkey.sock",
    "QUIETLEDGER_SECRET_KEY": "no page is served by this command",
}


def main(arguments: Sequence[str]) -> int:
    """Run the command that manage.py was given, and return its exit code."""
    command = arguments[1] if len(arguments) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        if command in {"demo", "test", "bench"}:
            return _stack_command(command, arguments[2:])
        with _environment(command):
            _run(arguments)
    except Refused as refusal:
        sys.stderr.write(f"manage.py: {refusal}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _stack_command(command: str, arguments: Sequence[str]) -> int:
    # A container's image holds none of this, so it is imported only where it is used.
    from config.dev import demo, testing
    from config.dev.bench import running

    commands = {"demo": demo.main, "test": testing.main, "bench": running.main}
    return commands[command](arguments)


def _run(arguments: Sequence[str]) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(list(arguments))


@contextlib.contextmanager
def _environment(command: str) -> Iterator[None]:
    """Give the command a database: the one that is set, or the demo's."""
    if command in WITHOUT_DATABASE:
        for name, value in PLACEHOLDERS.items():
            if not given.is_set(name):
                os.environ[name] = value
        yield
        return
    if given.databases():
        yield
        return
    with _demo_environment(command) as env:
        os.environ.update(env)
        yield


@contextlib.contextmanager
def _demo_environment(command: str) -> Iterator[dict[str, str]]:
    """Use the stack that runs in the demo's folder, or run its servers while the command does."""
    from config.dev import demo
    from config.dev.stack import guest, is_claimed

    state = State(demo.FOLDER)
    state.prepare()
    if is_claimed(state):
        with guest(state) as env:
            yield env
        return
    with demo.base(state, demo.PORT, lasting=True, use_given=True, say=_quiet) as running:
        if command not in PREPARING:
            demo.prepare(running, _say)
        yield running.env


def _say(line: str) -> None:
    sys.stderr.write(f"· {line}\n")


def _quiet(line: str) -> None:
    """Say nothing: a command's own output is enough."""
