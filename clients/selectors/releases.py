"""What was handed out about a client: the accounting of 45 CFR 164.528."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clients.models import Client, Consent, ConsentText, Release
from clients.selectors import families
from clients.selectors.restrictions import Purpose

PURPOSES = {Release.To.PLAN: Purpose.PAYER, Release.To.OTHER: Purpose.EXPORT}
"""What handing out to somebody else is for; what the client gets nothing keeps back."""


@dataclass(frozen=True, slots=True, repr=False)
class Handed:
    """A file that was handed out: when, to whom, what, and why. The client's own has no name."""

    pk: UUID
    made_at: datetime
    made_by: str
    recipient: str
    what: str
    reason: str
    sha256: str


def of(client: Client) -> list[Handed]:
    """Return what was handed out about any record of a person, newest first."""
    found = Release.objects.filter(client__in=families.records_of(client)).select_related("made_by")
    return [
        Handed(
            pk=row.pk,
            made_at=row.made_at,
            made_by=row.made_by.display_name,
            recipient="\n".join(
                filter(None, [row.recipient or "The client", row.recipient_address])
            ),
            what=f"Everything held, as {row.format}",
            reason=row.get_reason_display(),
            sha256=row.sha256,
        )
        for row in found.order_by("-made_at", "-id")
    ]


def standing_consent(client: Client, *, on: date) -> Consent | None:
    """Return a consent of the person to 42 CFR Part 2 that covers a day and was not withdrawn."""
    given = Consent.objects.filter(
        client__in=families.records_of(client),
        text__kind=ConsentText.Kind.PART_2,
        given_on__lte=on,
        withdrawn_at=None,
    )
    return given.exclude(ends_on__lt=on).order_by("-given_on", "-id").first()
