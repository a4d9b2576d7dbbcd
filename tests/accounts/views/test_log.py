"""The log, read on its page."""

import re
from dataclasses import replace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.selectors import seats
from accounts.services import roles
from accounts.sessions import digest
from accounts.tenancy import practice_scope
from accounts.views import browser as naming
from audit.actions import Action
from audit.models import Event
from audit.services import events
from tests.houses import FOUNDED_AT, House, browser_of


@pytest.fixture
def reader(auditor: Membership) -> Client:
    return browser_of(auditor)


def text_of(browser: Client, **query: str) -> str:
    page = browser.get(reverse("accounts:log"), query).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.split('id="main"')[1]).split())


def test_an_event_is_a_sentence_with_the_names_of_people(
    reader: Client, practice: House, administrator: Membership, therapist: Membership
) -> None:
    with practice_scope(practice.id, person_id=administrator.person_id):
        auditor_role = Role.objects.get(slug="auditor")
        roles.grant(member=therapist, role=auditor_role, now=FOUNDED_AT, by=administrator)

    assert (
        f"{administrator.display_name} gave the role auditor to {therapist.display_name}."
        in text_of(reader)
    )


def test_reading_the_log_is_on_the_log(
    reader: Client, practice: House, auditor: Membership
) -> None:
    text_of(reader)

    with practice_scope(practice.id):
        viewed = Event.objects.get(action=Action.LOG_VIEWED)
        assert viewed.person_id == auditor.person_id
        assert viewed.facts["count"] == viewed.seq - 1


def test_the_log_is_narrowed_to_a_person_and_an_area(
    reader: Client, practice: House, front_desk: Membership, therapist: Membership
) -> None:
    for member in (front_desk, therapist):
        with practice_scope(practice.id, person_id=member.person_id):
            events.record(Action.CLIENT_LISTED, count=3)

    mine = text_of(reader, who=str(front_desk.pk), did="clients.")

    assert f"{front_desk.display_name} looked at the list of clients, 3 shown." in mine
    assert f"{therapist.display_name} looked" not in mine
    assert "gave the role" not in mine


def test_older_lines_are_a_page_away(reader: Client, practice: House) -> None:
    with practice_scope(practice.id):
        for _ in range(150):
            events.record(Action.CLIENT_LISTED, count=1)

    first = reader.get(reverse("accounts:log"), {"did": "clients."}).content.decode()
    older = re.findall(r'href="(\?[^"]*before=\d+)"', first)[0].replace("&amp;", "&")
    second = reader.get(reverse("accounts:log") + older).content.decode()

    numbers = [set(re.findall(r"no\. (\d+)<", page)) for page in (first, second)]
    assert [len(page) for page in numbers] == [100, 50]
    assert not numbers[0] & numbers[1]


def test_the_log_is_narrowed_to_a_day_an_address_and_what_was_refused(
    reader: Client, practice: House, front_desk: Membership
) -> None:
    browser_of(front_desk).get(reverse("accounts:log"), REMOTE_ADDR="203.0.113.7")
    today = f"{timezone.localdate(timezone=ZoneInfo('America/New_York')):%Y-%m-%d}"
    asked = {"outcome": "refused", "since": today, "until": today}

    mine = text_of(reader, address="::ffff:203.0.113.7", who=str(front_desk.pk), **asked)

    assert f"{front_desk.display_name} asked for something" in mine
    assert "203.0.113.7, no. " in mine
    assert "No events match." in text_of(reader, address="203.0.113.8", **asked)
    assert "No events match." in text_of(reader, until="2001-01-01")


def test_an_event_tells_of_its_sign_in_and_its_request(
    reader: Client, practice: House, auditor: Membership
) -> None:
    answer = reader.get(reverse("accounts:log"), REMOTE_ADDR="2001:db8::1")

    with practice_scope(practice.id):
        told = Event.objects.get(action=Action.LOG_VIEWED)
    key = reader.cookies["__Host-session"].value
    assert told.address == told.facts["at_address"] == "2001:db8::1"
    assert told.facts["by_request"] == answer["X-Request-ID"]
    assert told.facts["in_session"] == digest(key)[:12]


def test_an_event_tells_of_its_browser_and_its_roles(reader: Client, practice: House) -> None:
    marked = HttpResponse()
    naming.mark(marked, "a name that we gave it")
    reader.cookies.update(marked.cookies)
    reader.get(reverse("accounts:log"))
    with practice_scope(practice.id):
        told = Event.objects.get(action=Action.LOG_VIEWED)
        roles = {role.slug: role.pk.hex[-12:] for role in Role.objects.all()}

    assert told.facts["on_device"] == digest("a name that we gave it")[:12]
    assert told.facts["in_roles"] == roles["auditor"]
    assert "as_role" not in told.facts


def test_an_event_tells_as_which_role_somebody_looked(
    practice: House, administrator: Membership
) -> None:
    looking = browser_of(administrator)
    with practice_scope(practice.id):
        desk = Role.objects.get(slug="front-desk").pk
        own = Role.objects.get(slug="administrator").pk
    looking.post(reverse("accounts:view_as", args=[desk]))
    assert looking.post(reverse("billing:search")).status_code == 403

    with practice_scope(practice.id):
        refused = Event.objects.filter(is_refusal=True).latest("seq")
    assert refused.facts["as_role"] == desk.hex[-12:]
    assert refused.facts["in_roles"] == own.hex[-12:]


def test_of_many_roles_the_log_tells_how_many(practice: House, administrator: Membership) -> None:
    with practice_scope(practice.id, person_id=administrator.person_id):
        seat = seats.taken(now=timezone.now())
    assert seat is not None
    many = replace(seat, role_ids=[uuid4() for _ in range(40)]).acting["in_roles"]

    assert many.endswith(" +26")
    assert len(many) <= events.LONGEST_TEXT


def test_what_a_job_does_tells_which_job_did_it(practice: House) -> None:
    @current_app.task(name="billing.tasks.of_a_test")  # type: ignore[untyped-decorator]  # Celery has no types
    def job() -> None:
        with practice_scope(practice.id):
            events.record(Action.LOG_VERIFIED)

    job()

    with practice_scope(practice.id):
        assert Event.objects.latest("seq").facts["by_job"] == "billing.of_a_test"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"address": "nowhere"}, "Enter one network address"),
        ({"since": "2026-13-01"}, "Enter a date."),
        ({"until": "9999-12-31"}, "Enter a day of 2199 or earlier."),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "Enter a day that is not before"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_in_words(
    reader: Client, query: dict[str, str], said: str
) -> None:
    assert said in text_of(reader, **query)


@pytest.mark.parametrize("query", [{"who": "nobody"}, {"did": "anything"}, {"before": "x"}])
def test_a_filter_that_makes_no_sense_shows_no_failure(
    reader: Client, query: dict[str, str]
) -> None:
    assert reader.get(reverse("accounts:log"), query).status_code == 200


def test_the_chain_is_said_to_end_where_its_head_is(reader: Client, practice: House) -> None:
    with practice_scope(practice.id):
        newest = Event.objects.latest("seq").seq

    assert f"The chain has {newest:,} events and ends at no. {newest:,}." in text_of(reader)


def test_another_practices_events_are_not_there(
    reader: Client, practice: House, other_practice: House, stranger: Membership
) -> None:
    with practice_scope(other_practice.id, person_id=stranger.person_id):
        events.record(Action.CLIENT_LISTED, count=777)

    assert "777" not in text_of(reader)
