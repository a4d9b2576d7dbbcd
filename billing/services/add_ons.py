"""Adding to a session what was done beside its service."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from billing.models import ServiceCode, Session, SessionAddOn
from billing.selectors import add_ons, days, not_billed, prices, standing
from billing.services import numbers, sessions
from billing.services.sessions import CodeNotValid

__all__ = ["CodeNotValid", "DoesNotFit", "IsBilled", "KeyReused", "NoFee", "add"]


class DoesNotFit(Exception):
    """The add-on does not go with the session: its code, its minutes, or once too often."""


class IsBilled(Exception):
    """The session stands on an invoice, or on none for good."""


class NoFee(Exception):
    """The fee list has no fee for the add-on on that day."""


class KeyReused(Exception):
    """Another add-on was added under this key."""


@transaction.atomic
def add(
    *, session: Session, service_code: ServiceCode, key: UUID, now: datetime, by: Membership
) -> SessionAddOn:
    """Add to a session what was done beside its service, at the usual price of that day.

    It is recorded as a session of its own, so that it has its fee and its invoice line. The same
    ``key`` again returns the one that it has.

    Raises:
        DoesNotFit: its code does not stand beside the session's, or not so often.
        IsBilled: the session stands on an invoice, or was marked not to be billed.
        NoFee: the list has no fee for it on the session's day.
        CodeNotValid: the code cannot be billed on the session's day.
        KeyReused: the key belongs to another session or service.
    """
    numbers.lock(numbers.HOURS)  # A second click waits, and then finds what the first made.
    known = SessionAddOn.objects.filter(key=key).select_related("add_on").first()
    if known is not None:
        made = (known.session_id, known.add_on.service_code_id)
        if made != (session.pk, service_code.pk):
            raise KeyReused("This form was sent before, for another add-on. Start a new one.")
        return known
    line = standing.lines().filter(session=session).select_related("invoice").first()
    if line is not None:
        raise IsBilled(
            f"The session stands on {line.invoice.number}. Void that invoice first, then add it"
            " and bill both."
        )
    if not_billed.of(session) is not None:
        raise IsBilled("The session was marked not to be billed. Bill it after all first.")
    if add_ons.primaries_of([session.pk]):
        raise DoesNotFit("This is an add-on itself. Add it to its session.")
    on = days.day_of(session.started_at, days.zone())
    if refused := add_ons.problem(session, service_code.code, on=on):
        raise DoesNotFit(refused)
    client = session.client.merged_into or session.client
    price = prices.beside(client, service_code, on=on)
    if price is None:
        raise NoFee(f"{service_code.code} has no list fee on that day. Set one under Services.")
    beside = sessions.record(
        client=session.client,
        therapist=session.therapist,
        service_code=service_code,
        started_at=session.started_at,
        minutes=session.minutes,
        fee=price,
        is_beside=True,
        now=now,
        by=by,
    )
    return SessionAddOn.objects.create(
        session=session, add_on=beside, key=key, added_at=now, added_by=by
    )
