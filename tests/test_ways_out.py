"""Every way out of the practice, and what a client's restriction does there (docs/adr/0023).

A new route for programs, a new file, a new module that talks to another system: each one fails
here until it is classified, and whatever is said to block is asked about a client who restricts.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.api.views import ApiView
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from clients.models import Client as Person
from clients.services import merges, restrictions
from tests.billing import desk
from tests.billing.issuing import issue_one
from tests.houses import House, browser_of
from tests.programs import program_of
from tests.test_permissions import EVERY_ROUTE

LEFT_OUT, REFUSED = "left out of the list, and counted there", "refused with the rule"
NAMELESS = "their amounts stay in the sums, without the code"
TO_THE_CLIENT = "the client's own copy: 45 CFR 164.524"
WHAT_WAS_SENT = "answers what the program itself sent; who the client is stays untold"
NOTHING = "tells nothing of a client"

EVERY_KIND = {"PAID_IN_FULL", "PART_2", "NO_DISCLOSURE"}
WHO_IT_IS = {"PART_2", "NO_DISCLOSURE"}

WAYS = {
    "clients:api_clients": (LEFT_OUT, WHO_IT_IS),
    "clients:api_client": (REFUSED, WHO_IT_IS),
    "billing:api_balances": (LEFT_OUT, EVERY_KIND),
    "billing:api_balance": (REFUSED, EVERY_KIND),
    "billing:api_sessions": (LEFT_OUT, EVERY_KIND),
    "billing:api_session": (REFUSED, EVERY_KIND),
    "billing:api_invoices": (LEFT_OUT, EVERY_KIND),
    "billing:api_invoice": (REFUSED, EVERY_KIND),
    "billing:api_fhir_accounts": (REFUSED, EVERY_KIND),
    "billing:api_fhir_account": (REFUSED, EVERY_KIND),
    "billing:api_fhir_invoices": (REFUSED, EVERY_KIND),
    "billing:api_fhir_invoice": (REFUSED, EVERY_KIND),
    "billing:api_fhir_chargeitems": (REFUSED, EVERY_KIND),
    "billing:api_fhir_chargeitem": (REFUSED, EVERY_KIND),
    "billing:api_fhir_paymentreconciliations": (REFUSED, EVERY_KIND),
    "billing:api_fhir_paymentreconciliation": (REFUSED, EVERY_KIND),
}
"""Routes for programs → what they do, and which kinds of restriction make them."""

FILE_WAYS = {
    "clients:export": (LEFT_OUT, WHO_IT_IS),
    "billing:release": (REFUSED, EVERY_KIND),
    "billing:report_file": (NAMELESS, WHO_IT_IS),
    "billing:report_order": (NAMELESS, WHO_IT_IS),
    "billing:evidence_pack": (NAMELESS, WHO_IT_IS),
}
"""Files for others: the record of one client is refused to a plan by every kind, and to others by
all but "paid in full"."""


HARMLESS = {
    "billing:api_fhir": WHAT_WAS_SENT,
    "billing:api_fhir_metadata": NOTHING,
    "billing:api_session_choices": NOTHING,
    "accounts:api_schema": NOTHING,
    "api_nothing": NOTHING,
    "billing:bill_paper": NOTHING,
    "billing:chart_file": NOTHING,
    "billing:invoice_pdf": TO_THE_CLIENT,
    "billing:estimate_pdf": TO_THE_CLIENT,
    "billing:looks_file": TO_THE_CLIENT,
    "billing:pay_invoice_pdf": TO_THE_CLIENT,
    "billing:pay_receipt_pdf": TO_THE_CLIENT,
    "billing:pay_statement_pdf": TO_THE_CLIENT,
    "billing:pay_plan_pdf": TO_THE_CLIENT,
    "billing:pay_superbill_pdf": TO_THE_CLIENT,
    "billing:payment_plan_pdf": TO_THE_CLIENT,
    "billing:receipt_pdf": TO_THE_CLIENT,
    "billing:statement_pdf": TO_THE_CLIENT,
    "billing:statement_run_print": TO_THE_CLIENT,
    "billing:superbill_pdf": TO_THE_CLIENT,
    "billing:superbill_superseded_pdf": TO_THE_CLIENT,
    "billing:month_frozen_file": NOTHING,
    "billing:sample_file": NOTHING,
    "billing:search": NOTHING,
    "billing:stripe_webhook": NOTHING,
    "accounts:drafts": NOTHING,
    "accounts:sign_in_passkey_ask": NOTHING,
    "accounts:step_up_passkey_ask": NOTHING,
    "accounts:stay": NOTHING,
    "accounts:theme": NOTHING,
    "healthz": NOTHING,
    "readyz": NOTHING,
}
"""Other routes that answer with something else than a page, and why nothing is kept back there."""

TALKING = {
    "accounts/services/mail.py": "letters to staff, and to clients: nothing of a record",
    "accounts/tasks.py": "hears what the mail server answered, by the names of its errors",
    "billing/ehr/talk.py": "asks the medical-record system, and tells it of no client",
    "billing/ehr/guard.py": "looks where that system stands",
    "billing/gateway/talking.py": "the card company: an amount and our own ids",
}
"""Modules that can reach another machine."""

ANSWERING = {
    "accounts/api/access.py",
    "accounts/api/problems.py",
    "accounts/views/drafts.py",
    "accounts/views/passkeys.py",
    "accounts/views/presence.py",
    "billing/views/chart.py",
    "billing/views/documents.py",
    "billing/views/looks.py",
    "billing/views/papers.py",
    "billing/views/releases.py",
    "billing/views/reports.py",
    "billing/views/search.py",
    "billing/views/statement_runs.py",
    "billing/views/webhooks.py",
    "clients/views/exports.py",
}
"""Modules of pages that make an answer of their own; what programs get is classified by route."""

REACHING = {"http", "httpx", "requests", "smtplib", "socket", "stripe", "urllib3", "aiohttp"}
ANSWERS = re.compile(r"\b(?:\w*HttpResponse|FileResponse|JsonResponse|Response)\(")
APPS = ("accounts", "audit", "billing", "clients", "ledger")


def answers_with_more_than_a_page(view: type) -> bool:
    own = [each for each in view.__mro__ if each.__module__.split(".")[0] in (*APPS, "config")]
    return any(ANSWERS.search(inspect.getsource(each)) for each in own)


def test_every_answer_that_is_no_page_is_classified() -> None:
    found = {
        name
        for name, view in EVERY_ROUTE.items()
        if issubclass(view, ApiView) or answers_with_more_than_a_page(view)
    }

    assert found == {*WAYS, *FILE_WAYS, *HARMLESS}


def test_no_other_module_makes_an_answer_that_is_no_page() -> None:
    """A function that a view calls would not be seen in the view's own source."""
    found = {
        name
        for name, text in sources()
        if re.search(r"\b(?:\w*HttpResponse|FileResponse|JsonResponse)\(", text)
    }

    assert found == ANSWERING


def test_every_module_that_reaches_another_machine_is_known() -> None:
    assert set(reaching_modules()) == set(TALKING)


def reaching_modules() -> Iterator[str]:
    for name, text in sources():
        if REACHING & set(imported(ast.parse(text))):
            yield name


def sources() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each module of the product."""
    root: Path = settings.BASE_DIR
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            yield str(path.relative_to(root)), path.read_text(encoding="utf-8")


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the first names of what a module imports; mail by Django counts as what it uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {alias.name for alias in node.names}
            is_status = node.module == "http" and names == {"HTTPStatus"}
            is_mail = node.module.startswith("django.core.mail")
            yield "smtplib" if is_mail else "" if is_status else node.module.split(".")[0]


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody with a session, an invoice and a payment, and what would tell of them."""

    person: Person
    ids: dict[str, dict[str, Any]]
    marks: list[str]


def told(house: House, family_name: str, *, on: date = desk.TODAY) -> Told:
    by = house.people["front-desk"]
    client = desk.client(by, family_name)
    session = desk.session(client, by, on=on)
    invoice = issue_one(sessions=[session], issued_on=desk.TODAY, now=desk.NOW, by=by)
    payment = desk.cash(client, by, "20.00", apply_to=invoice)
    of_client, of_session = {"client_id": client.pk}, {"session_id": session.pk}
    ids: dict[str, dict[str, Any]] = {
        "clients:api_client": of_client,
        "billing:api_balance": of_client,
        "billing:api_session": of_session,
        "billing:api_invoice": {"invoice_id": invoice.pk},
        "billing:api_fhir_account": of_client,
        "billing:api_fhir_invoice": {"invoice_id": invoice.pk},
        "billing:api_fhir_chargeitem": of_session,
        "billing:api_fhir_paymentreconciliation": {"payment_id": payment.pk},
    }
    marks = [family_name, client.code, invoice.number, payment.receipt]
    return Told(client, ids, [*marks, *map(str, (client.pk, invoice.pk, session.pk, payment.pk))])


@pytest.fixture
def quiet(practice: House) -> Told:
    """Somebody who is about to restrict what is told."""
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        return told(practice, "Quietwater")


@pytest.fixture
def open_one(practice: House, quiet: Told) -> Told:
    with practice_scope(practice.id, person_id=practice.people["front-desk"].person_id):
        return told(practice, "Openfield")


@pytest.fixture
def asking(practice: House) -> Client:
    return program_of(practice.people["front-desk"])


def restrict(house: House, client: Person, kind: str, **days: Any) -> None:
    by = house.people["front-desk"]
    with practice_scope(house.id, person_id=by.person_id):
        restrictions.impose(client=client, kind=kind, now=desk.NOW, by=by, **days)


def ask(asking: Client, route: str, of: Told) -> Any:
    query = {"patient": str(of.person.pk)} if is_search(route) else {}
    return asking.get(reverse(route, kwargs=of.ids.get(route, {})), query)


def is_search(route: str) -> bool:
    return "fhir" in route and route.endswith("s")


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_what_a_client_restricts_leaves_by_no_way(
    practice: House, quiet: Told, open_one: Told, asking: Client, kind: str
) -> None:
    for route in WAYS:
        assert ask(asking, route, quiet).status_code == 200, route
    restrict(practice, quiet.person, kind)

    for route, (does, kinds) in WAYS.items():
        answer, text = ask(asking, route, quiet), ""
        text = answer.content.decode()
        if kind not in kinds:
            assert answer.status_code == 200, route
        elif does == REFUSED:
            assert (route, answer.status_code) == (route, 403)
            assert "Nothing was sent" in text
        else:
            assert answer.json()["kept_back"] == 1, route
        if kind in kinds:
            assert [mark for mark in quiet.marks if mark in text] == [], route
        others = ask(asking, route, open_one)
        assert others.status_code == 200, route
        assert any(mark in others.content.decode() for mark in open_one.marks), route


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_the_file_of_clients_leaves_them_out_and_the_desk_reads_why(
    practice: House, quiet: Told, open_one: Told, kind: str
) -> None:
    restrict(practice, quiet.person, kind)
    browser, url = browser_of(practice.people["front-desk"]), reverse("clients:export")
    _, kinds = FILE_WAYS["clients:export"]

    page, file = browser.get(url).content.decode(), browser.post(url).content.decode()

    assert (quiet.person.code in page) == (kind in kinds)
    assert (quiet.person.code in file) == (kind not in kinds)
    assert (quiet.marks[0] in file) == (kind not in kinds)
    assert open_one.person.code in file


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_file_of_a_report_has_their_amounts_and_not_their_code(
    practice: House, quiet: Told, open_one: Told, kind: str, form: str
) -> None:
    restrict(practice, quiet.person, kind)
    browser = browser_of(practice.people["accountant"])
    url = reverse("billing:report_file", args=["aging"])
    _, kinds = FILE_WAYS["billing:report_file"]

    file = browser.post(url, {"format": form, "as_of": "2026-03-03"}).content.decode()

    assert (quiet.person.code in file) == (kind not in kinds)
    assert ("Kept back" in file) == (kind in kinds)
    assert open_one.person.code in file
    assert ("260.00" if form == "csv" else "26000") in file


def test_who_sees_codes_only_reads_no_rule(practice: House, quiet: Told) -> None:
    restrict(practice, quiet.person, "PART_2")

    page = browser_of(practice.people["accountant"]).get(reverse("clients:export"))

    assert quiet.person.code in page.content.decode()
    assert "Part 2" not in page.content.decode()


def test_a_restriction_of_some_days_keeps_back_those_days(
    practice: House, quiet: Told, asking: Client
) -> None:
    by, day = practice.people["front-desk"], date(2026, 2, 4)
    with practice_scope(practice.id, person_id=by.person_id):
        desk.session(quiet.person, by, on=day)
    days = {"starts_on": day, "ends_on": day}
    restrict(practice, quiet.person, "PAID_IN_FULL", **days)

    sessions = ask(asking, "billing:api_sessions", quiet).json()
    charges = ask(asking, "billing:api_fhir_chargeitems", quiet).json()["entry"]

    assert [len(sessions["data"]), sessions["kept_back"]] == [1, 1]
    assert [each["search"]["mode"] for each in charges] == ["match", "outcome"]
    assert ask(asking, "billing:api_invoice", quiet).status_code == 200
    assert ask(asking, "billing:api_fhir_invoices", quiet).status_code == 200
    # What was paid, and what is open, tells of every day.
    assert ask(asking, "billing:api_balance", quiet).status_code == 403
    assert ask(asking, "billing:api_fhir_paymentreconciliations", quiet).status_code == 403


def test_an_invoice_with_one_restricted_line_stays_here(
    practice: House, quiet: Told, asking: Client
) -> None:
    restrict(practice, quiet.person, "PAID_IN_FULL", starts_on=desk.TODAY, ends_on=desk.TODAY)

    listed = ask(asking, "billing:api_invoices", quiet).json()

    assert [listed["data"], listed["kept_back"]] == [[], 1]
    assert ask(asking, "billing:api_invoice", quiet).status_code == 403
    assert ask(asking, "billing:api_fhir_invoice", quiet).status_code == 403


def test_a_restriction_counts_for_every_record_of_the_person(
    practice: House, quiet: Told, open_one: Told, asking: Client
) -> None:
    by, second = practice.people["front-desk"], practice.people["accountant"]
    with practice_scope(practice.id, person_id=by.person_id):
        merge = merges.ask(kept=quiet.person, merged=open_one.person, now=desk.NOW, by=by)
        merges.approve(merge=merge, now=desk.NOW, by=second)
    restrict(practice, open_one.person, "NO_DISCLOSURE")

    for route, (does, _) in WAYS.items():
        for of in (quiet, open_one):
            answer = ask(asking, route, of)
            if does == REFUSED:
                assert (route, answer.status_code) == (route, 403)
            else:
                assert [answer.json()["data"], answer.json()["kept_back"]] == [[], 2], route


def test_the_log_keeps_a_refusal_although_the_request_was_given_up(
    practice: House, quiet: Told, asking: Client
) -> None:
    restrict(practice, quiet.person, "PAID_IN_FULL")

    ask(asking, "billing:api_fhir_account", quiet)
    ask(asking, "billing:api_sessions", quiet)

    with practice_scope(practice.id):
        kept = Event.objects.get(action="clients.disclosure.refused")
        listed = Event.objects.get(action="billing.session.listed")
        assert Touch.objects.filter(seq=kept.seq, client_id=quiet.person.pk).exists()
        assert kept.facts["purpose"] == "program"
        assert listed.facts["kept_back"] == 1


def test_a_program_that_records_a_session_does_not_learn_who_it_was(
    practice: House, quiet: Told, asking: Client
) -> None:
    restrict(practice, quiet.person, "PART_2")
    choices = asking.get(reverse("billing:api_session_choices")).json()
    sent = {
        "client": str(quiet.person.pk),
        "therapist": choices["therapists"][0]["id"],
        "service": "90834",
        "started_at": "2026-03-02T10:00:00-05:00",
        "minutes": 45,
    }

    answer = asking.post(
        reverse("billing:api_sessions"),
        sent,
        content_type="application/json",
        headers={"Idempotency-Key": "one-of-mine"},
    )

    assert answer.status_code == 201
    assert answer.json()["name"] is None
