"""A second person's agreement: who needs it, who gives it, and that it is spent once."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.ids import uuid7
from accounts.models import Act, Approval, Membership, OutgoingMail, Role
from accounts.permissions import Permission
from accounts.selectors import approvals as found
from accounts.selectors.roles import permissions_of
from accounts.services import approvals, roles
from accounts.services.approvals import (
    AskedBySomebodyElse,
    Cleared,
    Decision,
    MayNotDecide,
    NotWaiting,
    NotYours,
    Waiting,
)
from audit.actions import Action
from audit.services.events import Pending
from tests.accounts.conftest import NOW
from tests.accounts.services.asking import LATER, approved, ask, waiting
from tests.houses import House, user_of

pytestmark = pytest.mark.usefixtures("scope")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("billing.payment", "Refund"),
        ("billing.invoice", "Void of an invoice"),
        ("billing.package", "Package given back"),
        ("billing.paymenttakenback", "Correction of a payment"),
        ("billing.returnedcheck", "Check sent back by the bank"),
        ("billing.credittransfer", "Credit to another account"),
        ("accounts.practice", "Cash missing in the drawer"),
    ],
)
def test_a_request_says_what_it_is(practice: House, kind: str, words: str) -> None:
    """The limit is that of refunds; a void or missing cash is none."""
    approvals.require(
        act=Act.REFUND,
        amount_cents=350_00,
        already_cents=0,
        subject_kind=kind,
        subject_id=uuid7(),
        label="R-00012",
        by=practice.people["front-desk"],
        now=NOW,
    )

    (shown,) = found.shown(Approval.objects.all(), now=NOW)
    assert shown.act == words
    told = [letter.body for letter in OutgoingMail.objects.all()]
    assert told
    assert all(f"{words.lower()} of $350.00" in body for body in told)


@pytest.mark.parametrize(
    ("who", "act", "cents", "alone"),
    [
        ("front-desk", Act.REFUND, 100_00, True),
        ("front-desk", Act.REFUND, 100_01, False),
        ("front-desk", Act.WRITE_OFF, 1, False),
        ("accountant", Act.REFUND, 500_00, True),
        ("accountant", Act.WRITE_OFF, 200_01, False),
        ("therapist", Act.REFUND, 1, False),
        ("administrator", Act.WRITE_OFF, 1, False),
        ("administrator", Act.SECOND_FACTOR_RESET, 0, False),
    ],
)
def test_up_to_the_limit_one_acts_alone(
    practice: House, who: str, act: Act, cents: int, alone: bool
) -> None:
    assert isinstance(ask(practice.people[who], cents, act=act), Cleared if alone else Waiting)


def test_the_highest_limit_of_several_roles_counts(
    front_desk: Membership, administrator: Membership
) -> None:
    accountant = Role.objects.get(slug="accountant")
    roles.grant(member=front_desk, role=accountant, now=NOW, by=administrator)

    assert isinstance(ask(front_desk, 500_00), Cleared)


def test_a_limit_goes_with_its_role(front_desk: Membership, administrator: Membership) -> None:
    role = Role.objects.get(slug="front-desk")
    roles.withdraw(member=front_desk, role=role, now=NOW, by=administrator)

    assert isinstance(ask(front_desk, 1), Waiting)


@pytest.mark.parametrize("cents", [0, -1])
def test_money_of_less_than_a_cent_is_no_act(accountant: Membership, cents: int) -> None:
    with pytest.raises(ValueError, match="one cent"):
        ask(accountant, cents)


def test_asking_again_asks_once(front_desk: Membership) -> None:
    assert ask(front_desk) == ask(front_desk)

    assert Approval.objects.count() == 1
    assert pending(Action.APPROVAL_ASKED) == 1


def test_what_was_approved_is_spent_once(front_desk: Membership, accountant: Membership) -> None:
    request = approved(front_desk, accountant)

    assert ask(front_desk) == Cleared(request.pk)
    again = ask(front_desk)

    assert isinstance(again, Waiting)
    assert again.approval_id != request.pk


def test_another_amount_needs_another_approval(
    front_desk: Membership, accountant: Membership
) -> None:
    approved(front_desk, accountant, 350_00)

    assert isinstance(ask(front_desk, 349_99), Waiting)
    assert isinstance(ask(front_desk, 350_01), Waiting)
    assert isinstance(ask(front_desk, 350_00, subject=uuid7()), Waiting)
    assert isinstance(ask(front_desk, 350_00, act=Act.WRITE_OFF), Waiting)
    assert not Approval.objects.exclude(spent_at=None).exists()


def test_a_new_amount_takes_the_old_request_back(front_desk: Membership) -> None:
    old = waiting(front_desk, 350_00)

    new = waiting(front_desk, 400_00)

    old.refresh_from_db()
    assert old.decision == Decision.WITHDRAWN
    assert [row.pk for row in Approval.objects.filter(decision="")] == [new.pk]


def test_what_was_approved_for_one_person_is_not_anothers(
    front_desk: Membership, accountant: Membership, therapist: Membership
) -> None:
    approved(front_desk, accountant)

    assert isinstance(ask(therapist), Waiting)


def test_two_people_do_not_ask_for_the_same(front_desk: Membership, therapist: Membership) -> None:
    waiting(front_desk)

    with pytest.raises(AskedBySomebodyElse), transaction.atomic():
        ask(therapist)


def test_after_three_days_nothing_is_approved_and_nothing_spent(
    front_desk: Membership, accountant: Membership
) -> None:
    old = waiting(front_desk)
    late = NOW + timedelta(hours=72)

    with pytest.raises(NotWaiting):
        approvals.decide(approval=old, decision=Decision.APPROVED, by=accountant, now=late)
    approvals.decide(approval=old, decision=Decision.APPROVED, by=accountant, now=LATER)
    answer = ask(front_desk, now=late)

    assert isinstance(answer, Waiting)
    assert answer.approval_id != old.pk


def test_a_request_that_is_too_old_makes_way_for_a_new_one(
    front_desk: Membership, therapist: Membership
) -> None:
    waiting(front_desk)
    late = NOW + timedelta(hours=73)

    answer = ask(therapist, 9_00, now=late)

    assert isinstance(answer, Waiting)
    shown = found.shown(found.asked_by(front_desk), now=late)
    assert [row.state for row in shown] == ["expired"]


def test_nobody_answers_their_own_request(accountant: Membership) -> None:
    request = waiting(accountant, 900_00)

    with pytest.raises(NotYours):
        approvals.decide(approval=request, decision=Decision.APPROVED, by=accountant, now=LATER)


@pytest.mark.parametrize("subject", ["pk", "person_id"])
def test_nobody_agrees_to_the_reset_of_their_own_factor(
    administrator: Membership, front_desk: Membership, subject: str
) -> None:
    answer = ask(
        front_desk, 0, act=Act.SECOND_FACTOR_RESET, subject=getattr(administrator, subject)
    )
    assert isinstance(answer, Waiting)

    with pytest.raises(NotYours):
        approvals.decide(
            approval=Approval.objects.get(pk=answer.approval_id),
            decision=Decision.APPROVED,
            by=administrator,
            now=LATER,
        )


@pytest.mark.parametrize(
    ("who", "act", "may"),
    [
        ("accountant", Act.REFUND, True),
        ("administrator", Act.REFUND, True),
        ("auditor", Act.REFUND, False),
        ("therapist", Act.REFUND, False),
        ("accountant", Act.SECOND_FACTOR_RESET, False),
        ("administrator", Act.SECOND_FACTOR_RESET, True),
    ],
)
def test_who_may_answer_what(
    practice: House, front_desk: Membership, who: str, act: Act, may: bool
) -> None:
    request = waiting(front_desk, 350_00 if act == Act.REFUND else 0, act=act)
    member = practice.people[who]

    queue = found.waiting_for(member, permissions(member), now=LATER)
    assert queue.contains(request) == may
    if may:
        approvals.decide(approval=request, decision=Decision.REFUSED, by=member, now=LATER)
    else:
        with pytest.raises(MayNotDecide):
            approvals.decide(approval=request, decision=Decision.REFUSED, by=member, now=LATER)


def test_the_right_counts_at_the_moment_of_the_answer(
    front_desk: Membership, accountant: Membership, administrator: Membership
) -> None:
    request = waiting(front_desk)
    role = Role.objects.get(slug="accountant")
    roles.withdraw(member=accountant, role=role, now=NOW, by=administrator)

    with pytest.raises(MayNotDecide):
        approvals.decide(approval=request, decision=Decision.APPROVED, by=accountant, now=LATER)


def test_who_left_answers_nothing(
    practice: House, front_desk: Membership, accountant: Membership
) -> None:
    request = waiting(front_desk)
    Membership.objects.filter(pk=accountant.pk).update(ended_at=NOW, ended_by=practice.automaton)

    with pytest.raises(MayNotDecide):
        approvals.decide(approval=request, decision=Decision.APPROVED, by=accountant, now=LATER)


def test_what_was_answered_is_not_answered_again(
    front_desk: Membership, accountant: Membership, administrator: Membership
) -> None:
    request = approved(front_desk, accountant)

    with pytest.raises(NotWaiting):
        approvals.decide(approval=request, decision=Decision.REFUSED, by=administrator, now=LATER)
    with pytest.raises(NotWaiting):
        approvals.withdraw(approval=request, by=front_desk, now=LATER)


def test_only_who_asked_takes_it_back(front_desk: Membership, accountant: Membership) -> None:
    request = waiting(front_desk)

    with pytest.raises(NotYours):
        approvals.withdraw(approval=request, by=accountant, now=LATER)
    approvals.withdraw(approval=request, by=front_desk, now=LATER)

    with pytest.raises(NotWaiting):
        approvals.decide(approval=request, decision=Decision.APPROVED, by=accountant, now=LATER)


def test_an_act_that_fails_spends_nothing(front_desk: Membership, accountant: Membership) -> None:
    request = approved(front_desk, accountant)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert ask(front_desk) == Cleared(request.pk)
        raise ZeroDivisionError

    assert ask(front_desk) == Cleared(request.pk)


def test_the_others_who_may_answer_are_written_to_without_naming_a_client(
    accountant: Membership, administrator: Membership, front_desk: Membership
) -> None:
    request = waiting(accountant, 900_00)

    letters = list(OutgoingMail.objects.all())
    assert [letter.to for letter in letters] == [user_of(administrator).email]
    assert "refund of $900.00" in letters[0].body
    assert request.label not in letters[0].body
    approvals.decide(approval=request, decision=Decision.APPROVED, by=administrator, now=LATER)
    answer = OutgoingMail.objects.exclude(pk=letters[0].pk).get()
    assert answer.to == user_of(accountant).email
    assert "was approved" in answer.subject


def permissions(member: Membership) -> frozenset[Permission]:
    held = Role.objects.filter(grants__member=member, grants__withdrawn_at=None)
    return frozenset().union(*permissions_of({role.pk for role in held}).values())


def pending(action: Action) -> int:
    """Return how many events of a kind the open scope will append."""
    hooks = [hook for _, hook, *_ in connection.run_on_commit if isinstance(hook, Pending)]
    return sum(event["action"] == action for hook in hooks for event in hook.events)


def test_an_answer_stands_on_the_log(front_desk: Membership, accountant: Membership) -> None:
    approved(front_desk, accountant)

    assert pending(Action.APPROVAL_DECIDED) == 1
