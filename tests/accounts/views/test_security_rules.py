"""The page of the sign-in rules: the difference first, then the change."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from accounts.selectors import policies
from accounts.selectors.policies import Rules
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from tests.houses import House

PATH = "/sign-in-rules/"
WANTED = {"rotation": "90", "idle_minutes": "5", "sessions_max": "1"}
SEEN = "None 10 3"


@pytest.fixture
def page(signed_in: Callable[[Membership], Client], administrator: Membership) -> Client:
    return signed_in(administrator)


def rules(practice: House) -> Rules:
    with practice_scope(practice.id):
        return policies.current()


def test_the_page_shows_the_rules_and_why(page: Client) -> None:
    shown = page.get(PATH).content.decode()

    assert shown.count(" checked") == 1
    assert "NIST SP 800-63B-4" in shown


def test_the_difference_is_shown_before_anything_is_saved(page: Client, practice: House) -> None:
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=91))

    answer = page.post(PATH, WANTED)

    shown = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "Until now: A password changes when others may know it.",
        "From now on: A password changes every 90 days, and when others may know it.",
        "From now on: A person is signed out after 5 quiet minutes.",
        "From now on: Each person is signed in in 1 browser at once.",
        "5 people have an older password",
    ):
        assert words in shown
    assert rules(practice) == Rules(None, 10, 3)


def test_what_was_seen_is_saved(page: Client, practice: House) -> None:
    answer = page.post(PATH, {**WANTED, "seen": SEEN})

    assert answer["Location"] == PATH
    assert rules(practice) == Rules(90, 5, 1)
    with practice_scope(practice.id):
        told = Event.objects.get(action=Action.SECURITY_POLICY_CHANGED)
    assert told.facts["changed"] == "how long a password lasts, quiet minutes, browsers at once"


def test_whoever_was_overtaken_sees_the_difference_again(page: Client, practice: House) -> None:
    page.post(PATH, {**WANTED, "seen": SEEN})

    answer = page.post(PATH, {**WANTED, "rotation": "180", "seen": SEEN})

    assert "Until now: A password changes every 90 days" in answer.content.decode()
    assert rules(practice) == Rules(90, 5, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rotation": "91"},
        {"rotation": "0"},
        {"idle_minutes": "1"},
        {"idle_minutes": "11"},
        {"idle_minutes": ""},
        {"sessions_max": "0"},
        {"sessions_max": "11"},
        {"sessions_max": "1e3"},
    ],
)
def test_what_is_out_of_range_is_refused(
    page: Client, practice: House, wrong: dict[str, str]
) -> None:
    answer = page.post(PATH, {**WANTED, **wrong, "seen": SEEN})

    assert answer.status_code == 422
    assert rules(practice) == Rules(None, 10, 3)
