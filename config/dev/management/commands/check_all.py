"""Every check that needs no test run: format, lint, types, layers, templates, migrations, locks."""

import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from re import match

from django.core.management.base import BaseCommand, CommandError

from config.dev import locks
from config.dev.state import BASE_DIR

TOOLS = Path(sys.executable).parent
PROGRAMS: dict[str, list[str]] = {
    "format": [str(TOOLS / "ruff"), "format", "--check", "--output-format=concise", "."],
    "lint": [str(TOOLS / "ruff"), "check", "--output-format=concise", "."],
    "types": [str(TOOLS / "mypy"), "--strict", "."],
    "layers": [str(TOOLS / "lint-imports")],
    "template format": [str(TOOLS / "djlint"), "templates", "--check"],
    "template lint": [str(TOOLS / "djlint"), "templates", "--lint"],
    "migrations": [
        *(sys.executable, "-W", "ignore", "manage.py", "makemigrations"),
        *("--check", "--dry-run"),
    ],
}


class Command(BaseCommand):
    help = "Run every check, and fail at the end if one failed."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        checks: dict[str, Callable[[], str]] = {
            name: partial(run, program) for name, program in PROGRAMS.items()
        }
        checks["locks"] = unlocked
        failures = {}
        for name, check in checks.items():
            began = time.monotonic()
            complaint = check()
            verdict = "FAILED" if complaint else "ok"
            self.stdout.write(f"· {name:<16} {verdict:<7} {time.monotonic() - began:5.1f} s")
            self.stdout.flush()
            if complaint:
                failures[name] = complaint
        for name, complaint in failures.items():
            self.stdout.write(f"\n--- {name} ---\n{complaint}")
        if failures:
            raise CommandError(f"Failed: {', '.join(failures)}.")


def run(program: list[str]) -> str:
    """Run a program from the project's folder; return what it says if it fails."""
    done = subprocess.run(
        program,
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return (done.stdout.strip() or f"exit code {done.returncode}") if done.returncode else ""


def unlocked() -> str:
    """Return what pyproject.toml asks for and the lists do not lock."""
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(line for extra in extras for line in extra)]
    known: set[str] = set()
    for name in locks.LISTS:
        text = (BASE_DIR / name).read_text("utf-8")
        known |= locks.pinned(text)
        if "://" in text:
            return f"{name} names an address."
    names = {found.group() for line in asked if (found := match(r"[a-z0-9._-]+", line))}
    missing = sorted(names - known)
    return f"Not locked: {', '.join(missing)} (python -m config.dev.locks)" if missing else ""
