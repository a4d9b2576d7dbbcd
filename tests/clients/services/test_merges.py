"""Two records of one person: two people agree, nothing is rewritten, and it can be undone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from clients.models import Client, Merge
from clients.services import merges
from clients.services.merges import AlreadyAsked, NotInForce, NotPossible, NotWaiting, NotYours
from tests.clients.people import NOW, added
from tests.houses import House


@pytest.fixture
def kept(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


@pytest.fixture
def double(kept: Client, front_desk: Membership) -> Client:
    return added(front_desk, "Luisa", "Razo-García")


@pytest.fixture
def asked(kept: Client, double: Client, front_desk: Membership) -> Merge:
    return merges.ask(kept=kept, merged=double, now=NOW, by=front_desk)


def into(client: Client) -> UUID | None:
    return Client.objects.get(pk=client.pk).merged_into_id


def merge(kept: Client, merged: Client, one: Membership, other: Membership) -> Merge:
    request = merges.ask(kept=kept, merged=merged, now=NOW, by=one)
    merges.approve(merge=request, now=NOW, by=other)
    request.refresh_from_db()
    return request


def test_asking_changes_nothing_yet(asked: Merge, double: Client) -> None:
    assert into(double) is None


def test_a_second_person_agrees(
    asked: Merge, kept: Client, double: Client, accountant: Membership
) -> None:
    merges.approve(merge=asked, now=NOW, by=accountant)

    asked.refresh_from_db()
    assert into(double) == kept.pk
    assert into(kept) is None
    assert (asked.decision, asked.decided_by_id) == ("APPROVED", accountant.pk)
    assert asked.is_in_force


@pytest.mark.parametrize("answer", [merges.approve, merges.refuse])
def test_nobody_answers_their_own_request(
    asked: Merge, double: Client, front_desk: Membership, answer: object
) -> None:
    with pytest.raises(NotYours, match="another person than you"):
        answer(merge=asked, now=NOW, by=front_desk)  # type: ignore[operator]  # a service

    assert into(double) is None


def test_a_refused_request_is_over(asked: Merge, double: Client, accountant: Membership) -> None:
    merges.refuse(merge=asked, now=NOW, by=accountant)

    with pytest.raises(NotWaiting):
        merges.approve(merge=asked, now=NOW, by=accountant)
    assert into(double) is None


def test_a_request_is_taken_back_by_whoever_asked(
    asked: Merge, front_desk: Membership, accountant: Membership
) -> None:
    with pytest.raises(NotYours):
        merges.withdraw(merge=asked, now=NOW, by=accountant)
    merges.withdraw(merge=asked, now=NOW, by=front_desk)

    with pytest.raises(NotWaiting):
        merges.approve(merge=asked, now=NOW, by=accountant)


def test_a_record_waits_for_one_merge_at_a_time(
    asked: Merge, kept: Client, double: Client, front_desk: Membership
) -> None:
    third = added(front_desk)

    with pytest.raises(AlreadyAsked, match="C-0002"):
        merges.ask(kept=third, merged=double, now=NOW, by=front_desk)
    with pytest.raises(IntegrityError, match="waits_once"), transaction.atomic():
        Merge.objects.create(kept=third, merged=double, asked_at=NOW, asked_by=front_desk)


def test_a_record_is_not_merged_into_itself(kept: Client, front_desk: Membership) -> None:
    with pytest.raises(NotPossible, match="one and the same"):
        merges.ask(kept=kept, merged=kept, now=NOW, by=front_desk)
    with pytest.raises(IntegrityError, match="of_two"), transaction.atomic():
        Merge.objects.create(kept=kept, merged=kept, asked_at=NOW, asked_by=front_desk)


def test_merges_make_no_chain_and_no_circle(
    kept: Client, double: Client, front_desk: Membership, accountant: Membership
) -> None:
    merge(kept, double, front_desk, accountant)
    third = added(front_desk)

    for keeps, goes, words in (
        (double, third, "C-0002 is part of another record already"),
        (third, double, "C-0002 is part of another record already"),
        (third, kept, "merge C-0003 into it instead"),
        (double, kept, "C-0002 is part"),
    ):
        with pytest.raises(NotPossible, match=words):
            merges.ask(kept=keeps, merged=goes, now=NOW, by=front_desk)
    merge(kept, third, front_desk, accountant)
    assert into(third) == kept.pk


def test_a_request_that_has_become_a_chain_is_not_approved(
    kept: Client, double: Client, front_desk: Membership, accountant: Membership
) -> None:
    third = added(front_desk)
    later = merges.ask(kept=double, merged=third, now=NOW, by=front_desk)
    merge(kept, double, front_desk, accountant)

    with pytest.raises(NotPossible, match="C-0002 is part"):
        merges.approve(merge=later, now=NOW, by=accountant)


def test_undoing_makes_two_of_it_and_it_can_be_asked_again(
    kept: Client, double: Client, front_desk: Membership, accountant: Membership
) -> None:
    merged = merge(kept, double, front_desk, accountant)

    merges.undo(merge=merged, now=NOW, by=front_desk)

    assert into(double) is None
    with pytest.raises(NotInForce):
        merges.undo(merge=merged, now=NOW, by=front_desk)
    merge(double, kept, front_desk, accountant)
    assert into(kept) == double.pk


def test_a_request_that_waits_is_not_undone(asked: Merge, accountant: Membership) -> None:
    with pytest.raises(NotInForce):
        merges.undo(merge=asked, now=NOW, by=accountant)


def test_each_step_is_told_to_the_log_with_both_records(
    practice: House, front_desk: Membership, accountant: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        kept, double = added(front_desk), added(front_desk, "Luisa")
        request = merge(kept, double, front_desk, accountant)
        merges.undo(merge=request, now=NOW, by=front_desk)

    with practice_scope(practice.id):
        told = Event.objects.filter(action__startswith="clients.merge.").order_by("seq")
        assert [event.action for event in told] == [
            "clients.merge.asked",
            "clients.merge.approved",
            "clients.merge.undone",
        ]
        for event in told:
            touched = Touch.objects.filter(seq=event.seq).values_list("client_id", flat=True)
            assert (event.label, event.facts) == ("C-0001", {"merged": "C-0002"})
            assert set(touched) == {kept.pk, double.pk}


class TestRoundPython:
    """What the database holds by itself."""

    def test_one_person_approves_nothing(self, asked: Merge, front_desk: Membership) -> None:
        with pytest.raises(IntegrityError, match="by_a_second_person"), transaction.atomic():
            Merge.objects.filter(pk=asked.pk).update(
                decision="APPROVED", decided_at=NOW, decided_by=front_desk
            )

    def test_nothing_is_merged_without_a_second_person(
        self, asked: Merge, kept: Client, double: Client
    ) -> None:
        with pytest.raises(IntegrityError, match="a second person approves"), transaction.atomic():
            Client.objects.filter(pk=double.pk).update(merged_into=kept)

    def test_nobody_is_added_as_merged(self, kept: Client, front_desk: Membership) -> None:
        with pytest.raises(IntegrityError, match="a second person approves"), transaction.atomic():
            Client.objects.create(
                code="C-0099",
                given_names="Ana",
                family_name="",
                preferred_name="",
                birth_date=NOW.date(),
                likeness=b"x",
                merged_into=kept,
                created_at=NOW,
                created_by=front_desk,
            )

    def test_a_merge_does_not_end_by_forgetting_it(
        self, kept: Client, double: Client, front_desk: Membership, accountant: Membership
    ) -> None:
        merge(kept, double, front_desk, accountant)

        with pytest.raises(IntegrityError, match="ends by being undone"), transaction.atomic():
            Client.objects.filter(pk=double.pk).update(merged_into=None)

    def test_an_approved_merge_makes_no_chain(
        self, kept: Client, double: Client, front_desk: Membership, accountant: Membership
    ) -> None:
        merge(kept, double, front_desk, accountant)
        third = added(front_desk)
        for keeps, goes in ((double, third), (third, kept)):
            Merge.objects.create(
                kept=keeps,
                merged=goes,
                asked_at=NOW,
                asked_by=front_desk,
                decision="APPROVED",
                decided_at=NOW,
                decided_by=accountant,
            )
            with pytest.raises(IntegrityError, match="into nobody"), transaction.atomic():
                Client.objects.filter(pk=goes.pk).update(merged_into=keeps)

    def test_what_was_decided_stays(
        self, kept: Client, double: Client, front_desk: Membership, accountant: Membership
    ) -> None:
        merged = merge(kept, double, front_desk, accountant)
        rows = Merge.objects.filter(pk=merged.pk)

        with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
            rows.update(decision="WITHDRAWN")
        merges.undo(merge=merged, now=NOW, by=front_desk)
        with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
            rows.update(undone_at=None, undone_by=None)


@pytest.mark.commits
def test_of_two_who_approve_at_once_one_does(practice: House) -> None:
    desk, accountant = practice.people["front-desk"], practice.people["accountant"]
    with practice_scope(practice.id):
        kept, double = added(desk), added(desk, "Luisa")
        request = merges.ask(kept=kept, merged=double, now=NOW, by=desk)

    answers = at_once(practice, [(merges.approve, request, accountant)] * 2)

    assert sorted(answers) == ["NotPossible", "done"]
    with practice_scope(practice.id):
        assert Event.objects.filter(action="clients.merge.approved").count() == 1


@pytest.mark.commits
def test_two_merges_that_would_make_a_circle_leave_one(practice: House) -> None:
    desk, accountant = practice.people["front-desk"], practice.people["accountant"]
    with practice_scope(practice.id):
        one, other = added(desk), added(desk, "Luisa")
        requests = [
            merges.ask(kept=kept, merged=merged, now=NOW, by=desk)
            for kept, merged in ((one, other), (other, one))
        ]

    answers = at_once(practice, [(merges.approve, request, accountant) for request in requests])

    assert sorted(answers) == ["NotPossible", "done"]
    with practice_scope(practice.id):
        assert Client.objects.exclude(merged_into=None).count() == 1


@pytest.mark.commits
def test_the_database_lets_no_circle_through_either(practice: House) -> None:
    """Two who go round Python at once, each with an approval in hand."""
    desk, accountant = practice.people["front-desk"], practice.people["accountant"]
    with practice_scope(practice.id):
        one, other = added(desk), added(desk, "Luisa")
        for kept, merged in ((one, other), (other, one)):
            Merge.objects.create(
                kept=kept,
                merged=merged,
                asked_at=NOW,
                asked_by=desk,
                decision="APPROVED",
                decided_at=NOW,
                decided_by=accountant,
            )
    together = Barrier(2)

    def point(merged: Client, kept: Client) -> None:
        try:
            with practice_scope(practice.id):
                Client.objects.get(pk=merged.pk)
                together.wait()
                Client.objects.filter(pk=merged.pk).update(merged_into=kept)
        except Exception:  # a deadlock or a refusal: either is fine
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(point, [one, other], [other, one]))

    with practice_scope(practice.id):
        assert Client.objects.exclude(merged_into=None).count() == 1


def at_once(practice: House, acts: list[tuple[object, Merge, Membership]]) -> list[str]:
    """Do several things in transactions of their own at the same moment; return what came of it."""
    together = Barrier(len(acts))

    def act(what: tuple[object, Merge, Membership]) -> str:
        service, merge, by = what
        try:
            with practice_scope(practice.id):
                mine = Merge.objects.get(pk=merge.pk)
                together.wait()
                service(merge=mine, now=NOW, by=by)  # type: ignore[operator]  # a service
        except (NotPossible, NotWaiting) as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))
