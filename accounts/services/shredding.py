"""Destroying a practice's keys: what is sealed opens to nobody any more, here or in a backup
whose key-encryption key is gone. The log and the books stand; they hold no word of anybody.
"""

from datetime import datetime

from django.db import connection, transaction

from accounts import keys
from accounts.models import Act, DataKey, Draft, IndexKey, Membership
from accounts.selectors import members
from accounts.services import approvals, mail
from accounts.services.approvals import Waiting
from audit.actions import Action
from audit.services import events


class AnotherName(Exception):
    """What was typed is not the practice's short name."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"Type {slug} to say which practice you mean.")


@transaction.atomic
def ask_or_do(*, typed: str, now: datetime, by: Membership) -> Waiting | None:
    """Ask a second administrator, or destroy the keys once one has agreed. None: it is done.

    Raises:
        AnotherName
        approvals.AskedBySomebodyElse: a colleague has asked and waits.
        keys.KeyDestroyed: it was done before.
    """
    practice = members.practice()
    if typed.strip() != practice.slug:
        raise AnotherName(practice.slug)
    keys.index_key()
    answer = approvals.require(
        act=Act.SHREDDING,
        amount_cents=0,
        already_cents=0,
        subject_kind="accounts.practice",
        subject_id=practice.pk,
        label=practice.slug[:40],
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer
    _destroy(now)
    events.record(Action.PRACTICE_SHREDDED, target=practice)
    return None


def _destroy(now: datetime) -> None:
    # What is empty or given up asks for no key.
    mail.give_up()
    Draft.objects.filter(fields__isnull=False).update(fields=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock("
            "hashtextextended('data keys ' || current_practice_id(), 0))"
        )
    for model in (DataKey, IndexKey):
        live = model._default_manager.filter(destroyed_at=None)
        live.update(wrapped=None, destroyed_at=now)
    keys.forget_scope()
