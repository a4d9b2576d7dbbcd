"""Who is named as perhaps the same person, and by what."""

from datetime import date

import pytest
from django.db.models import QuerySet

from accounts.models import Membership
from clients.models import Client
from clients.selectors import clients, duplicates
from clients.selectors.duplicates import Newcomer
from clients.services import merges
from tests.clients.people import NOW, TODAY, added

BORN = date(1990, 3, 21)


@pytest.fixture
def ana(scope: None, front_desk: Membership) -> Client:
    return added(
        front_desk, "Ana Lucía", "Núñez", BORN, email="Ana@example.org", phone="(555) 533-1316"
    )


def reasons(newcomer: Newcomer, visible: QuerySet[Client] | None = None) -> dict[str, set[str]]:
    every = Client.objects.all() if visible is None else visible
    return {found.code: set(found.reasons) for found in duplicates.of(newcomer, every)}


@pytest.mark.parametrize(
    ("newcomer", "same"),
    [
        (Newcomer("Bo", "Li", date(1970, 1, 1), emails=["ANA@example.org"]), {"e-mail"}),
        (Newcomer("Bo", "Li", date(1970, 1, 1), phones=["+1 555 533 1316"]), {"phone"}),
        (
            Newcomer("Bo", "Li", date(1970, 1, 1), ["ana@example.org"], ["5555331316"]),
            {"e-mail", "phone"},
        ),
        (Newcomer("Bo", "nunez", BORN), {"family name and birth date"}),
        (Newcomer("Ana", "Nunes", BORN), {"birth date and a similar name"}),
        (Newcomer("Anna Luzia", "Nunes", BORN), {"birth date and a similar name"}),
    ],
)
def test_what_is_the_same_is_said(ana: Client, newcomer: Newcomer, same: set[str]) -> None:
    assert reasons(newcomer) == {"C-0001": same}


@pytest.mark.parametrize(
    "newcomer",
    [
        Newcomer("Bo", "Li", BORN),
        Newcomer("Ana Lucía", "Núñez", date(1990, 3, 22)),
        Newcomer("Bo", "Li", date(1970, 1, 1), emails=["na@example.org"]),
        Newcomer("Bo", "Li", date(1970, 1, 1), phones=["1316"]),
        Newcomer("Bo", "Li", date(1970, 1, 1), emails=[""], phones=[""]),
    ],
)
def test_other_people_are_not_named(ana: Client, newcomer: Newcomer) -> None:
    assert reasons(newcomer) == {}


def test_only_who_may_be_seen_is_named(ana: Client, therapist: Membership) -> None:
    visible = clients.visible_to(therapist, on=TODAY)

    assert reasons(Newcomer("Ana", "Núñez", BORN, ["ana@example.org"]), visible) == {}


def test_of_a_merged_record_the_kept_client_is_named(
    ana: Client, front_desk: Membership, accountant: Membership
) -> None:
    kept = added(front_desk, "Ana", "Bell", date(1988, 2, 2))
    request = merges.ask(kept=kept, merged=ana, now=NOW, by=front_desk)
    merges.approve(merge=request, now=NOW, by=accountant)

    assert reasons(Newcomer("Bo", "Li", BORN, ["ana@example.org"])) == {"C-0002": {"e-mail"}}


def test_it_is_said_in_a_sentence(ana: Client) -> None:
    newcomer = Newcomer("Bo", "Núñez", BORN, ["ana@example.org"])

    (found,) = duplicates.of(newcomer, Client.objects.all())

    assert found.sentence == ("C-0001 has the same e-mail and the same family name and birth date.")
