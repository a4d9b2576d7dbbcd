"""Insurance: who pays first on a day, what claims would miss, and what corrections leave behind."""

import threading
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.tenancy import practice_scope
from clients.models import Client, Coverage
from clients.selectors import coverages as selectors
from clients.selectors import payers as payer_selectors
from clients.services import coverages, payers
from tests.clients.people import NOW, TODAY, added
from tests.clients.records import JANUARY, MEMBER_ID, coverage
from tests.houses import House

SPOUSE = {
    "relation": "SPOUSE",
    "subscriber_given_names": "Ngozi",
    "subscriber_family_name": "Okonkwo",
}


@pytest.fixture
def client(scope: None, front_desk: Membership) -> Client:
    return added(front_desk)


def missing(client: Client) -> list[str]:
    [covered] = selectors.of(client, on=TODAY)
    return covered.missing


def test_one_day_has_one_primary_insurance(client: Client, front_desk: Membership) -> None:
    coverage(client, front_desk)

    with pytest.raises(coverages.RankTaken, match="Another insurance is primary on one of these"):
        coverage(client, front_desk, payer_name="Harborview", starts_on=TODAY)


def test_what_follows_the_day_after_is_primary_too(client: Client, front_desk: Membership) -> None:
    first = coverage(client, front_desk)
    coverages.end(coverage=first, ends_on=TODAY, now=NOW, by=front_desk)
    coverage(client, front_desk, starts_on=TODAY + timedelta(days=1))

    assert [each.rank for each in selectors.of(client, on=TODAY)] == ["Primary", "Primary"]


def test_another_rank_and_an_unknown_one_stand_beside(
    client: Client, front_desk: Membership
) -> None:
    for rank in (1, 2, 3, None, None):
        coverage(client, front_desk, rank=rank)

    assert len(selectors.of(client, on=TODAY)) == 5


def test_the_database_refuses_two_of_a_rank_on_one_day(
    client: Client, front_desk: Membership
) -> None:
    coverage(client, front_desk)
    other = coverage(client, front_desk, rank=2)

    with pytest.raises(IntegrityError, match="one rank on one day"), transaction.atomic():
        Coverage.objects.filter(pk=other.pk).update(rank=1)


@pytest.mark.commits
def test_of_two_at_once_one_is_primary(practice: House, front_desk: Membership) -> None:
    """Both go round Python; the second waits for the first, and then sees it."""
    with practice_scope(practice.id, person_id=front_desk.person_id):
        client = added(front_desk)
        rows = [coverage(client, front_desk, rank=None).pk for _ in range(2)]
    start, refused = threading.Barrier(2), []

    def make_primary(pk: UUID) -> None:
        try:
            with practice_scope(practice.id):
                start.wait()
                Coverage.objects.filter(pk=pk).update(rank=1)
        except IntegrityError as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make_primary, args=(pk,)) for pk in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert "one rank on one day" in refused[0]


DAYS = st.one_of(st.none(), st.integers(0, 6).map(lambda n: JANUARY + timedelta(days=n)))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cards=st.lists(st.tuples(st.sampled_from([1, 2]), DAYS, DAYS), max_size=5))
def test_python_and_the_database_refuse_the_same(
    practice: House, front_desk: Membership, cards: list[tuple[int, Any, Any]]
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        client, kept = added(front_desk), []
        for rank, starts_on, ends_on in cards:
            told = {"rank": rank, "starts_on": starts_on, "ends_on": ends_on}
            try:
                coverage(client, front_desk, **told)
            except (coverages.RankTaken, coverages.EndsBeforeItStarts):
                with pytest.raises(IntegrityError), transaction.atomic():
                    _go_round_python(client, front_desk, told)
            else:
                kept.append(told)
        for day in (JANUARY + timedelta(days=n) for n in range(7)):
            for rank in (1, 2):
                assert sum(_holds(told, rank, day) for told in kept) <= 1
        transaction.set_rollback(True)


def _go_round_python(client: Client, by: Membership, told: dict[str, Any]) -> None:
    Coverage.objects.create(
        client=client, payer_name="Keystone", member_id="", added_at=NOW, added_by=by, **told
    )


def _holds(told: dict[str, Any], rank: int, day: date) -> bool:
    first, last = told["starts_on"] or date.min, told["ends_on"] or date.max
    return bool(told["rank"] == rank and first <= day <= last)


def test_a_correction_takes_the_place_and_leaves_what_was(
    client: Client, front_desk: Membership
) -> None:
    wrong = coverage(client, front_desk, plan_name="Silver")

    right = coverages.correct(
        coverage=wrong,
        member_id=None,
        payer_name="Keystone",
        plan_name="Gold",
        rank=1,
        starts_on=JANUARY,
        ends_on=None,
        now=NOW,
        by=front_desk,
    )

    assert (right.corrects_id, right.member_id) == (wrong.pk, MEMBER_ID)
    assert [each.plan for each in selectors.of(client)] == ["Gold"]
    assert [(each.plan, each.withdrawal) for each in selectors.withdrawn(client)] == [
        ("Silver", "Corrected")
    ]


def test_what_was_taken_back_frees_its_days_and_is_not_changed_again(
    client: Client, front_desk: Membership
) -> None:
    wrong = coverage(client, front_desk)
    coverages.withdraw(coverage=wrong, now=NOW, by=front_desk)
    coverage(client, front_desk, payer_name="Harborview")

    with pytest.raises(coverages.NotStanding):
        coverages.withdraw(coverage=wrong, now=NOW, by=front_desk)
    with pytest.raises(coverages.NotStanding):
        coverages.end(coverage=wrong, ends_on=TODAY, now=NOW, by=front_desk)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        Coverage.objects.filter(pk=wrong.pk).update(
            withdrawal="", withdrawn_at=None, withdrawn_by=None
        )


def test_what_a_card_said_is_not_overwritten(client: Client, front_desk: Membership) -> None:
    held = coverage(client, front_desk)

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Coverage.objects.filter(pk=held.pk).update(starts_on=TODAY)


def test_a_coverage_ends_once_and_not_before_it_starts(
    client: Client, front_desk: Membership
) -> None:
    held = coverage(client, front_desk)
    with pytest.raises(coverages.EndsBeforeItStarts):
        coverages.end(coverage=held, ends_on=date(2025, 12, 31), now=NOW, by=front_desk)

    coverages.end(coverage=held, ends_on=TODAY, now=NOW, by=front_desk)

    with pytest.raises(coverages.AlreadyEnded):
        coverages.end(coverage=held, ends_on=TODAY, now=NOW, by=front_desk)


def test_the_client_is_the_subscriber_or_another_person_is(
    client: Client, front_desk: Membership
) -> None:
    with pytest.raises(coverages.SubscriberIsClient):
        coverage(client, front_desk, **{**SPOUSE, "relation": "SELF"})
    with pytest.raises(IntegrityError, match="subscriber_is_another"), transaction.atomic():
        Coverage.objects.create(
            client=client,
            payer_name="Keystone",
            member_id="",
            relation="SELF",
            subscriber_given_names="Ngozi",
            added_at=NOW,
            added_by=front_desk,
        )


def test_what_a_claim_would_miss_is_told_in_words(client: Client, front_desk: Membership) -> None:
    coverage(client, front_desk, member_id="", rank=None, starts_on=None, **SPOUSE)

    assert missing(client) == [
        "the payer's id for claims",
        "the member id",
        "who pays first",
        "the subscriber's birth date",
        "the first day",
    ]


def test_a_whole_card_of_a_known_payer_misses_nothing(
    client: Client, front_desk: Membership
) -> None:
    payers.add(name="KEYSTONE", claims_id="60054", now=NOW, by=front_desk)
    coverage(client, front_desk, subscriber_birth_date=date(1970, 2, 3), **SPOUSE)

    assert missing(client) == []


@pytest.mark.parametrize(
    ("form", "member_id", "is_missing"),
    [
        ("AAA999999999", MEMBER_ID, False),
        ("aaa-999 999 999", "xqv 930217745", False),
        ("W99999999", MEMBER_ID, True),
        ("************", MEMBER_ID, False),
        ("AAA99999999", MEMBER_ID, True),
        ("", "anything", False),
    ],
)
def test_a_member_id_is_compared_with_the_payers_form(
    client: Client, front_desk: Membership, form: str, member_id: str, is_missing: bool
) -> None:
    payers.add(name="Keystone", claims_id="60054", member_id_form=form, now=NOW, by=front_desk)
    coverage(client, front_desk, member_id=member_id)

    assert bool(missing(client)) == is_missing


def test_a_payer_stands_on_the_list_once(scope: None, front_desk: Membership) -> None:
    keystone = payers.add(name="Key Stone", now=NOW, by=front_desk)
    with pytest.raises(payers.PayerKnown):
        payers.add(name="kéy  stone", now=NOW, by=front_desk)

    payers.retire(payer=keystone, now=NOW, by=front_desk)
    payers.add(name="Key Stone", now=NOW, by=front_desk)

    assert [payer.name for payer in payer_selectors.offered()] == ["Key Stone"]
