"""Who has looked at a client's record: complete, in the practice's time, and itself on the log."""

import ast
import csv
import io
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from audit.selectors.log import Wanted
from audit.services import events
from clients.models import Client, EmergencyAccess
from clients.selectors import looks
from clients.services import emergencies, merges
from tests.billing import desk
from tests.clients import records
from tests.houses import House, browser_of
from tests.pdf_text import text_of as text_of_pdf
from tests.programs import program_of

ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def client(practice: House) -> Client:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        return desk.client(by, "Quietwater")


def page_of(house: House, client: Client, **query: str) -> str:
    browser = browser_of(house.people["administrator"])
    answer = browser.get(reverse("billing:looks", args=[client.pk]), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def looks_at(house: House, client: Client, **asked: Any) -> list[looks.Look]:
    with practice_scope(house.id):
        return looks.of(client, **asked)


def test_every_way_of_looking_is_told_with_person_role_and_part(
    practice: House, client: Client
) -> None:
    front_desk, therapist = practice.people["front-desk"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=front_desk.person_id):
        coverage = records.coverage(client, front_desk)
    with practice_scope(practice.id, person_id=therapist.person_id):
        emergencies.open_record(
            client=client, reason=EmergencyAccess.Reason.CRISIS, now=timezone.now(), by=therapist
        )
    browser = browser_of(front_desk)
    browser.get(reverse("billing:client", args=[client.pk]))
    browser.post(reverse("billing:search"), {"q": "quietw"})
    browser.get(reverse("clients:list"))
    browser.post(reverse("clients:member_id", args=[client.pk, coverage.pk]))
    browser.post(reverse("clients:export"))
    browser_of(therapist).get(reverse("clients:diagnoses", args=[client.pk]))
    program = program_of(front_desk)
    program.get(reverse("clients:api_client", args=[client.pk]))
    program.get(reverse("billing:api_fhir_account", args=[client.pk]))

    told = {(each.who, each.role, each.part, each.way) for each in looks_at(practice, client)}

    desk_of, held = front_desk.display_name, "Front desk"
    assert told >= {
        (desk_of, held, "The record", looks.ON_PAGES),
        (desk_of, held, "A line in a list", looks.ON_PAGES),
        (desk_of, held, "Insurance, with the whole member id", looks.ON_PAGES),
        (desk_of, held, "Name and how to be reached, in a file", looks.ON_PAGES),
        (therapist.display_name, "Therapist", "Diagnoses", looks.IN_EMERGENCY),
    }
    assert any(way == looks.BY_PROGRAM for *_, way in told)


def test_the_page_tells_no_name_and_no_value_and_is_itself_told(
    practice: House, client: Client
) -> None:
    browser_of(practice.people["front-desk"]).get(reverse("billing:client", args=[client.pk]))

    page, again = page_of(practice, client), page_of(practice, client)

    assert f"opened client {client.code}." in page
    assert "Quietwater" not in page
    assert f"looked at who had seen the record of client {client.code}" in again


def test_what_was_merged_into_a_record_belongs_to_it(practice: House, client: Client) -> None:
    by, second = practice.people["front-desk"], practice.people["accountant"]
    with practice_scope(practice.id, person_id=by.person_id):
        double = desk.client(by, "Doppelt")
    browser_of(by).get(reverse("billing:client", args=[double.pk]))
    with practice_scope(practice.id, person_id=by.person_id):
        merge = merges.ask(kept=client, merged=double, now=desk.NOW, by=by)
        merges.approve(merge=merge, now=desk.NOW, by=second)

    found = looks_at(practice, client)
    browser = browser_of(practice.people["auditor"])
    moved = browser.get(reverse("billing:looks", args=[double.pk]))

    assert f"opened client {double.code}." in " ".join(each.sentence for each in found)
    assert len({each.number for each in found}) == len(found)
    assert moved["Location"] == reverse("billing:looks", args=[client.pk])
    asked = browser.post(reverse("billing:looks_find"), {"code": double.code.lower()})
    assert asked["Location"] == reverse("billing:looks", args=[client.pk])


def test_days_are_those_of_the_practice(practice: House, client: Client) -> None:
    now = timezone.now()
    today = now.astimezone(ZONE).date()
    yesterday = f"{today - timedelta(days=1):%Y-%m-%d}"

    assert "added client" in page_of(practice, client, since=f"{today:%Y-%m-%d}")
    assert "added client" not in page_of(practice, client, until=yesterday)
    assert "Enter a day that is not before the first." in page_of(
        practice, client, since=f"{today:%Y-%m-%d}", until=yesterday
    )


def test_a_long_list_is_read_page_by_page(practice: House, client: Client) -> None:
    with practice_scope(practice.id, person_id=practice.people["front-desk"].person_id):
        for _ in range(150):
            events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])

    first = looks_at(practice, client)
    second = looks_at(practice, client, before_seq=first[-1].number)

    assert len(first) == 100
    assert 50 <= len(second) < 100
    assert f"before={first[-1].number - 0}" not in page_of(practice, client, before="1")


def test_a_role_is_told_as_it_was_held_then(practice: House, client: Client) -> None:
    """What somebody may do today says nothing of what they were when they looked."""
    long_ago = datetime.combine(date(2001, 1, 1), time(), UTC)
    with practice_scope(practice.id, person_id=practice.people["front-desk"].person_id):
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
    [look, *_] = looks_at(practice, client)

    assert look.role == "Front desk"
    assert looks_at(practice, client, asked=Wanted(until=long_ago)) == []


@pytest.mark.parametrize("kind", ["csv", "pdf"])
def test_the_file_for_the_client_names_nobody_in_its_name(
    practice: House, client: Client, kind: str
) -> None:
    with practice_scope(practice.id, person_id=practice.people["front-desk"].person_id):
        events.record(Action.CLIENT_VIEWED, target=client, label="=1+1", touched=[client.pk])
    browser = browser_of(practice.people["administrator"])

    answer = browser.post(reverse("billing:looks_file", args=[client.pk]), {"format": kind})

    today = timezone.now().astimezone(ZONE).date()
    name = f'attachment; filename="looks-{client.code.lower()}-{today:%Y-%m-%d}.{kind}"'
    assert answer["Content-Disposition"] == name
    if kind == "pdf":
        assert answer.content.startswith(b"%PDF-")
    else:
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0]["Of the record"] == "The record"
        assert rows[0]["Time"][-6:] in {"-05:00", "-04:00"}
    [taken, *_] = looks_at(practice, client)
    assert taken.sentence.endswith(f"as {kind}.")
    with practice_scope(practice.id):
        export = Event.objects.latest("seq").export
    leaked = answer.content if kind == "csv" else text_of_pdf(answer.content).encode()
    assert export.encode() in leaked
    found = browser.get(reverse("accounts:log"), {"number": f" export-{export}.{kind}"})
    assert "took away the report of who had seen" in found.content.decode()
    assert f"no. {taken.number:,}" in found.content.decode()


def test_every_act_that_touches_a_client_has_its_part() -> None:
    """A new one fails here until it is said what of the record it shows or changes."""
    assert touching() - set(looks.PARTS) == set()


def touching() -> set[Action]:
    """Return the actions that any module of the product records with clients touched."""
    found: set[Action] = set()
    for app in ("accounts", "billing", "clients", "ledger"):
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and any(
                    keyword.arg == "touched" for keyword in call.keywords
                ):
                    named = call.args[0] if call.args else None
                    if isinstance(named, ast.Attribute) and hasattr(Action, named.attr):
                        found.add(Action[named.attr])
    return found


LEADS = """
SELECT index.relname FROM pg_index
JOIN pg_class AS index ON index.oid = indexrelid
JOIN pg_attribute AS first ON first.attrelid = indrelid AND first.attnum = indkey[0]
JOIN pg_attribute AS second ON second.attrelid = indrelid AND second.attnum = indkey[1]
WHERE indrelid = %s::regclass AND indpred IS NULL AND (first.attname, second.attname) = (%s, %s)
"""


@pytest.mark.parametrize(
    ("table", "column"), [("audit_touch", "client_id"), ("audit_event", "seq")]
)
def test_the_log_is_not_read_through_for_one_client(
    practice: House, table: str, column: str
) -> None:
    """An index leads to it by comparisons that row security lets through: uuid and bigint.

    Which one is taken depends on how much there is; here there is too little for any.
    """
    with practice_scope(practice.id), connection.cursor() as cursor:
        cursor.execute(LEADS, [table, "practice_id", column])
        assert cursor.fetchall()
        cursor.execute("SELECT proname::text FROM pg_proc WHERE proleakproof")
        assert {"uuid_eq", "int8eq", "int8lt"} <= {name for (name,) in cursor.fetchall()}


def test_the_looks_at_a_client_are_narrowed_like_the_log(practice: House, client: Client) -> None:
    clerk, therapist = practice.people["front-desk"], practice.people["therapist"]
    for person, address in ((clerk, "203.0.113.7"), (therapist, "203.0.113.8")):
        with (
            events.coming_from({"at_address": address}),
            practice_scope(practice.id, person_id=person.person_id),
        ):
            events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
            events.record(Action.SESSION_LISTED, touched=[client.pk], count=1)

    mine = Wanted(person_id=clerk.person_id, areas={"clients.client"})
    from_there = Wanted(address="203.0.113.8")

    assert {each.who for each in looks_at(practice, client, asked=mine)} == {clerk.display_name}
    assert len(looks_at(practice, client, asked=from_there)) == 2
    page = page_of(practice, client, who=str(therapist.pk), did="clients.")
    assert page.count(f"{therapist.display_name} opened client") == 1
    assert f"{clerk.display_name} opened client" not in page


def test_whose_records_somebody_touched_is_one_list(practice: House, client: Client) -> None:
    clerk = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=clerk.person_id):
        other = desk.client(clerk, "Otherwise")
    with (
        events.coming_from({"at_address": "203.0.113.7"}),
        practice_scope(practice.id, person_id=clerk.person_id),
    ):
        for _ in range(3):
            events.record(Action.CLIENT_VIEWED, target=other, touched=[other.pk])
        events.record(Action.CLIENT_LISTED, touched=[other.pk, client.pk], count=2)
    auditor = browser_of(practice.people["auditor"])
    asked = {"who": str(clerk.pk), "address": "203.0.113.7"}

    page = auditor.get(reverse("billing:touched"), asked).content.decode()

    rows = re.findall(r"<tr>.*?</tr>", page, re.S)[1:]
    assert [re.findall(r">(C-\d+)</a>|num\">([\d,]+)<", row) for row in rows] == [
        [(other.code, ""), ("", "4")],
        [(client.code, ""), ("", "1")],
    ]
    assert f"{reverse('billing:looks', args=[other.pk])}?who={clerk.pk}" in page
    nobody = auditor.get(reverse("billing:touched"), {"address": "203.0.113.9"}).content.decode()
    assert "No record was touched" in nobody
    everything = auditor.get(reverse("billing:touched"), {"did": "clients."}).content.decode()
    assert "Choose whose looks, or from when" in everything
    assert other.code not in everything
    assert browser_of(clerk).get(reverse("billing:touched")).status_code == 403
