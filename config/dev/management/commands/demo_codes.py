"""Show the six-digit codes of the demo's people: never in a page, and never of real people."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from django.core.management.base import BaseCommand, CommandError

from accounts.selectors.installation import is_demo
from config.dev import people
from config.dev.state import Refused


class Command(BaseCommand):
    help = "Show the current codes of the demo's people."

    def handle(self, *args: object, **options: object) -> None:
        if not is_demo():
            raise CommandError("This database does not bear the demo's mark; no code is shown.")
        folder = Path(os.environ.get("QUIETLEDGER_STATE", people.FOLDER))
        try:
            members = people.read(folder)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for line in lines(members, datetime.now(UTC)):
            self.stdout.write(line)


def lines(members: list[people.Person], now: datetime) -> list[str]:
    """Return one line for each person with the code of this moment, and how long it lasts."""
    shown = []
    for member in members:
        totp = pyotp.TOTP(member["totp_secret"])
        left = totp.interval - int(now.timestamp()) % totp.interval
        shown.append(f"{people.card(member)} {totp.at(now)}  {left:>2} s left")
    return shown
