"""Programs at the door: which token opens, from where, how often, and what the log hears."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.ids import uuid7
from accounts.models import ApiToken, Membership, Role, SignInSession, User
from accounts.permissions import Permission
from accounts.selectors import doors
from accounts.services import api_tokens, networks, offboarding, rates, roles
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from tests.billing import desk
from tests.houses import House, browser_of, user_of
from tests.programs import program, program_of, token_of

CLIENTS = "/api/v1/clients/"
P = Permission


@pytest.fixture
def client_id(practice: House, front_desk: Membership) -> str:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
        return str(desk.client(front_desk).pk)


def events_of(house: House, action: str) -> list[dict[str, Any]]:
    with practice_scope(house.id):
        rows: Any = Event.objects.filter(action=action).order_by("seq").values()
        return list(rows)


def is_problem(answer: Any, status: int) -> bool:
    told = json.loads(answer.content)
    return bool(
        answer.status_code == status == told["status"]
        and answer["Content-Type"] == "application/problem+json"
        and told.keys() >= {"type", "title", "detail", "instance"}
        and answer["Cache-Control"] == "no-store"
    )


def test_a_token_opens_what_its_maker_may_see(client_id: str, front_desk: Membership) -> None:
    answer = program_of(front_desk).get(CLIENTS)

    assert [row["id"] for row in answer.json()["data"]] == [client_id]
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer qlt_unknown",
        "Basic cWx0Xzp4",
        "bearer\tx",
        "Bearer " + "x" * 500,
    ],
)
def test_without_a_token_that_somebody_made_nothing_opens(client_id: str, shown: str) -> None:
    answer = Client(HTTP_AUTHORIZATION=shown).get(CLIENTS)

    assert is_problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith('Bearer realm="api"')


def test_a_signed_in_browser_opens_nothing(client_id: str, front_desk: Membership) -> None:
    assert is_problem(browser_of(front_desk).get(CLIENTS), 401)


def test_a_cookie_is_not_looked_at(client_id: str, front_desk: Membership) -> None:
    """Nor does a program keep somebody's browser awake."""
    browser, text = browser_of(front_desk), token_of(front_desk).text
    SignInSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
    before = SignInSession.objects.values_list("last_seen_at").get()

    answer = browser.get(CLIENTS, headers={"Authorization": f"Bearer {text}"})

    assert answer.status_code == 200
    assert not answer.cookies
    assert SignInSession.objects.values_list("last_seen_at").get() == before


def test_writing_needs_no_form_token(client_id: str, front_desk: Membership) -> None:
    program = Client(
        enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Bearer {token_of(front_desk).text}"
    )

    answer = program.post("/api/v1/sessions/", "{}", content_type="application/json")

    assert is_problem(answer, 422)


def test_a_page_takes_no_token(client_id: str, front_desk: Membership) -> None:
    assert program_of(front_desk).get(f"/clients/{client_id}/").status_code == 302


def test_a_revoked_token_opens_nothing(client_id: str, front_desk: Membership) -> None:
    token = token_of(front_desk)
    with practice_scope(front_desk.practice_id, person_id=front_desk.person_id):
        api_tokens.revoke(token=token.row, now=timezone.now(), by=front_desk)

    answer = program(token.text).get(CLIENTS)

    assert is_problem(answer, 401)
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_an_expired_token_opens_nothing(
    client_id: str, front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(front_desk, days=30)
    now = timezone.now() + timedelta(days=30)
    monkeypatch.setattr(timezone, "now", lambda: now)

    assert program(token.text).get(CLIENTS).status_code == 401


def test_a_token_ends_with_its_makers_membership(
    practice: House, client_id: str, front_desk: Membership, administrator: Membership
) -> None:
    token = token_of(front_desk)
    with practice_scope(practice.id, person_id=administrator.person_id):
        offboarding.end(member=front_desk, now=timezone.now(), by=administrator)

    assert program(token.text).get(CLIENTS).status_code == 401
    with practice_scope(practice.id):
        assert ApiToken.objects.get(pk=token.row.pk).revoked_by_id == administrator.pk


def test_a_token_rests_while_its_maker_may_not_make_one(
    practice: House, client_id: str, front_desk: Membership, administrator: Membership
) -> None:
    token = token_of(front_desk)
    with practice_scope(practice.id, person_id=administrator.person_id):
        own = Role.objects.get(name="Programs")
        roles.withdraw(member=front_desk, role=own, now=timezone.now(), by=administrator)

    assert program(token.text).get(CLIENTS).status_code == 401


def test_a_right_that_its_maker_loses_is_lost_at_the_next_request(
    practice: House, client_id: str, front_desk: Membership
) -> None:
    asking = program_of(front_desk)
    names = [asking.get(CLIENTS).json()["data"][0]["name"]]
    with practice_scope(practice.id):
        role = Role.objects.get(slug="front-desk")
        roles.set_permissions(role=role, permissions={P.CLIENT_VIEW, P.CLIENT_VIEW_ALL})

    names.append(asking.get(CLIENTS).json()["data"][0]["name"])

    assert names == ["Amara Okonkwo", None]


def test_a_token_opens_no_more_than_it_was_made_for(client_id: str, front_desk: Membership) -> None:
    narrow = program_of(front_desk, {P.CLIENT_VIEW, P.CLIENT_VIEW_ALL})

    assert narrow.get(CLIENTS).json()["data"][0]["name"] is None
    assert narrow.get(f"{CLIENTS}{client_id}/").json()["identity"] is None
    assert is_problem(narrow.get("/api/v1/invoices/"), 403)


def test_a_disabled_person_has_no_program(client_id: str, front_desk: Membership) -> None:
    asking = program_of(front_desk)
    User.objects.filter(pk=user_of(front_desk).pk).update(is_active=False)

    assert asking.get(CLIENTS).status_code == 401


def test_a_membership_that_rests_has_no_program(
    practice: House, client_id: str, front_desk: Membership
) -> None:
    asking = program_of(front_desk)
    with practice_scope(practice.id):
        long_ago = timezone.now() - timedelta(days=91)
        Membership.objects.filter(pk=front_desk.pk).update(entered_at=long_ago)

    assert asking.get(CLIENTS).status_code == 401


def test_a_program_asks_from_the_practices_networks(
    practice: House, client_id: str, front_desk: Membership, administrator: Membership
) -> None:
    asking = program_of(front_desk)
    with practice_scope(practice.id, person_id=administrator.person_id):
        networks.bind(roles=[], address=None, by=administrator)
        networks.add(
            network=networks.parsed("203.0.113.0/24"),
            label="Office",
            address=None,
            now=timezone.now(),
            by=administrator,
        )
        front = Role.objects.get(slug="front-desk")
        networks.bind(roles=[front], address=None, by=administrator)

    assert is_problem(asking.get(CLIENTS), 403)
    assert asking.get(CLIENTS, REMOTE_ADDR="203.0.113.9").status_code == 200
    forged = asking.get(CLIENTS, headers={"X-Forwarded-For": "203.0.113.9"})
    assert forged.status_code == 403


def test_too_much_in_a_minute_is_refused_with_the_seconds_to_wait(
    client_id: str, front_desk: Membership, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_COST_PER_MINUTE = 3
    asking, other = program_of(front_desk), program_of(front_desk)
    at = timezone.now().replace(second=48, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: at)

    statuses = [asking.get(CLIENTS).status_code for _ in range(4)]
    answer = asking.get(CLIENTS)
    elsewhere = other.get(CLIENTS).status_code
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(seconds=12))

    assert statuses == [200, 200, 200, 429]
    assert is_problem(answer, 429)
    assert answer["Retry-After"] == "12"
    assert elsewhere == 200
    assert asking.get(CLIENTS).status_code == 200


def test_what_costs_more_is_counted_as_more() -> None:
    token, now = uuid7(), timezone.now().replace(second=0)

    waits = [rates.spend(token, cost=10, limit=25, now=now) for _ in range(4)]

    assert waits == [0, 0, 60, 60]


def test_without_valkey_each_process_counts_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise RedisConnectionError

    monkeypatch.setattr(rates, "_valkey", away)
    token, now = uuid7(), timezone.now().replace(second=0)

    waits = [rates.spend(token, cost=10, limit=25, now=now) for _ in range(4)]

    assert waits == [0, 0, 60, 60]


def test_every_read_is_on_the_log_with_the_clients_and_the_program(
    practice: House, client_id: str, front_desk: Membership
) -> None:
    token = token_of(front_desk)

    program(token.text).get(f"{CLIENTS}{client_id}/")

    [told] = events_of(practice, "clients.client.viewed")
    assert told["person_id"] == front_desk.person_id
    assert told["facts"]["program"] == str(token.row.pk)
    with practice_scope(practice.id):
        assert Touch.objects.filter(client_id=client_id, seq=told["seq"]).count() == 1


def test_the_log_names_the_program_in_words(
    client_id: str, front_desk: Membership, administrator: Membership
) -> None:
    program_of(front_desk).get(f"{CLIENTS}{client_id}/")

    page = browser_of(administrator).get("/log/").content.decode()

    assert "opened client C-0001, by the program Records." in page


def test_a_refusal_is_on_the_log_once_a_minute_for_each_kind_and_token(
    practice: House, client_id: str, front_desk: Membership
) -> None:
    asking = program_of(front_desk, {P.CLIENT_VIEW})
    for _ in range(5):
        asking.get("/api/v1/invoices/")
        asking.get(f"{CLIENTS}{uuid7()}/")

    told = events_of(practice, "accounts.request.refused")

    assert sorted((each["facts"]["route"], each["facts"]["status"]) for each in told) == [
        ("billing:api_invoices", 403),
        ("clients:api_client", 404),
    ]


def test_when_a_token_was_used_last_is_kept(
    practice: House, client_id: str, front_desk: Membership
) -> None:
    token = token_of(front_desk)

    program(token.text).get(CLIENTS)

    with practice_scope(practice.id):
        used = ApiToken.objects.get(pk=token.row.pk).last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/api/", {}, 404),
        ("GET", "/api/v1/clients", {}, 404),
        ("POST", "/api/v2/", {}, 404),
        ("DELETE", CLIENTS, {}, 405),
        ("OPTIONS", CLIENTS, {}, 405),
        ("POST", CLIENTS, {}, 405),
        ("QUACK", CLIENTS, {}, 405),
        ("GET", CLIENTS, {"HTTP_ACCEPT": "text/html"}, 406),
        ("GET", f"{CLIENTS}?limit=0", {}, 400),
        ("GET", f"{CLIENTS}?limit=101", {}, 400),
        ("GET", f"{CLIENTS}?after=x", {}, 400),
        ("GET", f"{CLIENTS}?afetr=01a22832-7ff6-708d-811f-a480411401df", {}, 400),
        ("GET", f"{CLIENTS}?limit=1&limit=2", {}, 400),
        ("GET", f"{CLIENTS}?after=4242424242424242", {}, 400),
        ("GET", f"{CLIENTS}?after=%00", {}, 400),
        ("POST", "/api/v1/sessions/", {"content_type": "text/plain", "data": "x"}, 415),
        (
            "POST",
            "/api/v1/sessions/",
            {"content_type": "application/x-www-form-urlencoded", "data": "x=1"},
            415,
        ),
        ("POST", "/api/v1/sessions/", {"data": "{"}, 400),
        ("POST", "/api/v1/sessions/", {"data": b"\xff"}, 400),
        ("POST", "/api/v1/sessions/", {"data": "NaN"}, 400),
        ("POST", "/api/v1/sessions/", {"data": "[" * 30_000}, 400),
        ("POST", "/api/v1/sessions/", {"data": '"' + "x" * 70_000 + '"'}, 413),
        ("POST", "/api/v1/sessions/", {"data": "[]"}, 422),
    ],
)
def test_every_fault_is_told_as_a_problem(
    client_id: str,
    front_desk: Membership,
    method: str,
    path: str,
    sent: dict[str, Any],
    status: int,
) -> None:
    asked = {"data": "", "content_type": "application/json", **sent}

    answer = program_of(front_desk).generic(method, path, **asked)

    assert is_problem(answer, status)


def test_a_failure_is_told_as_a_problem_and_leaves_nothing(
    practice: House, client_id: str, front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = program_of(front_desk)
    asking.raise_request_exception = False
    monkeypatch.setattr("clients.api.clients.line", None)

    answer = asking.get(CLIENTS)

    assert is_problem(answer, 500)
    assert "NoneType" not in answer.content.decode()
    assert events_of(practice, "clients.client.listed") == []
    assert len(events_of(practice, "accounts.request.failed")) == 1


def test_a_failure_at_the_door_is_told_as_a_problem(
    front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = program_of(front_desk)
    asking.raise_request_exception = False
    monkeypatch.setattr(doors, "holder_of_api_token", None)

    assert is_problem(asking.get(CLIENTS), 500)


def test_what_a_program_has_is_not_sent_again(client_id: str, front_desk: Membership) -> None:
    asking = program_of(front_desk)
    name = asking.get(CLIENTS)["ETag"]

    again = asking.get(CLIENTS, headers={"If-None-Match": name})
    weak = asking.get(CLIENTS, headers={"If-None-Match": f'"x", W/{name}'})
    with practice_scope(front_desk.practice_id, person_id=front_desk.person_id):
        desk.client(front_desk, "Quill")
    changed = asking.get(CLIENTS, headers={"If-None-Match": name})

    assert [again.status_code, weak.status_code, changed.status_code] == [304, 304, 200]
    assert again.content == b""
    assert again["ETag"] == name != changed["ETag"]
    assert again["Cache-Control"] == "no-store"


def test_the_name_of_an_answer_tells_nothing_of_it(
    practice: House, other_practice: House, client_id: str
) -> None:
    """Two practices with the very same answer name it differently."""
    empty = "/api/v1/invoices/"
    houses = (practice, other_practice)

    names = {program_of(house.people["front-desk"]).get(empty)["ETag"] for house in houses}

    assert len(names) == 2


def test_lists_go_on_after_their_cursor_whatever_is_added(
    practice: House, client_id: str, front_desk: Membership
) -> None:
    asking, seen, after = program_of(front_desk), [], ""
    with practice_scope(practice.id, person_id=front_desk.person_id):
        for number in range(4):
            desk.client(front_desk, f"Name{number}")
    for number in range(10):
        page = asking.get(f"{CLIENTS}?limit=2{after}").json()
        seen += [row["code"] for row in page["data"]]
        if number == 0:
            with practice_scope(practice.id, person_id=front_desk.person_id):
                desk.client(front_desk, "Late")
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert seen == [f"C-{number:04d}" for number in range(1, 7)]


def test_a_head_has_the_headers_of_a_get(client_id: str, front_desk: Membership) -> None:
    asking = program_of(front_desk)

    head = asking.head(CLIENTS)

    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == asking.get(CLIENTS)["ETag"]


def test_pages_cost_no_query_for_programs(
    practice: House, front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("A page asked for a token.")

    monkeypatch.setattr(doors, "holder_of_api_token", refuse)
    headers = {"Authorization": "Bearer qlt_x"}

    assert browser_of(front_desk).get("/clients/", headers=headers).status_code == 200


def test_a_token_is_in_no_log_of_the_server(
    client_id: str, front_desk: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_of(front_desk)

    program(token.text).get(CLIENTS)
    program(token.text).get("/api/v1/nothing/")

    assert token.text not in caplog.text

    assert django_settings.DEBUG is False
