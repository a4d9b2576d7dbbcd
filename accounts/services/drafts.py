"""What somebody had typed when they were called away: kept sealed, and gone once it was sent.

Saving one is not told to the log: it happens while somebody types, and only they ever see it.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from accounts.models import Draft, Membership
from accounts.selectors import drafts
from accounts.selectors.drafts import KEPT_FOR, Typed

PAGES_MAX = 50
"""Pages for which one person's typing is kept; a further one takes the place of the oldest."""

SECRET_NAME = re.compile(
    r"password|passkey|secret|token|credential|recovery|otp\b|\Astep_up_|\Acsrf|\Akey\Z"
)
ONE_TIME_CODE = re.compile(r"\s*[0-9]{3}\s?[0-9]{3}\s*")


def keep(*, member: Membership, path: str, typed: Typed, now: datetime) -> None:
    """Keep what stands in a page's forms, in place of what was kept of it; no form empties it."""
    fields = {form: harmless(values) for form, values in typed.items()}
    if not fields:
        throw_away(member=member, path=path)
        return
    # Two tabs of one person may save at once.
    Membership.objects.select_for_update(no_key=True).get(pk=member.pk)
    draft = _place(member, path)
    draft.path, draft.fields, draft.saved_at = path, fields, now
    draft.save(update_fields=None if draft._state.adding else ["path", "fields", "saved_at"])


def keep_form(
    *, member: Membership, path: str, form: str, values: Mapping[str, list[str]], now: datetime
) -> None:
    """Keep what one form of a page said, beside what is kept of the others."""
    kept = drafts.of(member=member, path=path, now=now)
    others = kept.typed if kept else {}
    keep(member=member, path=path, typed={**others, form: dict(values)}, now=now)


def sent(*, member: Membership, path: str, form: str, now: datetime) -> None:
    """Forget what was kept of a form that was accepted."""
    kept = drafts.of(member=member, path=path, now=now)
    if kept and form in kept.typed:
        rest = {name: values for name, values in kept.typed.items() if name != form}
        keep(member=member, path=path, typed=rest, now=kept.saved_at)


def throw_away(*, member: Membership, path: str) -> None:
    """Forget what was kept of a page."""
    Draft.objects.filter(member=member, path=path).update(fields=None)


def forget_old(*, now: datetime) -> int:
    """Empty the drafts of the practice in scope that were kept for 24 hours; return how many."""
    old = Draft.objects.filter(saved_at__lte=now - KEPT_FOR, fields__isnull=False)
    return old.update(fields=None)


def harmless(values: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the fields without secrets: no password, code or key is ever kept."""
    return {
        name: typed
        for name, typed in values.items()
        if name
        and not SECRET_NAME.search(name.lower())
        and not ("code" in name.lower() and any(map(ONE_TIME_CODE.fullmatch, typed)))
    }


def _place(member: Membership, path: str) -> Draft:
    rows = Draft.objects.filter(member=member)
    found = rows.filter(path=path).first()
    if found is None and rows.count() >= PAGES_MAX:
        found = rows.order_by("saved_at", "id")[0]
    return found or Draft(member=member)
