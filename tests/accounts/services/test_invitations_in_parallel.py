"""Invitations that several browsers accept, or somebody takes back, at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import Invitation, Membership, RoleGrant, User
from accounts.services import invitations
from accounts.tenancy import practice_scope
from tests.accounts.services.test_invitations import EMAIL, NOW, PASSWORD, invite
from tests.houses import House


@pytest.mark.commits
def test_of_many_parallel_acceptances_one_lets_in(practice: House) -> None:
    token = invite(practice)

    def accept(_: int) -> str:
        try:
            invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW)
        except (invitations.InvitationOver, invitations.KnownHere) as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "in"

    assert outcomes(accept, 8).count("in") == 1
    user = User.objects.get(email=EMAIL)
    with practice_scope(practice.id):
        member = Membership.objects.get(person_id=user.pk)
        assert RoleGrant.objects.filter(member=member).count() == 1


@pytest.mark.commits
def test_taking_back_and_accepting_at_once_leaves_one_truth(practice: House) -> None:
    by = practice.people["administrator"]
    for number in range(6):
        email = f"person{number}@mail.example"
        token = invite(practice, email=email)

        def act(which: int, token: str = token, email: str = email) -> str:
            try:
                if which:
                    invitations.accept_as_newcomer(token=token, password=PASSWORD, now=NOW)
                else:
                    with practice_scope(practice.id, person_id=by.person_id):
                        row = Invitation.objects.get(email=email)
                        invitations.revoke(invitation=row, now=NOW, by=by)
            except invitations.InvitationOver:
                return "late"
            finally:
                connections.close_all()
            return "done"

        assert sorted(outcomes(act, 2)) == ["done", "late"]


def outcomes(act: Callable[[int], str], count: int) -> list[str]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))
