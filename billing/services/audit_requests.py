"""Asking to be shown something, answering, and accepting: step after step, none of them undone."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import AuditRequest, AuditRequestStep, Membership
from audit.actions import Action
from audit.services import events

Kind = AuditRequestStep.Kind
ACTIONS = {
    Kind.ANSWERED: Action.AUDIT_REQUEST_ANSWERED,
    Kind.AGAIN: Action.AUDIT_REQUEST_ASKED_AGAIN,
    Kind.ACCEPTED: Action.AUDIT_REQUEST_ACCEPTED,
    Kind.WITHDRAWN: Action.AUDIT_REQUEST_WITHDRAWN,
}
OVER = (Kind.ACCEPTED, Kind.WITHDRAWN)


class MovedOn(Exception):
    """Somebody did something else with the request since it was shown."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody went on with this request meanwhile. Read what stands there now, then decide."
        )


class OwnAnswer(Exception):
    """Whoever answered would say that the answer is good enough."""

    def __init__(self) -> None:
        super().__init__("You gave this answer yourself. Somebody else accepts it.")


class NotYours(Exception):
    """Somebody would end a request, or ask again, who did not make it."""

    def __init__(self) -> None:
        super().__init__(
            "Only whoever made this request accepts an answer to it, asks again or takes it back."
        )


@transaction.atomic
def ask(*, own_words: str, due_on: date, key: UUID, now: datetime, by: Membership) -> AuditRequest:
    """Ask to be shown something by a day. A form that is sent twice asks once."""
    # One after the other, by the row that says who asks.
    Membership.objects.select_for_update(no_key=True).get(pk=by.pk)
    before = AuditRequest.objects.filter(key=key).first()
    if before is not None:
        return before
    asked = AuditRequest.objects.create(
        own_words=own_words, due_on=due_on, key=key, asked_at=now, asked_by=by
    )
    events.record(Action.AUDIT_REQUEST_ASKED, target=asked, due=due_on.isoformat())
    return asked


@transaction.atomic
def go_on(
    *,
    request: AuditRequest,
    kind: str,
    seen_turn: int,
    own_words: str = "",
    page: str = "",
    now: datetime,
    by: Membership,
) -> AuditRequestStep:
    """Go on with a request: answer it, accept the answer, ask once more, or take it back.

    ``seen_turn`` is the number of the last step when this was decided.

    Raises:
        MovedOn: another step was taken since, or this one does not follow the last.
        OwnAnswer: it would accept, or send back, an answer of its own.
        NotYours: it would accept, send back or take back what somebody else asked for.
    """
    AuditRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    last = AuditRequestStep.objects.filter(request=request).order_by("-turn").first()
    stands = last.kind if last else ""
    if (last.turn if last else 0) != seen_turn or not _follows(kind, stands):
        raise MovedOn
    if kind in (Kind.ACCEPTED, Kind.AGAIN) and last and last.done_by_id == by.pk:
        raise OwnAnswer
    if kind != Kind.ANSWERED and request.asked_by_id != by.pk:
        raise NotYours
    step = AuditRequestStep.objects.create(
        request=request,
        turn=seen_turn + 1,
        kind=kind,
        own_words=own_words,
        page=page,
        done_at=now,
        done_by=by,
    )
    events.record(ACTIONS[Kind(kind)], target=request, turn=step.turn)
    return step


def _follows(kind: str, stands: str) -> bool:
    if stands in OVER:
        return False
    if kind == Kind.WITHDRAWN:
        return True
    return (stands == Kind.ANSWERED) == (kind in (Kind.ACCEPTED, Kind.AGAIN))
