"""Who is in a demo. Every name is invented."""

from dataclasses import dataclass
from datetime import date

ROLES = ("front-desk", "accountant", "therapist", "administrator", "auditor")


@dataclass(frozen=True, slots=True)
class PracticeStory:
    """A practice and its people, in the order of ``ROLES``, and a therapist who never signs in."""

    slug: str
    name: str
    discreet_name: str
    time_zone: str
    people: tuple[str, ...]
    colleague: str
    rotation_days: int | None


PRACTICES = (
    PracticeStory(
        "harbor-lane",
        "Harbor Lane Therapy",
        "Harbor Lane",
        "America/New_York",
        ("Rosalind Achebe", "Avery Lindqvist", "Ingrid Solheim", "Max Okafor", "Noor Haddad"),
        "Samuel Asante",
        90,
    ),
    PracticeStory(
        "summit-row",
        "Summit Row Counseling",
        "Summit Row",
        "America/Denver",
        ("Dana Whitlock", "Teo Marchetti", "Leilani Kahale", "Priya Raman", "Jonas Ekström"),
        "Nia Roberts",
        None,
    ),
)

FURTHER_PEOPLE = ("Robin Vale", "Sasha Moreau", "Kit Nakata", "Jo Abara", "Lee Fontaine")

GIVEN_NAMES = (
    "Amara", "María José", "Łukasz", "美玲", "أمينة", "አበበ", "दीपा", "יעל", "Олена", "Thị Hương",
    "Søren", "Keahi", "Hannah", "D'Angelo", "Zoë", "Björn", "Chiamaka", "José", "Saoirse", "Noa",
    "Emre", "Wei", "Fatima", "Gil",
)  # fmt: skip
FAMILY_NAMES = (
    "Okonkwo", "Núñez Ortega", "Wójcik", "林", "حداد", "ተስፋዬ", "नायर", "בן־דוד", "Шевченко",
    "Nguyễn", "Ågård", "ʻŌpūnui", "Whitfield", "O'Rourke", "Brandt-Meyer", "Þórsson", "Adeyemi",
    "Peña", "Ní Bhriain", "", "Yıldız", "Zhang", "al-Farsi", "Stone",
)  # fmt: skip


PARENTS = (
    ("Oleksandra Wren", "7 Linden Way\nSalem, MA 01970"),
    ("Florian Wren", "8 Quarry Road\nLynn, MA 01901"),
)
"""Two people who pay for a child and live apart."""


@dataclass(frozen=True, slots=True)
class ClientStory:
    """A client as the front desk would type them in."""

    given_names: str
    family_name: str
    birth_date: date
    email: str
    phone: str


def client(number: int) -> ClientStory:
    """Return the invented client with this number, from 0."""
    lap, place = divmod(number, len(GIVEN_NAMES))
    return ClientStory(
        given_names=GIVEN_NAMES[place],
        family_name=FAMILY_NAMES[(place + lap * 5) % len(FAMILY_NAMES)],
        birth_date=date(1950 + number * 7 % 55, number % 12 + 1, number * 5 % 28 + 1),
        email=f"client{number + 1}@mail.example",
        phone=f"+1 202 555 {100 + number % 100:04}",
    )
