"""What no invoice will hold, and why."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import MissedFee, NotBilled, NotBilledTakenBack, Session

_TAKEN_BACK = Exists(NotBilledTakenBack.objects.filter(not_billed=OuterRef("pk")))


def standing() -> QuerySet[NotBilled]:
    """Return what was decided and not taken back."""
    return NotBilled.objects.filter(~_TAKEN_BACK)


def of(hour: Session | MissedFee) -> NotBilled | None:
    """Return why an hour is not billed, if it is not."""
    if isinstance(hour, Session):
        return standing().filter(session=hour).first()
    return standing().filter(missed_fee=hour).first()


KEPT_SESSION = Exists(standing().filter(session=OuterRef("pk")))
"""True of a session that is not to be billed."""

KEPT_FEE = Exists(standing().filter(missed_fee=OuterRef("pk")))
"""True of a fee of a missed hour that is not to be billed."""


def visible(clients: QuerySet[Any]) -> QuerySet[NotBilled]:
    """Return what stands of these clients, the latest decision first."""
    of_them = Q(session__client__in=clients) | Q(missed_fee__client__in=clients)
    related = ("decided_by", "session", "missed_fee")
    return standing().filter(of_them).select_related(*related).order_by("-decided_at", "-id")
