"""The list of clients as a file: who gets what of it, and what the log tells."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.csv_export import unguarded
from accounts.models import Membership
from accounts.selectors import log
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from clients.models import Client
from clients.services import assignments
from tests.clients.people import NOW, TODAY, added
from tests.houses import House
from tests.told import said

URL = reverse("clients:export")
SignedIn = Callable[[Membership], Browser]


@pytest.fixture
def known(practice: House, front_desk: Membership, therapist: Membership) -> list[Client]:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        risky = added(front_desk, "=1+1", "－Ünal", phone="+49 30 1234", email="u@mail.example")  # noqa: RUF001
        plain = added(front_desk, "山田", "'t Hooft")
        assignments.assign(
            client=plain, therapist=therapist, starts_on=TODAY, now=NOW, by=front_desk
        )
    return [risky, plain]


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_the_front_desk_gets_names_and_contacts_and_no_formula(
    known: list[Client], front_desk: Membership, signed_in: SignedIn
) -> None:
    answer = signed_in(front_desk).post(URL)

    first, second = rows_of(answer)
    assert [first["Given names"], first["Family name"], first["Phone"]] == [
        "'=1+1",
        "'－Ünal",  # noqa: RUF001
        "'+49 30 1234",
    ]
    assert [second["Given names"], second["Family name"]] == ["山田", "'t Hooft"]
    assert unguarded(first["Given names"]) == "=1+1"
    assert first["Birth date"] == "1973-08-01"
    assert second["Therapist"] == "Therapist of Harbor Lane"


def test_an_accountant_gets_codes_and_no_person(
    known: list[Client], accountant: Membership, signed_in: SignedIn
) -> None:
    answer = signed_in(accountant).post(URL)

    assert [set(row) for row in rows_of(answer)] == [{"Code", "Therapist", "Since", "Export"}] * 2
    assert "山田" not in answer.content.decode()


def test_the_file_is_an_attachment_that_nothing_keeps_and_whose_name_tells_nothing(
    known: list[Client], front_desk: Membership, signed_in: SignedIn
) -> None:
    answer = signed_in(front_desk).post(URL)

    export = rows_of(answer)[0]["Export"]
    assert answer["Content-Disposition"] == f'attachment; filename="export-{export}.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_each_row_leads_back_to_who_took_it(
    practice: House, known: list[Client], front_desk: Membership, signed_in: SignedIn
) -> None:
    answer = signed_in(front_desk).post(URL)

    (export,) = {row["Export"] for row in rows_of(answer)}
    with practice_scope(practice.id):
        event = Event.objects.get(action="clients.client.exported")
        touched = {touch.client_id for touch in Touch.objects.filter(seq=event.seq)}
        (line,) = log.lines(log.wanted("clients.client.exported"))
    assert said(event) == {"count": 2, "export": export}
    assert event.person_id == front_desk.person_id
    assert touched == {client.pk for client in known}
    assert export in line.sentence


def test_a_file_is_taken_with_a_fresh_second_factor_only(
    known: list[Client], front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)
    session = SessionStore(browser.cookies["__Host-session"].value)
    session[MFA_AT] = int((timezone.now() - timedelta(minutes=6)).timestamp())
    session.save()

    answer = browser.post(URL)

    assert answer.status_code == 422
    assert "山田" not in answer.content.decode()


def test_the_page_before_says_what_the_file_holds(
    known: list[Client], accountant: Membership, signed_in: SignedIn
) -> None:
    page = signed_in(accountant).get(URL).content.decode()

    assert "A CSV file of 2 clients" in page
    assert "Code, Therapist, Since" in page


def test_the_list_offers_the_file_to_whom_may_take_it(
    known: list[Client], front_desk: Membership, therapist: Membership, signed_in: SignedIn
) -> None:
    assert URL in signed_in(front_desk).get(reverse("clients:list")).content.decode()
    assert URL not in signed_in(therapist).get(reverse("clients:list")).content.decode()
