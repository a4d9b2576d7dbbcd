"""What comes in from outside with marked values: files, bundles by token, and pulls."""

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.canaries.day import Day
from tests.canaries.marks import Marks
from tests.canaries.visitor import Visitor
from tests.clients.fhir.server import Ehr, serving

Json = dict[str, Any]
COLUMNS = {
    "First Name": "given_names",
    "Last Name": "family_name",
    "Goes by": "preferred_name",
    "DOB": "birth_date",
    "Email": "email",
    "Phone": "phone",
    "Street": "address",
    "City": "city",
    "Insurance": "payer",
    "Member ID": "member_id",
}
MAKE_TOKEN = """
from accounts.selectors import doors
from accounts.tenancy import practice_scope
from accounts.models import Membership, Practice, RoleGrant
from tests.programs import token_of
for practice in doors.practice_ids():
    with practice_scope(practice):
        if Practice.objects.get().slug == "harbor-lane":
            grant = RoleGrant.objects.filter(withdrawn_at=None, role__slug="front-desk").first()
            member = grant.member
print(token_of(member).text)
"""


def file_of(marks: Marks, rows: int) -> bytes:
    """Return a CSV file of clients; one of its headings names somebody too."""
    told = io.StringIO()
    out = csv.writer(told)
    out.writerow([*COLUMNS, f"Notes of {marks.words('heading')}"])
    for number in range(rows):
        script = ("latin", "cyrillic", "han", "arabic")[number % 4]
        row = [marks.name(script), marks.name(script), marks.name(), marks.day(), marks.email()]
        row += [marks.phone(), marks.line("street"), marks.name(kind="town")]
        row += [marks.words("payer"), marks.code("member id"), marks.words("note")]
        out.writerow(row)
    return told.getvalue().encode()


def files_of_clients(day: Day, rows: int) -> None:
    """Upload what is no table, then rows that cannot be read, then good ones, and confirm."""
    desk, marks = day.desk, day.marks
    desk.get("/clients/import/")
    name = f"{marks.name(kind='name of a file')}.csv"
    desk.upload("/clients/import/", name, f'"{marks.words("no table")}'.encode(), status=422)
    broken = file_of(marks, 1) + f"{marks.name()},,,{marks.words('no date')}\r\n".encode()
    run = _named(desk, desk.upload("/clients/import/", name, broken).leads_to)
    assert "cannot be read" in desk.get(f"{run}check/").text
    desk.send(f"{run}check/", {}, status=422)
    desk.send(f"{run}discard/", {})
    run = _named(desk, desk.upload("/clients/import/", name, file_of(marks, rows)).leads_to)
    desk.get(f"{run}check/")
    assert desk.send(f"{run}check/", {"alike": "ADD"}).leads_to == run
    day.until(desk, run, f"{rows} client{'s' * (rows != 1)} added")


def _named(desk: Visitor, columns: str) -> str:
    desk.get(columns)
    chosen = {f"column_{place}": field for place, field in enumerate(COLUMNS.values())}
    desk.send(columns, {**chosen, "date_order": "MDY"})
    return columns.removesuffix("columns/")


def patient(marks: Marks, **changes: object) -> Json:
    """Return a FHIR patient, with more than is needed of them."""
    return {
        "resourceType": "Patient",
        "id": marks.code("id").lower(),
        "identifier": [{"system": "https://records.example/", "value": marks.code("identifier")}],
        "text": {"status": "generated", "div": f"<div>{marks.words('narrative')}</div>"},
        "name": [
            {"use": "official", "family": marks.name("greek"), "given": [marks.name("accented")]}
        ],
        "telecom": [
            {"system": "phone", "value": marks.phone()},
            {"system": "email", "value": marks.email()},
        ],
        "birthDate": marks.day(),
        "address": [{"line": [marks.line("street")], "city": marks.words("town")}],
        "contact": [{"name": {"text": marks.words("relative")}}],
    } | changes


def visit(marks: Marks, who: Json) -> Json:
    """Return a bundle of a patient, their hour, its diagnosis and its claim."""
    address = f"urn:uuid:{'0b7e0000-0000-4000-8000-'}{crc32(who['id'].encode()):012d}"
    hour = address[:-1] + ("0" if address[-1] != "0" else "1")
    practitioner = {"reference": "Practitioner?identifier=npi|9", "display": marks.words("doctor")}
    encounter = {
        "resourceType": "Encounter",
        "id": marks.code("id").lower(),
        "status": "finished",
        "subject": {"reference": address, "display": marks.words("subject")},
        "participant": [{"individual": practitioner}],
        "reasonCode": [{"text": marks.words("reason")}],
        "period": {"start": "2026-01-10T09:00:00-05:00", "end": "2026-01-10T09:45:00-05:00"},
    }
    condition = {
        "resourceType": "Condition",
        "id": marks.code("id").lower(),
        "subject": {"reference": address},
        "code": {"text": marks.words("condition"), "coding": [{"code": marks.code("code")}]},
        "onsetDateTime": marks.day("onset"),
    }
    service = {"coding": [{"system": "s", "code": "T-45", "display": marks.words("service")}]}
    claim = {
        "resourceType": "Claim",
        "status": "active",
        "use": "claim",
        "type": {"coding": [{"code": "institutional"}]},
        "patient": {"reference": address},
        "item": [{"encounter": [{"reference": hour}], "productOrService": service}],
        "total": {"value": 135, "currency": "USD"},
    }
    entries = [{"fullUrl": address, "resource": who}, {"fullUrl": hour, "resource": encounter}]
    entries += [{"resource": condition}, {"resource": claim}]
    return {"resourceType": "Bundle", "type": "batch", "entry": entries}


def bundles(day: Day, count: int) -> None:
    """Send bundles with a token, good ones and broken ones, and without a token that is any."""
    marks = day.marks
    token = day.command("shell", "-v", "0", "-c", MAKE_TOKEN).strip().splitlines()[-1]
    program = Visitor(day.desk.account, day.desk.app, day.desk.origin, day.heard)
    for number in range(count):
        sent = visit(marks, patient(marks))
        _send(program, token, sent, status=200)
        if not number:
            _send(program, f"{token}x", visit(marks, patient(marks)), status=401)
    for wrong in (
        {"birthDate": marks.words("no date")},
        {"name": marks.words("no list")},
        {"telecom": [{"system": "phone", "value": {marks.words("key"): marks.phone()}}]},
        {marks.words("unknown field"): marks.words("unknown value"), "birthDate": "1860"},
    ):
        _send(program, token, visit(marks, patient(marks, **wrong)), status=200)
        strict = visit(marks, patient(marks, **wrong)) | {"type": "transaction"}
        _send(program, token, strict, status=None)
    broken = json.dumps(visit(marks, patient(marks)))[:-9].encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    program.call("POST", "/api/fhir/", broken, headers, 400)
    wrong_type = {**headers, "Content-Type": "text/plain"}
    program.call("POST", "/api/fhir/", marks.words("plain body").encode(), wrong_type, 415)
    asked = {"Authorization": f"Bearer {token}"}
    known = json.loads(program.call("GET", "/api/v1/clients/", None, asked, 200).body)["data"]
    of_one = f"?patient={known[0]['id']}"
    for path in ("/api/v1/sessions/", "/api/v1/balances/", "/api/v1/invoices/"):
        program.call("GET", path, None, asked, 200)
    for kind in ("Account", "Invoice", "ChargeItem", "PaymentReconciliation"):
        program.call("GET", f"/api/fhir/{kind}{of_one}", None, asked, 200)
    program.call("GET", "/api/v1/clients/nobody/", None, asked, 404)


def _send(program: Visitor, token: str, bundle: Json, status: int | None) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    program.call("POST", "/api/fhir/", json.dumps(bundle).encode(), headers, status)


def mend(day: Day) -> None:
    """Look at what was left out, mend one wrongly, dismiss one."""
    desk = day.desk
    page = desk.get("/intake/").text
    rejects = list(dict.fromkeys(re.findall(r"/intake/([0-9a-f-]{36})/", page)))
    assert rejects
    for reject in rejects:
        desk.get(f"/intake/{reject}/")
    wrong = {f"value-{number}": day.marks.words("mended") for number in range(9)}
    desk.call_form(f"/intake/{rejects[0]}/", wrong, {200, 302, 422})
    desk.call_form(f"/intake/{rejects[-1]}/dismissal/", {"reason": "OTHER"}, {200, 302, 422})
    desk.send("/intake/retry/", {})
    for path in ("/intake/names/", "/intake/differences/"):
        desk.get(path)


def files_of_the_operator(day: Day, folder: Path) -> None:
    """Take in a FHIR file as the operator does, and one that is none."""
    marks = day.marks
    folder.mkdir(exist_ok=True)
    good, broken = folder / "good.json", folder / "broken.json"
    good.write_text(json.dumps(visit(marks, patient(marks))))
    broken.write_text(json.dumps(visit(marks, patient(marks, birthDate=marks.words("no date")))))
    practice = ("--practice", "harbor-lane")
    day.command("import_fhir", str(good), str(broken), *practice)
    broken.write_text(f'{{"resourceType": "Patient", "{marks.words("cut off")}')
    day.command("import_fhir", str(broken), *practice, code=1)


def pulls(day: Day, count: int) -> None:
    """Pull from a medical-record system: it answers, then with an error, then with nonsense."""
    with serving() as ehr:
        for _ in range(count):
            ehr.hold_bundle(visit(day.marks, patient(day.marks)))
        ehr.hold(patient(day.marks, birthDate=day.marks.words("no date")))
        administrator = day("administrator")
        administrator.get("/ehr/")
        source = {"base_url": ehr.base_url, "client_id": ehr.client_id, "algorithm": "ES384"}
        administrator.send("/ehr/", source)
        page = html.unescape(administrator.get("/ehr/").text)
        found = re.search(r'<pre class="code"[^>]*>(.*?)</pre>', page, re.S)
        assert found
        ehr.key_set = found[1]
        administrator.send("/ehr/test/", {})
        _pull(day, ehr, "made")
        ehr.failures = [403] * 50
        _pull(day, ehr, "failed")
        ehr.failures = []
        ehr.lies = {"no json"}
        _pull(day, ehr, "lied")


def _pull(day: Day, ehr: Ehr, words: str) -> None:
    administrator = day("administrator")
    before = len(ehr.asked)
    administrator.send("/ehr/pull/", {})
    day.command("shell", "-v", "0", "-c", "from billing.tasks import pull_all; pull_all.delay()")
    day.until_true(lambda: len(ehr.asked) > before, words)
    day.until_true(lambda: not _runs(day), words)


def _runs(day: Day) -> bool:
    with day.house.superuser() as connection:
        row = connection.execute(
            "SELECT count(*) FROM billing_fhirsource"
            " WHERE requested_at IS NOT NULL OR finished_at IS NULL OR finished_at < started_at"
        ).fetchone()
        return bool(row and row[0])
