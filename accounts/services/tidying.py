"""Taking away what signing in leaves behind: nothing of it is history, the log is."""

from datetime import datetime, timedelta

from django.db.models import Model, Q, QuerySet

from accounts.models import (
    KnownDevice,
    PasskeyChallenge,
    PasswordReset,
    PasswordResetAsk,
    SignInSession,
    SignInTicket,
    SignInTry,
)
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events

BATCH = 1_000
DAY = timedelta(days=1)
TRIES_KEPT = timedelta(days=30)
DEVICES_KEPT = timedelta(days=365)


def clean_up(*, now: datetime) -> int:
    """Remove in batches what has been over for long enough, and return how many rows that was."""
    count = sum(_remove(rows) for rows in _over(now))
    if count:
        with installation_scope():
            events.record(Action.CLEANED_UP, count=count)
    return count


def _over(now: datetime) -> tuple[QuerySet[Model], ...]:
    return (
        SignInSession.objects.filter(Q(expire_date__lte=now) | Q(ended_at__lte=now - DAY)),
        SignInTicket.objects.filter(expires_at__lte=now - DAY),
        PasskeyChallenge.objects.filter(expires_at__lte=now - DAY),
        PasswordReset.objects.filter(expires_at__lte=now - DAY),
        PasswordResetAsk.objects.filter(asked_at__lte=now - DAY),
        SignInTry.objects.filter(at__lte=now - TRIES_KEPT, wrong_code=None),
        KnownDevice.objects.filter(last_used_at__lte=now - DEVICES_KEPT),
    )


def _remove(rows: QuerySet[Model]) -> int:
    removed = 0
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        removed += rows.model._base_manager.filter(pk__in=batch).delete()[0]
    return removed
