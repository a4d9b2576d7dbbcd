"""Where sessions took place, and which modifiers their codes carry."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.ids import uuid7
from accounts.models import Membership
from billing.models import KnownDetail, Session, SessionCoding
from billing.selectors import hour_codes, known_details
from billing.selectors.hour_codes import HourCodes
from billing.services import codings
from billing.services.codings import Coding
from clients.models import Client
from tests.billing import desk as at
from tests.billing import hours, raw
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one


def a_session(of: Client, by: Membership, coding: Coding | None = None) -> Session:
    return hours.held(hours.planned(of, by), by, coding=coding)


def test_an_hour_is_held_with_its_place_and_modifiers(desk: Membership, amara: Client) -> None:
    session = a_session(amara, desk, Coding("10", ("95", "HO")))

    assert hour_codes.of(session.pk) == HourCodes("10", ("95", "HO"), ())


def test_a_session_of_which_nobody_said_it_says_nothing(desk: Membership, amara: Client) -> None:
    session = a_session(amara, desk)

    assert hour_codes.of(session.pk) == HourCodes("", (), ())


def test_what_is_said_last_counts_even_where_it_is_billed(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk)
    codings.say(session=session, coding=Coding("11"), now=NOW, by=desk)
    issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)

    codings.say(session=session, coding=Coding("02", ("95",)), now=NOW, by=desk)

    assert hour_codes.of(session.pk) == HourCodes("02", ("95",))
    assert [row.version for row in hour_codes.history(session.pk)] == [2, 1]


def test_the_same_again_changes_nothing(desk: Membership, amara: Client) -> None:
    session = a_session(amara, desk, Coding("11"))

    codings.say(session=session, coding=Coding("11"), after=0, now=NOW, by=desk)

    assert SessionCoding.objects.count() == 1


def test_what_another_person_said_meanwhile_is_not_written_over(
    desk: Membership, amara: Client
) -> None:
    session = a_session(amara, desk, Coding("11"))
    codings.say(session=session, coding=Coding("12"), after=1, now=NOW, by=desk)

    with pytest.raises(codings.SaidMeanwhile):
        codings.say(session=session, coding=Coding("10"), after=1, now=NOW, by=desk)


@pytest.mark.parametrize(
    ("coding", "refusal"),
    [
        (Coding("98"), codings.PlaceNotUsed),
        (Coding("11", ("95", "95")), codings.ModifierNotUsed),
        (Coding("11", ("95", "HO", "HQ", "25", "59")), codings.ModifierNotUsed),
    ],
)
def test_what_cannot_stand_is_refused(
    desk: Membership, amara: Client, coding: Coding, refusal: type[Exception]
) -> None:
    session = a_session(amara, desk)

    with pytest.raises(refusal):
        codings.say(session=session, coding=coding, now=NOW, by=desk)
    assert not SessionCoding.objects.exists()


def test_a_modifier_that_the_list_does_not_know_is_the_practices_own(
    desk: Membership, amara: Client
) -> None:
    session = a_session(amara, desk, Coding("11", ("U7",)))

    assert hour_codes.of(session.pk).modifiers == ("U7",)


@pytest.mark.parametrize(
    ("place", "modifiers", "words"),
    [
        ("11", ("HO",), ""),
        ("10", ("95",), ""),
        ("10", (), ""),
        ("11", ("95",), "95 says telehealth, and place 11 Office is not."),
        ("10", ("95", "93"), "95 says by video and 93 by sound alone."),
        ("10", ("GT", "95"), ""),
    ],
)
def test_what_does_not_go_together_is_said_in_words(
    desk: Membership, place: str, modifiers: tuple[str, ...], words: str
) -> None:
    said = known_details.contradiction(place, modifiers, TODAY)

    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_codes_of_many_sessions_take_three_queries(
    desk: Membership, amara: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [a_session(amara, desk, Coding("11")).pk for _ in range(3)]

    with django_assert_num_queries(3):
        assert set(hour_codes.of_sessions(ids).values()) == {HourCodes("11")}


def insert(session: Session, by: Membership, place: str, modifiers: str, version: int = 1) -> None:
    raw.execute(
        "INSERT INTO billing_sessioncoding (id, session_id, version, place_of_service, modifiers,"
        " coded_at, coded_by_id) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        *(uuid7(), session.pk, version, place, modifiers, NOW, by.pk),
    )


@pytest.mark.parametrize(
    ("place", "modifiers", "version", "words"),
    [
        ("98", "", 1, "place of service 98 is not used"),
        ("1", "", 1, "place of service 1 is not used"),
        ("11", "95 95", 1, "a modifier stands twice"),
        ("11", "95 HO HQ 25 59", 1, "too long"),
        ("11", "9", 1, "four_modifiers"),
        ("11", "ho", 1, "four_modifiers"),
        ("11", "", 0, "from_version_one"),
    ],
)
def test_the_database_refuses_codes_that_cannot_stand(
    desk: Membership, amara: Client, place: str, modifiers: str, version: int, words: str
) -> None:
    session = a_session(amara, desk)

    with pytest.raises(Exception, match=words), transaction.atomic():
        insert(session, desk, place, modifiers, version)


def test_the_database_refuses_a_modifier_before_its_days(desk: Membership, amara: Client) -> None:
    session = at.session(amara, desk, on=date(2016, 5, 5))

    with pytest.raises(IntegrityError, match="a modifier of 95 is not used"), transaction.atomic():
        insert(session, desk, "11", "95")


def test_the_database_keeps_each_version_once(desk: Membership, amara: Client) -> None:
    session = a_session(amara, desk, Coding("11"))

    with pytest.raises(IntegrityError, match="version_once"), transaction.atomic():
        insert(session, desk, "12", "")


def test_every_place_and_modifier_has_words_and_a_source() -> None:
    assert not KnownDetail.objects.filter(label="").exists()
    assert not KnownDetail.objects.filter(source="").exists()
