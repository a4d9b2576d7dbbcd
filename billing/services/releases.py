"""Handing out everything held about a client: to them, or to others as far as they allow it."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.selectors import held
from billing.services import record_pages
from clients.models import Client, Consent, Release, Restriction
from clients.selectors import families, releases, restrictions
from clients.services.restrictions import require_open

TYPES = {Release.Format.JSON: "application/json", Release.Format.PDF: "application/pdf"}


@dataclass(frozen=True, slots=True, repr=False)
class HandedOut:
    """The file, under a name that carries the client's code and no name."""

    release: Release
    content: bytes
    content_type: str
    file_name: str


def hand_out(
    *,
    client: Client,
    recipient_kind: str,
    recipient: str = "",
    recipient_address: str = "",
    reason: str,
    format: str,
    now: datetime,
    by: Membership,
) -> HandedOut:
    """Make the file for one recipient, and write down that it went to them.

    Not atomic as a whole: that it was refused stays on the log.

    Raises:
        Restricted: it is for somebody else, and the client has restricted that.
    """
    is_own = recipient_kind == Release.To.CLIENT
    consent = None if is_own else _permitted(client, recipient_kind, now)
    with transaction.atomic():
        content = _content(client, format, now)
        release = Release.objects.create(
            client=client,
            recipient_kind=recipient_kind,
            recipient=None if is_own else recipient,
            recipient_address=None if is_own or not recipient_address else recipient_address,
            reason=reason,
            format=format,
            consent=consent,
            sha256=sha256(content).hexdigest(),
            made_at=now,
            made_by=by,
        )
        events.record(
            Action.RECORD_RELEASED,
            target=client,
            touched=families.records_of(client),
            release=str(release.pk),
            recipient=str(Release.To(recipient_kind).label).lower(),
            reason=str(Release.Reason(reason).label).lower(),
            format=format,
        )
    name = f"record-{client.code}-{timezone.localdate(now):%Y-%m-%d}.{format}".lower()
    return HandedOut(release, content, TYPES[Release.Format(format)], name)


def _permitted(client: Client, recipient_kind: str, now: datetime) -> Consent | None:
    """Return the consent by which a record under 42 CFR Part 2 may be told, if it had to be there.

    Raises:
        Restricted
    """
    purpose = releases.PURPOSES[Release.To(recipient_kind)]
    consent = releases.standing_consent(client, on=timezone.localdate(now))
    found = restrictions.blocks(client, purpose=purpose)
    require_open(client, purpose=purpose, is_consented=consent is not None)
    needs_consent = any(each.kind == Restriction.Kind.PART_2 for each in found)
    return consent if needs_consent else None


def _content(client: Client, kind: str, now: datetime) -> bytes:
    document = held.of(client, now=now)
    if kind == Release.Format.PDF:
        return record_pages.pdf(document)
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
