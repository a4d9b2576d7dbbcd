"""The roles of one member, changed as a whole."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import Membership, Role
from accounts.selectors import members
from accounts.services import roles


@transaction.atomic
def hold_exactly(
    *, member: Membership, wanted: Collection[Role], now: datetime, by: Membership
) -> None:
    """Let a member hold these roles and no others; it counts from their next request.

    Raises:
        roles.LastAdministrator: nobody could change roles afterwards.
    """
    held = members.roles_of(member)
    for role in wanted:
        if role not in held:
            roles.grant(member=member, role=role, now=now, by=by)
    for role in held:
        if role not in wanted:
            roles.withdraw(member=member, role=role, now=now, by=by)
