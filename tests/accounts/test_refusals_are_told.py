"""Whatever is refused stands on a log, once: the practice's of who asked, or the installation's."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import installation_scope, practice_scope
from accounts.views.strangers import EVERY_SECONDS, Bound
from audit.actions import Action
from audit.models import Event
from billing.models.stripe import WEBHOOK_BODY_MAX_BYTES
from tests import houses
from tests.accounts.views.test_invitations import invite
from tests.houses import House, browser_of, user_of
from tests.told import said

Ask = Callable[[Client, House], Any]
LARGE = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
BAD_HOST: dict[str, Any] = {"HTTP_HOST": "evil.example"}


def half_signed_in(browser: Client, house: House) -> Any:
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    del session[MFA_AT]
    session.save()
    return browser.get(reverse("clients:list"))


def to_somebody_else(browser: Client, house: House) -> Any:
    other = houses.found("summit-row", "Summit Row").people["therapist"]
    return browser.post(invite(house, user_of(other).email))


def reported(browser: Client, house: House, body: bytes) -> Any:
    url = reverse("billing:stripe_webhook", kwargs={"endpoint_id": uuid4()})
    return browser.post(url, body, content_type="application/json")


def get(route: str, *args: object, **sent: Any) -> Ask:
    return lambda browser, house: browser.get(reverse(route, args=args), **sent)


def post(route: str, *args: object, **sent: Any) -> Ask:
    return lambda browser, house: browser.post(reverse(route, args=args), **sent)


def typed(route: str, words: str) -> Ask:
    kind = "application/x-www-form-urlencoded"
    return post(route, data=f"q={words}", content_type=kind)


MEMBERS: list[tuple[str, int, Ask]] = [
    ("clients:list", 401, half_signed_in),
    ("accounts:people", 403, get("accounts:people")),
    ("billing:client", 404, get("billing:client", uuid4())),
    ("accounts:sessions_end_others", 405, get("accounts:sessions_end_others")),
    ("accounts:choose_practice", 422, post("accounts:choose_practice", data={"practice": "x"})),
    ("accounts:step_up_passkey_ask", 404, post("accounts:step_up_passkey_ask")),
    ("accounts:invitation", 404, get("accounts:invitation", "unknown")),
    ("billing:search", 400, typed("billing:search", LARGE)),
]
STRANGERS: list[tuple[str, int, Ask]] = [
    ("accounts:invitation", 404, get("accounts:invitation", "unknown")),
    ("accounts:invitation", 404, post("accounts:invitation", "unknown")),
    ("accounts:invitation", 403, to_somebody_else),
    ("accounts:not_me", 404, get("accounts:not_me", "unknown")),
    ("accounts:not_me", 404, post("accounts:not_me", "unknown")),
    ("accounts:reset_new", 404, get("accounts:reset_new")),
    ("accounts:sign_in_code", 401, get("accounts:sign_in_code")),
    ("accounts:sign_in_passkey_ask", 401, post("accounts:sign_in_passkey_ask")),
    ("accounts:sign_in", 400, get("accounts:sign_in", **BAD_HOST)),
    ("accounts:sign_in", 400, typed("accounts:sign_in", LARGE)),
    ("accounts:sign_in", 403, lambda browser, house: forged(house)),
    ("billing:stripe_webhook", 400, lambda browser, house: reported(browser, house, b"{}")),
    (
        "billing:stripe_webhook",
        413,
        lambda browser, house: reported(browser, house, b"x" * (WEBHOOK_BODY_MAX_BYTES + 1)),
    ),
    ("", 400, lambda browser, house: browser.get("/nothing/", **BAD_HOST)),
]


def forged(house: House) -> Any:
    return Client(enforce_csrf_checks=True).post(reverse("accounts:sign_in"))


def told() -> list[dict[str, str | int]]:
    """Return what the open scope's log says of refusals of requests."""
    return [said(event) for event in Event.objects.filter(action=Action.REQUEST_REFUSED)]


@pytest.mark.parametrize(("route", "status", "ask"), MEMBERS)
def test_a_members_refusal_is_on_the_practices_log_once(
    practice: House, route: str, status: int, ask: Ask
) -> None:
    answer = ask(browser_of(practice.people["front-desk"]), practice)

    assert answer.status_code == (302 if status == 401 else status)
    with practice_scope(practice.id):
        assert told() == [{"route": route, "status": status}]
        [event] = Event.objects.filter(action=Action.REQUEST_REFUSED)
        assert event.person_id == practice.people["front-desk"].person_id


@pytest.mark.parametrize(("route", "status", "ask"), STRANGERS)
def test_a_strangers_refusal_is_on_the_installations_log_once(
    practice: House, route: str, status: int, ask: Ask
) -> None:
    with installation_scope():
        before = len(told())

    answer = ask(Client(), practice)

    assert answer.status_code == (302 if status == 401 else status)
    with installation_scope():
        assert told()[before:] == [{"route": route, "status": status}]


def test_an_address_at_which_nothing_is_refuses_nothing(practice: House) -> None:
    assert browser_of(practice.people["front-desk"]).get("/nothing/").status_code == 404

    with practice_scope(practice.id):
        assert told() == []


def test_a_stranger_cannot_fill_the_log(practice: House) -> None:
    with installation_scope():
        before = len(told())

    for _ in range(30):
        get("accounts:sign_in", **BAD_HOST)(Client(), practice)

    with installation_scope():
        assert len(told()) == before + 1


def test_what_was_held_back_is_told_with_the_next() -> None:
    bound, kind, other = Bound(), ("accounts:sign_in", 400), ("accounts:sign_in", 403)

    told = [bound.passes(kind, seconds=at) for at in (0, 1, 2, EVERY_SECONDS, EVERY_SECONDS + 1)]

    assert told == [0, None, None, 2, None]
    assert bound.passes(other, seconds=1) == 0
