"""Roles changed by services, and what the database holds whoever writes to it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Invitation, Membership, Role, RoleGrant, SignInSession
from accounts.permissions import Permission
from accounts.selectors import explain, members
from accounts.selectors.roles import permissions_of
from accounts.services import own_roles, roles
from accounts.services.own_roles import BuiltInStays, NameTaken, StillHeld
from accounts.services.roles import Change, ChangedMeanwhile, LastAdministrator
from accounts.tenancy import practice_scope
from tests.accounts.conftest import NOW
from tests.houses import House, browser_of, user_of

scoped = pytest.mark.usefixtures("scope")
P = Permission


def role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


def held(slug: str) -> frozenset[Permission]:
    found = role(slug)
    return permissions_of([found.pk])[found.pk]


def change(slug: str, *, seen: frozenset[Permission], wanted: set[Permission]) -> Change:
    return Change(role(slug), seen, frozenset(wanted))


def copy(name: str, by: Membership, original: str = "auditor") -> Role:
    return own_roles.copy(original=role(original), name=name, description="Ours.", now=NOW, by=by)


@scoped
def test_several_roles_change_together_or_not_at_all(practice: House) -> None:
    fine = change("auditor", seen=held("auditor"), wanted={P.LOG_VIEW})
    stale = change("therapist", seen=frozenset(), wanted={P.LOG_VIEW})

    with pytest.raises(ChangedMeanwhile):
        roles.change(changes=[fine, stale], by=practice.people["administrator"])

    assert held("auditor") == {
        P.AUDIT_WORK,
        P.BILL_VIEW,
        P.LOG_VIEW,
        P.MEMBER_VIEW,
        P.REPORT_EXPORT,
        P.REPORT_VIEW,
    }


@scoped
def test_the_right_to_change_roles_may_move_in_one_act(practice: House) -> None:
    moves = [
        change("administrator", seen=held("administrator"), wanted={P.MEMBER_VIEW}),
        change("auditor", seen=held("auditor"), wanted={P.ROLE_CHANGE}),
    ]

    roles.change(changes=moves, by=practice.people["administrator"])

    assert held("auditor") == {P.ROLE_CHANGE}


@scoped
def test_an_administrator_who_cannot_sign_in_is_none(practice: House) -> None:
    admin, auditor = practice.people["administrator"], practice.people["auditor"]
    roles.grant(member=auditor, role=role("administrator"), now=NOW, by=admin)
    user = user_of(auditor)
    user.is_active = False
    user.save(update_fields=["is_active"])

    with pytest.raises(LastAdministrator):
        roles.withdraw(member=admin, role=role("administrator"), now=NOW, by=admin)


@scoped
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Weekend desk", "weekend-desk"),
        ("Front desk!", "front-desk-2"),
        ("Äußere Prüfung", "auere-prufung"),
        ("夜勤", "role"),
        ("Under_score", "under-score"),
        ("x" * 60, "x" * 56),
    ],
)
def test_a_name_makes_a_slug_of_its_own(administrator: Membership, name: str, slug: str) -> None:
    assert copy(name, administrator).slug == slug


@scoped
def test_two_names_without_letters_get_two_slugs(administrator: Membership) -> None:
    assert [copy(name, administrator).slug for name in ("夜勤", "日勤")] == ["role", "role-2"]


@scoped
def test_the_name_of_a_retired_role_is_free_again(administrator: Membership) -> None:
    first = copy("Weekend desk", administrator)
    with pytest.raises(NameTaken):
        copy("weekend DESK", administrator)
    own_roles.retire(role=first, now=NOW, by=administrator)

    assert copy("Weekend desk", administrator).slug == "weekend-desk-2"


@scoped
def test_a_built_in_role_stays(administrator: Membership) -> None:
    with pytest.raises(BuiltInStays):
        own_roles.retire(role=role("auditor"), now=NOW, by=administrator)
    with pytest.raises(BuiltInStays):
        own_roles.rename(role=role("auditor"), name="Reader", description="Reads.")


@scoped
def test_a_role_to_which_somebody_is_invited_is_not_retired(administrator: Membership) -> None:
    made = copy("Weekend desk", administrator)
    Invitation.objects.create(
        email="new@harbor-lane.example",
        display_name="New",
        role=made,
        digest=b"x",
        invited_at=NOW,
        invited_by=administrator,
        expires_at=NOW + timedelta(hours=1),
    )

    with pytest.raises(StillHeld, match="invited"):
        own_roles.retire(role=made, now=NOW, by=administrator)


@scoped
def test_a_copy_does_not_follow_its_original(administrator: Membership) -> None:
    copy("Reader", administrator)

    roles.set_permissions(role=role("auditor"), permissions=[P.LOG_VIEW])

    assert held("reader") == {
        P.AUDIT_WORK,
        P.BILL_VIEW,
        P.LOG_VIEW,
        P.MEMBER_VIEW,
        P.REPORT_EXPORT,
        P.REPORT_VIEW,
    }


@scoped
def test_who_holds_a_role_made_after_therapist_is_a_therapist(
    administrator: Membership, auditor: Membership, therapist: Membership
) -> None:
    senior = copy("Senior therapist", administrator, original="therapist")
    leading = own_roles.copy(
        original=senior, name="Lead therapist", description="Leads.", now=NOW, by=administrator
    )
    for made in (senior, leading):
        roles.grant(member=auditor, role=made, now=NOW, by=administrator)

    assert list(members.therapists()) == [auditor, therapist]


def test_a_raised_role_asks_for_new_keys_and_a_lowered_one_does_not(practice: House) -> None:
    therapist, admin = practice.people["therapist"], practice.people["administrator"]
    browser_of(therapist)
    with practice_scope(practice.id, person_id=admin.person_id):
        roles.set_permissions(role=role("therapist"), permissions=[P.CLIENT_VIEW])
        assert not renewal_asked(therapist)
        roles.set_permissions(role=role("therapist"), permissions=[P.CLIENT_VIEW, P.LOG_VIEW])

    assert renewal_asked(therapist)
    assert not renewal_asked(admin)


@pytest.mark.parametrize(("slug", "is_asked"), [("auditor", True), ("therapist", False)])
def test_a_role_that_gives_more_asks_for_new_keys(
    practice: House, slug: str, is_asked: bool
) -> None:
    therapist, admin = practice.people["therapist"], practice.people["administrator"]
    browser_of(therapist)
    with practice_scope(practice.id, person_id=admin.person_id):
        roles.grant(member=therapist, role=role(slug), now=NOW, by=admin)

    assert renewal_asked(therapist) == is_asked


def renewal_asked(member: Membership) -> bool:
    sessions = SignInSession.objects.filter(user_id=member.person_id)
    return sessions.exclude(renewal_asked_at=None).exists()


def test_why_somebody_may_names_the_role_and_who_let_it(practice: House) -> None:
    admin, auditor = practice.people["administrator"], practice.people["auditor"]
    with practice_scope(practice.id, person_id=admin.person_id):
        wanted = held("auditor") | {P.CLIENT_CREATE}
        roles.set_permissions(role=role("auditor"), permissions=wanted)

    with practice_scope(practice.id):
        rights = {
            right.codename: right.reasons
            for group in explain.of_member(auditor)
            for right in group.rights
        }

    [old], [new] = rights["log_view"], rights["client_create"]
    assert set(rights) == {
        "audit_work",
        "bill_view",
        "log_view",
        "member_view",
        "report_export",
        "report_view",
        "client_create",
    }
    assert (old.role_name, old.granted_by, old.added_at) == ("Auditor", "Quietledger", None)
    assert new.added_by == admin.display_name
    assert new.added_at is not None


def test_who_holds_a_permission_is_who_may(practice: House) -> None:
    with practice_scope(practice.id):
        for permission in Permission:
            names = {holder.pk for holder in explain.of_permission(permission)}
            may = {
                member.pk
                for member in practice.people.values()
                if permission in permissions_by_role(member)
            }
            assert names == may, permission


def permissions_by_role(member: Membership) -> frozenset[Permission]:
    grants = RoleGrant.objects.filter(member=member, withdrawn_at=None)
    return frozenset().union(*permissions_of([each.role_id for each in grants]).values())


LOSING = [
    "UPDATE accounts_rolegrant SET withdrawn_at = now(), withdrawn_by_id = %(by)s"
    " WHERE member_id = %(admin)s",
    "UPDATE accounts_rolegrant SET member_id = %(automaton)s WHERE member_id = %(admin)s",
    "UPDATE accounts_membership SET ended_at = now(), ended_by_id = %(by)s WHERE id = %(admin)s",
    "UPDATE accounts_membership SET person_id = NULL WHERE id = %(admin)s",
    "SELECT set_role_permissions(%(role)s, ARRAY['log_view'])",
    "UPDATE accounts_role SET group_id = %(group)s WHERE id = %(role)s",
]


@pytest.mark.parametrize("statement", LOSING)
def test_the_database_keeps_the_last_administrator(practice: House, statement: str) -> None:
    with pytest.raises(DatabaseError), practice_scope(practice.id):
        run(statement, practice)


@pytest.mark.parametrize("statement", LOSING)
def test_taking_the_scope_away_does_not_help(practice: House, statement: str) -> None:
    with pytest.raises(DatabaseError), practice_scope(practice.id):
        run(statement, practice)
        run("SELECT set_config('app.context', '', true)", practice)
        run("SET CONSTRAINTS ALL IMMEDIATE", practice)


def test_a_retired_role_is_given_to_nobody(practice: House) -> None:
    admin = practice.people["administrator"]
    with practice_scope(practice.id):
        made = copy("Weekend desk", admin)
        own_roles.retire(role=made, now=NOW, by=admin)

    with pytest.raises(IntegrityError, match="not retired"), practice_scope(practice.id):
        roles.grant(member=admin, role=made, now=NOW, by=admin)


def test_a_held_role_is_not_retired_round_the_service(practice: House) -> None:
    with pytest.raises(IntegrityError, match="not retired"), practice_scope(practice.id):
        run(
            "UPDATE accounts_role SET retired_at = now(), retired_by_id = %(by)s"
            " WHERE slug = 'auditor'",
            practice,
        )


def run(statement: str, practice: House) -> None:
    """Run a statement as the role that serves requests."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, b.group_id FROM accounts_role a, accounts_role b"
            " WHERE a.slug = 'administrator' AND b.slug = 'auditor'"
        )
        found: tuple[UUID | None, int | None] = cursor.fetchone() or (None, None)
        values = {
            "admin": practice.people["administrator"].pk,
            "automaton": practice.automaton.pk,
            "by": practice.people["front-desk"].pk,
            "role": found[0],
            "group": found[1],
        }
        cursor.execute(statement, values)
