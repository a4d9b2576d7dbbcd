"""Counting attempts: a name's, a known device's, and those of all strangers together."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import SignInTry, User
from accounts.selectors import presence
from accounts.services import devices, signin, spray, tries
from accounts.services.signin import NotAccepted
from accounts.services.totp import WrongCode
from accounts.services.tries import NameRests, NewDevicesRest
from accounts.sessions import Origin
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW, SignInPerson
from tests.houses import PASSWORD, House

HERE = Origin("Firefox on Linux", "203.0.113.9")


def known_device_of(user: User, practice: House) -> UUID:
    """Let somebody have signed in with a browser before, and return its id."""
    token = devices.new_token()
    devices.remember(token=token, user=user, origin=HERE, practice_id=practice.id, now=NOW)
    found = presence.known_device(token=token, name=user.email)
    assert found is not None
    return found


def guess(email: str, device_id: UUID | None = None, password: str = "wrong") -> signin.Ticket:
    return signin.give_password(email=email, password=password, now=NOW, device_id=device_id)


def guess_wrongly(email: str, times: int, device_id: UUID | None = None) -> None:
    for _ in range(times):
        with pytest.raises(NotAccepted):
            guess(email, device_id)


def test_a_strangers_guesses_do_not_lock_the_owner_out(
    person: SignInPerson, practice: House
) -> None:
    own = known_device_of(person.user, practice)
    guess_wrongly(person.user.email, 5)

    ticket = guess(person.user.email, own, PASSWORD)
    with pytest.raises(NameRests):
        guess(person.user.email, None, PASSWORD)

    assert signin.give_code(ticket=ticket.text, code=person.code(), now=NOW, device_id=own)


def test_a_stolen_device_gives_five_tries_more_and_no_sixth(
    person: SignInPerson, practice: House
) -> None:
    stolen = known_device_of(person.user, practice)
    guess_wrongly(person.user.email, 5)
    guess_wrongly(person.user.email, 5, stolen)

    for device in (None, stolen):
        with pytest.raises(NameRests):
            guess(person.user.email, device, PASSWORD)


def test_the_second_step_has_the_same_count(person: SignInPerson, practice: House) -> None:
    own = known_device_of(person.user, practice)
    ticket = guess(person.user.email, own, PASSWORD)
    guess_wrongly(person.user.email, 5)
    for _ in range(5):
        with pytest.raises(WrongCode):
            signin.give_code(ticket=ticket.text, code="000000", now=NOW, device_id=own)

    with pytest.raises(NameRests):
        signin.give_code(ticket=ticket.text, code=person.code(), now=NOW, device_id=own)


def test_a_device_of_somebody_else_is_not_known(
    person: SignInPerson, newcomer: User, practice: House
) -> None:
    token = devices.new_token()
    devices.remember(token=token, user=newcomer, origin=HERE, practice_id=practice.id, now=NOW)

    assert presence.known_device(token=token, name=newcomer.email)
    assert presence.known_device(token=token, name=person.user.email) is None
    assert presence.known_device(token="", name=newcomer.email) is None


@pytest.mark.parametrize("name", ["front-desk@harbor-lane.example", "nobody@example.org"])
def test_looking_a_device_up_asks_the_same_whether_or_not_the_name_exists(
    person: SignInPerson, name: str
) -> None:
    with CaptureQueriesContext(connections["gate"]) as asked:
        presence.known_device(token=devices.new_token(), name=name)

    [query] = asked.captured_queries
    assert "accounts_user" not in query["sql"]


def test_what_is_refused_while_a_name_rests_prolongs_nothing(person: SignInPerson) -> None:
    guess_wrongly(person.user.email, 5)
    almost = NOW + tries.WINDOW - timedelta(seconds=1)
    with pytest.raises(NameRests):
        signin.give_password(email=person.user.email, password=PASSWORD, now=almost)

    assert SignInTry.objects.count() == 5
    assert signin.give_password(email=person.user.email, password=PASSWORD, now=NOW + tries.WINDOW)


@pytest.fixture
def ten_tries(settings: Settings) -> None:
    settings.SPRAY_TRIES_MAX, settings.SPRAY_NAMES = 10, 8
    settings.OPERATOR_MAIL = "operator@example.org"


def spread(count: int) -> None:
    """Guess once at each of so many names, most of which nobody has."""
    for _ in range(count):
        with pytest.raises(NotAccepted):
            guess(f"{uuid4().hex}@example.org")


def test_strangers_rest_after_too_many_failures_over_all_names(
    person: SignInPerson, practice: House, ten_tries: None
) -> None:
    own = known_device_of(person.user, practice)
    spread(10)

    with pytest.raises(NewDevicesRest, match="Sign-in from new devices rests for a few minutes"):
        guess(person.user.email, None, PASSWORD)
    assert guess(person.user.email, own, PASSWORD)


def test_strangers_try_again_after_ten_minutes(person: SignInPerson, ten_tries: None) -> None:
    spread(10)
    later = NOW + tries.SPRAY_WINDOW

    assert signin.give_password(email=person.user.email, password=PASSWORD, now=later)


def test_sign_ins_that_succeed_and_known_devices_make_nobody_rest(
    person: SignInPerson, practice: House, ten_tries: None
) -> None:
    own = known_device_of(person.user, practice)
    for _ in range(12):
        guess(person.user.email, None, PASSWORD)
    guess_wrongly(person.user.email, 5, own)
    spread(9)

    assert guess(person.user.email, None, PASSWORD)


def test_the_rest_is_said_on_the_page_and_on_the_log(
    person: SignInPerson, ten_tries: None, browser: Client
) -> None:
    wrong = {"password": "wrong"}
    for place in range(10):
        browser.post("/sign-in/", {"email": f"{place}@example.org", **wrong})

    answer = browser.post("/sign-in/", {"email": person.user.email, "password": PASSWORD})

    assert answer.status_code == 422
    assert "Sign-in from new devices rests for a few minutes." in answer.content.decode()
    with installation_scope():
        failed = Event.objects.filter(action=Action.SIGN_IN_FAILED).latest("seq")
    assert failed.facts["reason"] == "new devices rest"


def test_the_alarm_is_raised_once_in_ten_minutes(practice: House, ten_tries: None) -> None:
    spread(8)

    raised = [spray.watch(now=NOW + timedelta(seconds=20 * turn)) for turn in range(4)]

    assert [bool(alarm) for alarm in raised] == [True, False, False, False]
    assert raised[0] is not None
    assert raised[0].names == 8
    with installation_scope():
        assert Event.objects.filter(action=Action.SPRAY_ALARM).count() == 1


def test_a_few_names_are_no_alarm(
    practice: House, ten_tries: None, caplog: pytest.LogCaptureFixture
) -> None:
    spread(7)

    assert spray.watch(now=NOW) is None
    assert caplog.messages == []


def test_without_an_operators_address_the_alarm_still_has_its_line(
    practice: House, ten_tries: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OPERATOR_MAIL = ""
    spread(8)

    for _ in range(2):
        spray.watch(now=NOW)

    assert caplog.messages == ["Sign-ins failed under 8 names in ten minutes, from new devices."]


@pytest.mark.parametrize(
    ("address", "is_demo", "ids"),
    [("", False, ["accounts.W001"]), ("", True, []), ("operator@example.org", False, [])],
)
def test_a_deployment_that_reaches_no_operator_is_warned(
    settings: Settings, address: str, is_demo: bool, ids: list[str]
) -> None:
    settings.OPERATOR_MAIL, settings.QUIETLEDGER_DEMO = address, is_demo

    found = run_checks(
        app_configs=[apps.get_app_config("accounts")], include_deployment_checks=True
    )

    assert [each.id for each in found if str(each.id).startswith("accounts.")] == ids
