"""Roles of a practice's own: made by copying, named, retired; and built-in ones put back."""

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Invitation, Membership, Role, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import limits as limits_of
from accounts.selectors import roles as standing
from accounts.selectors import terms
from accounts.services import limits, roles
from accounts.services.roles import Change, ChangedMeanwhile
from audit.actions import Action
from audit.services import events

SLUG_LENGTH = 56


class NameTaken(Exception):
    """Another role of the practice is called the same."""

    def __init__(self) -> None:
        super().__init__("Another role has this name already.")


class BuiltInStays(Exception):
    """A role that every practice has keeps its name, and is not retired."""


class StillHeld(Exception):
    """A role that somebody holds, or is invited to, cannot be retired."""


@transaction.atomic
def copy(*, original: Role, name: str, description: str, now: datetime, by: Membership) -> Role:
    """Make a role of the practice's own that begins with all that another one has.

    A copy of a copy is known as one of the built-in role that both come from.

    Raises:
        NameTaken: another role is called the same.
    """
    roles.one_at_a_time()
    _require_free_name(name)
    slug = _free_slug(name)
    made = Role.objects.create(
        group_id=roles.open_group(slug),
        slug=slug,
        name=name,
        description=description,
        is_network_bound=original.is_network_bound,
        copied_from=original.copied_from or original,
    )
    events.record(Action.ROLE_CREATED, target=made, original=original.slug)
    roles.write(Change(made, frozenset(), standing.permissions_of([original.pk])[original.pk]))
    limits.change(role=made, seen={}, wanted=limits_of.of_role(original), now=now, by=by)
    return made


@transaction.atomic
def rename(*, role: Role, name: str, description: str) -> None:
    """Give a role of the practice's own another name and other words.

    Raises:
        BuiltInStays: every practice has this role under its name.
        NameTaken: another role is called the same.
    """
    if standing.is_built_in(role.slug):
        raise BuiltInStays("This role keeps its name. Copy it, and name the copy.")
    roles.one_at_a_time()
    _require_free_name(name, but=role)
    Role.objects.filter(pk=role.pk).update(name=name, description=description)
    events.record(Action.ROLE_RENAMED, target=role)


@transaction.atomic
def retire(*, role: Role, now: datetime, by: Membership) -> None:
    """Give a role of the practice's own out of use; what it was stays on the log.

    Raises:
        BuiltInStays: every practice has this role.
        StillHeld: somebody holds it, or is invited to it.
    """
    if standing.is_built_in(role.slug):
        raise BuiltInStays("This role stays: every practice has it.")
    roles.one_at_a_time()
    if RoleGrant.objects.filter(terms.not_over(), role=role).exists():
        raise StillHeld("Somebody holds this role. Give them another one first.")
    waiting = Invitation.objects.filter(role=role, accepted_at=None, revoked_at=None)
    if waiting.filter(expires_at__gt=now).exists():
        raise StillHeld("Somebody is invited to this role. Take the invitation back first.")
    if Role.objects.filter(pk=role.pk, retired_at=None).update(retired_at=now, retired_by=by):
        events.record(Action.ROLE_RETIRED, target=role)


@transaction.atomic
def restore(
    *,
    role: Role,
    seen: frozenset[Permission],
    seen_limits: dict[str, int],
    now: datetime,
    by: Membership,
) -> None:
    """Let a built-in role hold what it held in the beginning, and do alone what it did.

    Raises:
        ChangedMeanwhile: it holds something else by now than when this was decided.
        roles.HeldForATime: it would guard the practice again, and some hold it for a time.
        LastAdministrator: nobody could change roles afterwards.
        MadeByTwo: it would let its people change roles again.
    """
    beginning = standing.BUILT_IN[role.slug]
    roles.change(changes=[Change(role, seen, beginning.permissions)], by=by)
    try:
        limits.change(role=role, seen=seen_limits, wanted=beginning.limits, now=now, by=by)
    except limits.ChangedMeanwhile as first:
        raise ChangedMeanwhile(str(first)) from first


def _require_free_name(name: str, but: Role | None = None) -> None:
    others = Role.objects.filter(name__iexact=name, retired_at=None)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise NameTaken


def _free_slug(name: str) -> str:
    """Return a slug that no role of the practice had; without Latin letters it is "role"."""
    wanted = slugify(name).replace("_", "-")[:SLUG_LENGTH].strip("-") or "role"
    taken = set(Role.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number = 1
    while (slug := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return slug
