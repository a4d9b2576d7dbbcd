"""What `manage.py check --deploy` says of an installation's settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def operator_is_reached(**_: Any) -> list[CheckMessage]:
    """Warn where nobody would get the alarm that many names are tried at once."""
    if settings.OPERATOR_MAIL or settings.QUIETLEDGER_DEMO:
        return []
    return [
        Warning(
            "OPERATOR_MAIL is empty: alarms stand on the log only, and nobody gets a letter.",
            hint="Set it to an address that somebody reads.",
            id="accounts.W001",
        )
    ]
