"""The letters that went out, as those who receive them find them."""

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.journeys.house import House

WAIT_SECONDS = 60.0


def to(house: House, address: str, about: str, *, after: float = 0.0) -> str:
    """Return the text of the newest letter to an address whose subject says this; wait for it."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        for file in _newest(house, after):
            for letter in _letters(file):
                if letter["To"] == address and about in str(letter["Subject"]):
                    return str(letter.get_content())
        time.sleep(0.5)
    raise AssertionError(f"no letter to {address} about {about}")


def link_in(text: str) -> str:
    """Return the path of the one link of a letter."""
    [url] = re.findall(r"https?://\S+", text)
    return "/" + str(url).split("/", 3)[3]


def _newest(house: House, after: float) -> list[Path]:
    files = Path(house.env["EMAIL_FILE_DIR"]).glob("*.log")
    fresh = [file for file in files if file.stat().st_mtime > after]
    return sorted(fresh, key=lambda file: file.stat().st_mtime, reverse=True)


def _letters(file: Path) -> list[EmailMessage]:
    parts = file.read_bytes().split(b"-" * 79 + b"\n")
    return [message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]
