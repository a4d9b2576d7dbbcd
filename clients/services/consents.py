"""What clients consented to: texts are published, consents recorded and withdrawn."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, Consent, ConsentText


class NoBody(Exception):
    """A text without words."""


class TextNotYet(Exception):
    """The text does not count on that day yet."""


class NotToday(Exception):
    """The day lies ahead."""


class EndsBeforeItIsGiven(Exception):
    """The last day lies before the first."""


class AlreadyGiven(Exception):
    """The client gave this consent on that day."""


class AlreadyWithdrawn(Exception):
    """The consent was withdrawn before."""


@transaction.atomic
def publish(
    *, kind: str, body: str, effective_from: date, now: datetime, by: Membership
) -> ConsentText:
    """Publish the next version of a text; the versions before stay as they are.

    Raises:
        NoBody: the text is empty.
    """
    if not body.strip():
        raise NoBody("Enter the text.")
    last = ConsentText.objects.filter(kind=kind).order_by("-version").first()
    text = ConsentText.objects.create(
        kind=kind,
        version=last.version + 1 if last else 1,
        body=body,
        effective_from=effective_from,
        added_at=now,
        added_by=by,
    )
    events.record(Action.CONSENT_TEXT_PUBLISHED, target=text)
    return text


@transaction.atomic
def record(
    *,
    client: Client,
    text: ConsentText,
    how: str,
    given_on: date,
    ends_on: date | None = None,
    today: date,
    now: datetime,
    by: Membership,
) -> Consent:
    """Record that a client consented to a version of a text.

    Raises:
        NotToday: ``given_on`` lies after ``today``.
        TextNotYet: the text counts from a later day than ``given_on``.
        EndsBeforeItIsGiven: ``ends_on`` lies before ``given_on``.
        AlreadyGiven: the same was recorded of that day.
    """
    if given_on > today:
        raise NotToday("This day lies ahead.")
    if text.effective_from > given_on:
        raise TextNotYet(f"This version counts from {text.effective_from} on.")
    if ends_on is not None and ends_on < given_on:
        raise EndsBeforeItIsGiven("The last day lies before the day it was given.")
    _lock(client)
    if Consent.objects.filter(
        client=client, text=text, given_on=given_on, withdrawn_at=None
    ).exists():
        raise AlreadyGiven("This is recorded already.")
    consent = Consent.objects.create(
        client=client,
        text=text,
        how=how,
        given_on=given_on,
        ends_on=ends_on,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(Action.CONSENT_RECORDED, target=client, touched=[client.pk])
    return consent


@transaction.atomic
def withdraw(
    *, consent: Consent, withdrawn_on: date, today: date, now: datetime, by: Membership
) -> None:
    """Record that a client withdrew a consent; what was done under it before stays right.

    Raises:
        AlreadyWithdrawn: it was withdrawn before.
        NotToday: ``withdrawn_on`` lies after ``today``, or before the consent was given.
    """
    _lock(consent.client)
    consent.refresh_from_db()
    if consent.withdrawn_at is not None:
        raise AlreadyWithdrawn("This was withdrawn before.")
    if not consent.given_on <= withdrawn_on <= today:
        raise NotToday("Choose a day between the one on which it was given and today.")
    consent.withdrawn_on, consent.withdrawn_at, consent.withdrawn_by = withdrawn_on, now, by
    consent.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by"])
    events.record(Action.CONSENT_WITHDRAWN, target=consent.client, touched=[consent.client_id])


def _lock(client: Client) -> None:
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
