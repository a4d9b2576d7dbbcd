"""Clients who owe, added to a practice of the running product as its own services would."""

import json
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Membership, Practice
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from billing.models import ServiceCode
from billing.services import sessions
from clients.services import clients, contacts
from ledger.money import Money
from tests.billing.issuing import issue_one
from tests.journeys.house import HARBOR_LANE, House

AT_ONCE = 20
"""Clients in one transaction."""


def added(house: House, count: int) -> int:
    """Add so many clients who owe 150.00 to Harbor Lane; every tenth has no e-mail address."""
    said = house.run(
        "shell", "-v", "0", "-c", f"from tests.journeys import owing; owing.add({count})"
    )
    return int(json.loads(said))


def add(count: int) -> None:
    """Add them from inside the product, and print how many."""
    for practice_id in doors.practice_ids():
        with practice_scope(practice_id):
            if Practice.objects.get().slug != HARBOR_LANE:
                continue
            by = Membership.objects.exclude(person_id=None).order_by("created_at", "id")[0]
        for first in range(0, count, AT_ONCE):
            with practice_scope(practice_id):
                for number in range(first, min(first + AT_ONCE, count)):
                    _add_one(number, by)
        sys.stdout.write(json.dumps(count))


def _add_one(number: int, by: Membership) -> None:
    now = timezone.now()
    zone = ZoneInfo(members.practice().time_zone)
    today = now.astimezone(zone).date()
    has_email = number % 10
    client = clients.add(
        given_names="Quill",
        family_name=f"Owing {number:03}",
        birth_date=today - timedelta(days=12_000 + number),
        email=f"quill{number}@owing.example" if has_email else "",
        phone="",
        is_another_person=True,
        now=now,
        by=by,
    )
    if not has_email:
        contacts.add_address(client=client, street=f"{number} Elm St", now=now, by=by)
    held = sessions.record(
        client=client,
        therapist=members.therapists().order_by("id")[0],
        service_code=ServiceCode.objects.get(code="90834"),
        started_at=datetime.combine(today - timedelta(days=1), datetime.min.time(), zone),
        minutes=45,
        fee=Money(150_00),
        now=now,
        by=by,
    )
    issue_one(sessions=[held], issued_on=today, now=now, by=by)
