"""The review of an emergency: of all that was looked at, once the record is shut, and for good."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import tasks
from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events
from clients.models import Client, EmergencyAccess
from clients.selectors import emergencies as opened
from clients.services import emergencies
from tests.clients.people import added
from tests.clients.services.test_emergencies import RIGHT, client_record, open_record
from tests.houses import House

__all__ = ["client_record"]


@pytest.mark.parametrize(("seconds", "is_early"), [(-1, True), (0, False)])
def test_it_is_not_reviewed_while_the_record_is_open(
    client_record: Client,
    therapist: Membership,
    administrator: Membership,
    seconds: int,
    is_early: bool,
) -> None:
    """Looks after the review would reach nobody."""
    access = open_record(client_record, therapist)
    now = access.ends_at + timedelta(seconds=seconds)
    [waiting] = opened.waiting(administrator, now=now)
    assert waiting.is_open is is_early

    with pytest.raises(emergencies.StillOpen) if is_early else nullcontext():
        emergencies.review(opened=access, finding=RIGHT, now=now, by=administrator)


def test_the_database_refuses_a_review_of_a_record_still_open(
    client_record: Client, therapist: Membership, administrator: Membership
) -> None:
    access = open_record(client_record, therapist)
    early = access.ends_at - timedelta(seconds=1)
    found = EmergencyAccess.objects.filter(pk=access.pk)

    with pytest.raises(IntegrityError, match="reviewed_once_over"), transaction.atomic():
        found.update(finding=RIGHT, reviewed_at=early, reviewed_by=administrator)


@pytest.mark.parametrize(
    "values",
    [
        {"finding": EmergencyAccess.Finding.UNJUSTIFIED},
        {"finding": "", "reviewed_at": None, "reviewed_by": None},
    ],
)
def test_the_database_keeps_what_was_found(
    client_record: Client,
    therapist: Membership,
    administrator: Membership,
    values: dict[str, object],
) -> None:
    access = open_record(client_record, therapist, minutes_ago=61)
    emergencies.review(opened=access, finding=RIGHT, now=timezone.now(), by=administrator)

    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        EmergencyAccess.objects.filter(pk=access.pk).update(**values)


def test_the_letter_leaves_with_the_next_run_within_a_minute(
    practice: House, therapist: Membership, mailoutbox: list[EmailMessage]
) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        open_record(added(therapist), therapist)
    assert not mailoutbox

    tasks.send_mail_of(practice_id=str(practice.id))

    assert [letter.to for letter in mailoutbox] == [["administrator@harbor-lane.example"]]
    beat = settings.CELERY_BEAT_SCHEDULE["mail"]
    assert beat["task"] == tasks.send_mail.name
    assert float(str(beat["schedule"])) < 60


def test_a_long_look_is_shown_whole_and_after_the_review_too(
    practice: House, therapist: Membership, administrator: Membership
) -> None:
    with practice_scope(practice.id, person_id=therapist.person_id):
        client = added(therapist)
    with practice_scope(practice.id, person_id=therapist.person_id):
        access = open_record(client, therapist)
        for _ in range(205):
            events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])

    with practice_scope(practice.id, person_id=administrator.person_id):
        [waiting] = opened.waiting(administrator, now=access.ends_at)
        emergencies.review(opened=access, finding=RIGHT, now=access.ends_at, by=administrator)
        [reviewed] = opened.reviewed(administrator, now=access.ends_at)

    assert len(waiting.looked_at) == 206
    assert reviewed.looked_at == waiting.looked_at
