"""Reading the log for what wants a look: each event once, in order, some at a time.

All of a reading is one transaction, under the lock of the practice's cursor: one that is killed
half-way did nothing, and of two at once the second begins where the first ended. Each event is
looked at by the rules as they stood when it was written, however much later it is read.
"""

from datetime import datetime
from itertools import takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import AlertAddress, AlertCursor, Membership
from accounts.selectors import alert_settings, members
from accounts.services import alert_cases
from accounts.services.alert_hits import Kin, Stretch, look
from audit.selectors import reading
from audit.selectors.reading import Appended

AT_ONCE = 2_000
"""Events that one reading takes: few enough to be over within seconds."""


@transaction.atomic
def read(*, kin: Kin, now: datetime, at_once: int = AT_ONCE) -> bool:
    """Read what was appended to the log of the practice in scope since it was read last, and raise
    cases of what its rules see. Return whether more waits.

    It may be done any number of times, and from several sides: an event is read once.
    """
    if reading.length() <= (AlertCursor.objects.values_list("seq", flat=True).first() or 0):
        return False
    cursor = alert_cases.lock()
    new = reading.appended(cursor.seq, limit=at_once)
    if not new:
        return False
    at_most = len(new)
    if (changed := alert_settings.set_next(after=new[0].at)) is not None:
        new = list(takewhile(lambda each: each.at < changed, new))
    people = _members(new)
    stretch = Stretch(
        new=new,
        members=people,
        rules=alert_settings.standing(at=new[0].at),
        zone=ZoneInfo(members.practice().time_zone),
        known=_known(new, people),
    )
    found = look(stretch, kin=kin)
    AlertAddress.objects.bulk_create(
        AlertAddress(member_id=member, network=network, first_seq=seq)
        for member, network, seq in found.networks
    )
    alert_cases.take_in(found.hits, rules=stretch.rules, now=now)
    AlertCursor.objects.filter(pk=cursor.pk).update(seq=new[-1].seq)
    return at_most == at_once or len(new) < at_most


def _members(new: list[Appended]) -> dict[UUID, UUID]:
    """Return person → membership of whoever did any of it; the practice itself is none."""
    people = {each.person_id for each in new if each.person_id}
    rows = Membership.objects.filter(person_id__in=people).values_list("person_id", "pk")
    return {person: pk for person, pk in rows if person}


def _known(new: list[Appended], people: dict[UUID, UUID]) -> set[tuple[UUID, str]]:
    """Return from where the log knows those people."""
    rows = AlertAddress.objects.filter(member__in=people.values())
    return set(rows.values_list("member_id", "network"))
