"""Changing a practice's rules for signing in."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership, SecurityPolicy
from accounts.selectors.policies import Rules
from accounts.services import idle
from audit.actions import Action
from audit.services import events

WORDS = {
    "rotation_days": "how long a password lasts",
    "idle_minutes": "quiet minutes",
    "sessions_max": "browsers at once",
}


@transaction.atomic
def change(*, rules: Rules, now: datetime, by: Membership) -> None:
    """Let the practice in scope sign in by these rules; they count from the next sign-in.

    Fewer or more quiet minutes count at once, in every browser. Nothing is written when nothing
    differs.
    """
    row = SecurityPolicy.objects.select_for_update(no_key=True).get()
    wanted = {name: getattr(rules, name) for name in WORDS}
    changed = [WORDS[name] for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return
    profiles = SecurityPolicy.PasswordProfile
    row.rotation_days = rules.rotation_days
    row.password_profile = profiles.CALENDAR if rules.rotation_days else profiles.COMPROMISE
    row.idle_minutes, row.sessions_max = rules.idle_minutes, rules.sessions_max
    row.changed_at, row.changed_by = now, by
    row.save()
    events.record(Action.SECURITY_POLICY_CHANGED, target=row, changed=", ".join(changed))
    idle.apply(row.practice_id, row.idle_minutes * idle.MINUTE)
