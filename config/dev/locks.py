"""The lists of locked packages: names, versions and hashes, and no address of any registry.

`python -m config.dev.locks` writes them anew from pyproject.toml, with the newest versions that
it allows; each list holds only what the ones before it do not.
"""

import re
import subprocess
import sys
from pathlib import Path

from config.dev.state import BASE_DIR

LISTS: dict[str, list[str]] = {
    "requirements.txt": [],
    "requirements-demo.txt": ["--extra", "demo"],
    "requirements-dev.txt": ["--extra", "demo", "--extra", "dev"],
}
PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==", re.MULTILINE)


def pinned(text: str) -> set[str]:
    """Return the names of the packages that a list locks."""
    return {found["name"] for found in PINNED.finditer(text)}


def without(text: str, names: set[str]) -> str:
    """Return a list without the blocks of some packages."""
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return "".join(block for block in blocks if not pinned(block) & names)


def compile_list(extras: list[str], constraint: Path | None) -> str:
    """Return what uv resolves for the project and some of its extras."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-annotate"]
    command += ["--python-version", "3.11", "--upgrade", *extras]
    if constraint:
        command += ["--constraint", str(constraint)]
    done = subprocess.run(
        [*command, "pyproject.toml"], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def main() -> None:
    known: set[str] = set()
    written: Path | None = None
    for name, extras in LISTS.items():
        text = without(compile_list(extras, written), known)
        path = BASE_DIR / name
        path.write_text(text, "utf-8")
        sys.stdout.write(f"{name}: {len(pinned(text))} packages\n")
        known |= pinned(text)
        written = written or path


if __name__ == "__main__":
    main()
