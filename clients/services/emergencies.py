"""Opening a record in an emergency, and reviewing that it was right.

HIPAA 45 CFR 164.312(a)(2)(ii) asks for a way in when there is no time. It is loud: the
administrators are told at once, it ends within the hour, and it stays on a list until somebody
else has looked at it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import reach
from accounts.services import mail
from audit.actions import Action
from audit.services import events
from clients.models import Client, EmergencyAccess

LASTS = timedelta(minutes=60)


class OneselfReviewed(Exception):
    """A member would review their own access."""

    def __init__(self) -> None:
        super().__init__("Somebody else has to review what you opened yourself.")


class StillOpen(Exception):
    """The hour is not over: whoever looked may look again, and the review would not see it."""

    def __init__(self) -> None:
        super().__init__("This record is still open to them. Review it once the hour is over.")


class AlreadyReviewed(Exception):
    """Somebody was first."""

    def __init__(self) -> None:
        super().__init__("Somebody has reviewed this already.")


@transaction.atomic
def open_record(
    *, client: Client, reason: EmergencyAccess.Reason, now: datetime, by: Membership
) -> EmergencyAccess:
    """Open a client's record to a member for an hour, and tell those who review it.

    Opening it again while it is open changes nothing.
    """
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
    running = EmergencyAccess.objects.filter(client=client, member=by, ends_at__gt=now).first()
    if running is not None:
        return running
    opened = EmergencyAccess.objects.create(
        client=client, member=by, reason=reason, opened_at=now, ends_at=now + LASTS
    )
    events.record(
        Action.EMERGENCY_OPENED, target=client, touched=[client.pk], reason=opened.reason.lower()
    )
    for address in reach.addresses_of_holders(Permission.EMERGENCY_REVIEW, but=by):
        mail.queue(to=address, template="emergency", now=now, context={"member": by.display_name})
    return opened


@transaction.atomic
def review(
    *, opened: EmergencyAccess, finding: EmergencyAccess.Finding, now: datetime, by: Membership
) -> None:
    """Note what somebody else than the member found, once the access has ended.

    Raises:
        OneselfReviewed, StillOpen, AlreadyReviewed
    """
    if opened.member_id == by.pk:
        raise OneselfReviewed
    if now < opened.ends_at:
        raise StillOpen
    waiting = EmergencyAccess.objects.filter(pk=opened.pk, finding="")
    if not waiting.update(finding=finding, reviewed_at=now, reviewed_by=by):
        raise AlreadyReviewed
    events.record(
        Action.EMERGENCY_REVIEWED,
        target=opened.client,
        member=str(opened.member_id),
        finding=finding.lower(),
    )
