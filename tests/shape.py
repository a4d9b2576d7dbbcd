"""What a test database is made of, told by one short word."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
MADE_OF = (
    "*/migrations/*.py",
    "*/migrations/*.sql",
    "*/*.sql",
    "accounts/*.py",
    "accounts/models/*.py",
    "accounts/services/*.py",
    "audit/*.py",
    "ledger/*.py",
    "ledger/services/*.py",
    "tests/houses.py",
)
"""The schema, and what founds the practice that is in it from the beginning."""


def of_database(folder: Path = FOLDER) -> str:
    """Return eight hex digits that change with what the suite's database is made of."""
    seen = hashlib.sha256()
    for path in sorted({path for shape in MADE_OF for path in folder.glob(shape)}):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        seen.update(f"{path.relative_to(folder)}:{content}\n".encode())
    return seen.hexdigest()[:8]
