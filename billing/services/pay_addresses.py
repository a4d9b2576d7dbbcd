"""Where a pay link leads. Our own address is configured: no header of a request decides it."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse


def of(text: str) -> str:
    """Return the address of a link, which is the link itself."""
    return str(settings.BASE_URL) + reverse("billing:pay_open", kwargs={"token": text})


def account() -> str:
    """Return where a client comes back to without having paid."""
    return str(settings.BASE_URL) + reverse("billing:pay_account")


def result(intent_id: UUID) -> str:
    """Return where a client comes back to when they have paid."""
    return str(settings.BASE_URL) + reverse("billing:pay_result", kwargs={"pk": intent_id})
