"""The alarm that many names are tried at once, each with few guesses."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from accounts.models import SignInTry, SprayAlarm
from accounts.services import mail
from accounts.services.tries import ALARM_LOCK, SPRAY_WINDOW, hold
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events

logger = logging.getLogger(__name__)


def watch(*, now: datetime) -> SprayAlarm | None:
    """Raise the alarm if strangers' devices failed under too many names; once in ten minutes.

    Names that nobody has count as well. The log and the operator are told before the alarm is
    written down: should the telling fail, it is tried again. The stream of the process has a line
    in any case, with no name in it, for whoever collects it.
    """
    with transaction.atomic(using="gate"):
        hold(*ALARM_LOCK)
        recent = SprayAlarm.objects.filter(raised_at__gt=now - SPRAY_WINDOW)
        names = names_tried(now=now)
        if names < settings.SPRAY_NAMES or recent.exists():
            return None
        with installation_scope():
            events.record(Action.SPRAY_ALARM, names=names)
            if settings.OPERATOR_MAIL:
                mail.queue(
                    to=settings.OPERATOR_MAIL,
                    template="spray",
                    now=now,
                    context={"names": names, "now": now},
                )
        logger.warning("Sign-ins failed under %d names in ten minutes, from new devices.", names)
        return SprayAlarm.objects.create(raised_at=now, names=names)


def names_tried(*, now: datetime) -> int:
    """Return under how many names strangers' devices failed in the last ten minutes."""
    failed = SignInTry.objects.filter(device_id=None, succeeded=False, at__gt=now - SPRAY_WINDOW)
    counted = failed.aggregate(names=Count("name_hash", distinct=True))
    return int(counted["names"])
