"""The people of a demo, read from the private file that the filling of the demo wrote."""

import json
import stat
from itertools import groupby
from pathlib import Path
from typing import TypedDict, cast

from config.dev.state import BASE_DIR, Refused

FOLDER = BASE_DIR / ".quietledger" / "demo"
FILE = "people.json"


class Person(TypedDict):
    """One member of a demo practice, with what they sign in with."""

    practice: str
    slug: str
    name: str
    role: str
    email: str
    password: str
    totp_secret: str


def read(folder: Path) -> list[Person]:
    """Return the people of a state folder, by practice. Raises Refused."""
    path = folder / FILE
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise Refused(f"{path} may be read by others (mode {mode:04o}): set it to 0600 first.")
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Refused(
            f"{path} cannot be read ({error.strerror}): start manage.py demo first."
        ) from error
    return sorted(cast("list[Person]", found), key=lambda person: person["slug"])


def welcome(address: str, folder: Path) -> str:
    """Return what a person needs to sign in, to be printed at the start."""
    lines = ["", f"Quietledger: {address}", ""]
    for practice, members in groupby(read(folder), lambda person: person["practice"]):
        lines.append(practice)
        lines += [f"{card(member)} {member['password']}" for member in members]
        lines.append("")
    lines += ["Their six-digit codes: python3 manage.py demo_codes", "Ctrl-C stops all of it.", ""]
    return "\n".join(lines)


def card(member: Person) -> str:
    """Return who somebody is, in columns."""
    return f"  {member['name']:<20} {member['role']:<14} {member['email']:<36}"
