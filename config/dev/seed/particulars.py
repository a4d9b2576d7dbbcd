"""What documents say of a demo practice: an address that is nobody's, and numbers that check."""

from datetime import datetime

from accounts.models import Membership
from accounts.selectors import members, particulars
from accounts.services import particulars as services
from config.dev.seed.story import PracticeStory

STREETS = 400


def say(story: PracticeStory, *, now: datetime, by: Membership) -> None:
    """Say what documents name of a practice that stands, and of its therapists."""
    number = sum(map(ord, story.slug)) % STREETS + 1
    services.set_of_practice(
        legal_name=f"{story.name} LLC",
        street=f"{number} Example Street",
        city="Albany",
        region="NY",
        postal_code="12207",
        phone="518-555-0100",
        tax_id=f"00{number:07}",
        npi="",
        now=now,
        by=by,
    )
    for place, therapist in enumerate(members.therapists()):
        services.set_of_therapist(
            member=therapist,
            legal_name=therapist.display_name,
            credentials="LCSW",
            license_number=f"0{number}{place:02}",
            license_region="NY",
            npi=_npi(number * 100 + place),
            now=now,
            by=by,
        )


def _npi(number: int) -> str:
    """Return the NPI that begins with 1 and a number, with the digit that checks it."""
    begun = f"1{number:08}"
    return next(f"{begun}{last}" for last in range(10) if particulars.is_npi(f"{begun}{last}"))
