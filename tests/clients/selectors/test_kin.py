"""Who may be a client themselves, or of their family, by names as people write them."""

import pytest

from accounts.alert_rules import Why
from accounts.models import Membership, TherapistParticulars
from accounts.tenancy import practice_scope
from clients.selectors import kin
from tests.billing import estimating as an
from tests.clients.people import added
from tests.houses import House


def shares(member: str, given_names: str, family_name: str) -> bool:
    return bool(kin.of_member(member).family & kin.of_client(given_names, family_name).family)


@pytest.mark.parametrize(
    ("member", "given_names", "family_name"),
    [
        ("Sam Okafor", "Ada", "Okafor"),
        ("Sam OKAFOR", "Ada", "okafor"),
        ("Søren Lindqvist", "Ada", "LINDQVIST"),
        ("Jose Nunez", "Ada", "Núñez"),
        ("Ana Muñoz Ortega", "Ada", "Ortega Ruiz"),
        ("Ana Munoz-Ortega", "Ada", "Muñoz"),
        ("Dr. Ana Ortega, LCSW", "Ada", "Ortega"),
        ("Ortega, Ana", "Ada", "Ortega"),
        ("Ana de la Cruz", "Ada", "Delacruz"),
        ("Ana van der Berg", "Ada", "Berg"),
        ("Suharto", "", "Suharto"),
        ("Budi Suharto", "Suharto", ""),
        ("Siobhán O\u2019Neill", "Ada", "O'Neill"),
    ],
)
def test_a_family_name_is_the_same_however_it_is_written(
    member: str, given_names: str, family_name: str
) -> None:
    assert shares(member, given_names, family_name)


@pytest.mark.parametrize(
    ("member", "given_names", "family_name"),
    [
        ("Sam Okafor", "Okafor", "Smith"),
        ("Sam Okafor", "Ada", "Sam"),
        ("Ana de la Cruz", "Ada", "de la Torre"),
        ("Ana van der Berg", "Ada", "van der Meer"),
        ("Dr. Ana Ortega", "Ada", "Dr"),
        ("Okafor, Sam", "Ada", "Sam"),
        ("Ana Ort", "Ada", "Ortega"),
    ],
)
def test_another_name_is_none(member: str, given_names: str, family_name: str) -> None:
    assert not shares(member, given_names, family_name)


def test_who_has_the_same_whole_name_or_is_reached_where_a_member_signs_in_is_themselves(
    practice: House, front_desk: Membership, therapist: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        Membership.objects.filter(pk=therapist.pk).update(display_name="Dr. Ana Ortega")
        namesake = added(front_desk, "Ana", "Ortega")
        cousin = added(front_desk, "Ada", "Ortega")
        reached = added(front_desk, "Z", "Z", email="Therapist@Harbor-Lane.example")
        other = added(front_desk, "Ada", "Razo")
        clients = (namesake, cousin, reached, other)

        found = kin.alike({(therapist.pk, client.pk) for client in clients})

    assert found == {
        (therapist.pk, namesake.pk): Why.OWN,
        (therapist.pk, cousin.pk): Why.FAMILY,
        (therapist.pk, reached.pk): Why.OWN,
    }


def test_the_name_that_documents_say_counts_too(
    practice: House, front_desk: Membership, therapist: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        an.particulars_known(front_desk)
        named = TherapistParticulars.objects.order_by("-set_at")[0]
        family_name = named.legal_name.split()[-1]
        client = added(front_desk, "Z", family_name)

        found = kin.alike({(named.member_id, client.pk)})

    assert found == {(named.member_id, client.pk): Why.FAMILY}
