"""Reads of a practice's people and of what they may do."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.ids import NIL
from accounts.models import Membership, Practice, Role, RoleGrant, User
from accounts.permissions import Permission
from accounts.selectors import terms
from accounts.tenancy import current_scope


def automaton() -> Membership:
    """Return the practice's own member, by whom webhooks and jobs are posted."""
    return Membership.objects.get(person_id=None)


def practice() -> Practice:
    """Return the practice in scope."""
    return Practice.objects.get()


def acting() -> Membership | None:
    """Return the member who acts in the open scope, or None if they left or never belonged."""
    person_id = current_scope().person_id
    if person_id is None:
        return None
    return Membership.objects.filter(person_id=person_id, ended_at=None).first()


def is_active(member: Membership) -> bool:
    """Say whether a member can sign in at all: the installation has not disabled their user."""
    return User.objects.filter(pk=member.person_id or NIL, is_active=True).exists()


def people() -> QuerySet[Membership]:
    """Return the people of the practice, those who left included, by name."""
    return Membership.objects.exclude(person_id=None).order_by("display_name", "id")


def therapists() -> QuerySet[Membership]:
    """Return the members who hold the role Therapist today, or one made after it, by name."""
    kind = Q(role__slug="therapist") | Q(role__copied_from__slug="therapist")
    held = RoleGrant.objects.filter(kind, terms.standing())
    return people().filter(ended_at=None, pk__in=held.values("member"))


def roles_of(member: Membership) -> list[Role]:
    """Return the roles that a member holds now, by name."""
    return list(
        Role.objects.filter(terms.standing("grants__"), grants__member=member).order_by(
            "name", "id"
        )
    )


def roles_given(member: Membership) -> list[Role]:
    """Return the roles that a member holds now, or will, by name."""
    return list(
        Role.objects.filter(terms.not_over("grants__"), grants__member=member).order_by(
            "name", "id"
        )
    )


def permissions_of(member: Membership) -> frozenset[Permission]:
    """Return everything that a member may do now, from the roles of this practice alone."""
    codenames = set(
        RoleGrant.objects.filter(terms.standing(), member=member).values_list(
            "role__group__permissions__codename", flat=True
        )
    )
    return frozenset(permission for permission in Permission if permission.codename in codenames)


def names_of(person_ids: set[UUID]) -> dict[UUID | None, str]:
    """Return person id → display name, the automaton under None."""
    rows = Membership.objects.values_list("person_id", "display_name")
    return {person: name for person, name in rows if person is None or person in person_ids}


def names_and_ids(person_ids: set[UUID]) -> dict[UUID | None, tuple[UUID, str]]:
    """Return person id → (member id, display name), the automaton under None."""
    rows = Membership.objects.values_list("person_id", "pk", "display_name")
    wanted = person_ids | {None}
    return {person: (pk, name) for person, pk, name in rows if person in wanted}
