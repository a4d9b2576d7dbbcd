"""What the addresses of styles, scripts and drawings are made of."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

LENGTH = 12


def fingerprint(folders: Iterable[Path], *others: str) -> str:
    """Return a name for all that stands in some folders, and for what else it depends on.

    It is part of every address, so that a file and what it imports change theirs together.
    """
    sum_of_all = sha256("\0".join(others).encode())
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = sha256(path.read_bytes()).hexdigest()
            sum_of_all.update(f"\0{path.relative_to(folder).as_posix()}\0{content}".encode())
    return sum_of_all.hexdigest()[:LENGTH]
