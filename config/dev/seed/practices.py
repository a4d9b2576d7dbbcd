"""Founding a demo practice: its people, books, services and card account."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.ids import uuid7
from accounts.models import Membership, Role
from accounts.services import members, practices, totp, users
from accounts.tenancy import practice_scope
from billing.services import card_accounts, service_codes
from config.dev.seed import particulars
from config.dev.seed.story import ROLES, PracticeStory
from config.dev.seed.webhooks import register_endpoint
from ledger.services import chart

SIMULATOR_KEY = "sk_test_quietledger_demo_"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demo, with the secrets that only a demo shows."""

    practice: str
    slug: str
    name: str
    role: str
    email: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    practice_id: str
    person_id: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Founded:
    """A practice that stands, and its people by role slug."""

    id: UUID
    people: list[Person]


def found(story: PracticeStory, *, now: datetime) -> Founded:
    """Found a demo practice; each person has a password and an authenticator already."""
    practice_id = uuid7()
    staff = [
        _person(story, name, role, practice_id, now)
        for name, role in zip(story.people, ROLES, strict=True)
    ]
    colleague = _person(story, story.colleague, "therapist", practice_id, now)
    with practice_scope(practice_id):
        automaton = practices.found(
            slug=story.slug,
            name=story.name,
            discreet_name=story.discreet_name,
            time_zone=story.time_zone,
            rotation_days=story.rotation_days,
            now=now,
        )
        chart.open(by=automaton)
        service_codes.open_defaults(on=now.date().replace(month=1, day=1), now=now, by=automaton)
        for person in [*staff, colleague]:
            _join(person, automaton, now)
        particulars.say(story, now=now, by=automaton)
        secret_key = SIMULATOR_KEY + practice_id.hex
        card_accounts.connect(secret_key=secret_key, is_live=False, now=now, by=automaton)
    _listen(practice_id, secret_key, automaton, now)
    return Founded(practice_id, staff)


def _person(story: PracticeStory, name: str, role: str, practice_id: UUID, now: datetime) -> Person:
    first = name.split()[0].lower()
    email = f"{first}@{story.slug.replace('-', '')}.example"
    password = "-".join(secrets.choice(WORDS) for _ in range(4))
    user = users.create(email=email, password=password, now=now)
    secret = totp.new_secret()
    totp.install(user=user, secret=secret, now=now)
    return Person(
        practice=story.name,
        slug=story.slug,
        name=name,
        role=role,
        email=email,
        password=password,
        totp_secret=secret,
        practice_id=str(practice_id),
        person_id=str(user.pk),
    )


def _join(person: Person, automaton: Membership, now: datetime) -> None:
    members.add(
        person_id=UUID(person.person_id),
        display_name=person.name,
        role=Role.objects.get(slug=person.role),
        now=now,
        by=automaton,
    )


def _listen(practice_id: UUID, secret_key: str, automaton: Membership, now: datetime) -> None:
    """Let the simulator report to this practice, where one is running."""
    endpoint_id = uuid7()
    url = f"{settings.BASE_URL}/webhooks/stripe/{endpoint_id}"
    signing_secret = register_endpoint(secret_key, url)
    if signing_secret is None:
        return
    with practice_scope(practice_id):
        card_accounts.listen(
            endpoint_id=endpoint_id, signing_secret=signing_secret, now=now, by=automaton
        )


WORDS = (
    "amber", "anchor", "basil", "birch", "brook", "canvas", "cedar", "clover", "copper", "coral",
    "cotton", "dune", "ember", "fern", "flint", "garnet", "harbor", "hazel", "heron", "indigo",
    "ivory", "juniper", "kestrel", "lantern", "linen", "maple", "marble", "meadow", "nutmeg",
    "ocean", "olive", "orchid", "pebble", "pepper", "plum", "quartz", "raven", "river", "saffron",
    "sage", "sparrow", "spruce", "sunset", "thistle", "timber", "tulip", "velvet", "willow",
)  # fmt: skip
