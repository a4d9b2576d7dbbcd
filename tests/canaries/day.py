"""A practice's day: who works in it, and what the front desk does with marked values."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.canaries.ears import Heard
from tests.canaries.marks import SCRIPTS, Marks
from tests.canaries.visitor import Answer, Visitor
from tests.journeys.house import House
from tests.journeys.person import App

CODE = re.compile(r"\bC-\d{4,}\b")
SEEN = re.compile(r'name="seen" value="(\d+)"')
CLIENT = re.compile(r"^/clients/[0-9a-f-]{36}/$")
WORKER_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Written:
    """A client as the desk wrote them down, and where the record is."""

    path: str
    code: str
    typed: dict[str, str]


@dataclass
class Day:
    """The running product, and its people at their desks."""

    house: House
    marks: Marks
    heard: Heard
    apps: dict[str, App]
    origin: str = ""
    clients: list[Written] = field(default_factory=list)
    _visitors: dict[str, Visitor] = field(default_factory=dict)

    def __call__(self, role: str) -> Visitor:
        """Return who has this role, signed in."""
        if role not in self._visitors:
            account = self.house.person(role)
            app = self.apps.setdefault(account["email"], App(account["totp_secret"]))
            origin = self.origin or self.house.base_url
            self._visitors[role] = Visitor(account, app, origin, self.heard).sign_in()
        return self._visitors[role]

    @property
    def desk(self) -> Visitor:
        return self("front-desk")

    def command(self, *arguments: str, code: int = 0) -> str:
        """Run a command of the operator, and keep what it says."""
        done = self.house.manage(*arguments)
        self.heard.add("commands", done.stdout, done.stderr)
        assert done.returncode == code, (arguments, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def until(self, visitor: Visitor, path: str, words: str) -> Answer:
        """Look at a page until the worker has done what it tells of."""
        deadline = time.monotonic() + WORKER_SECONDS
        while words not in (answer := visitor.get(path)).text:
            assert time.monotonic() < deadline, (path, answer.text[-3000:])
            time.sleep(0.5)
        return answer

    def until_true(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something that the worker does."""
        deadline = time.monotonic() + WORKER_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, what
            time.sleep(0.2)


def intake(day: Day, script: str = "latin") -> Written:
    """Write a client down: wrongly, and then rightly."""
    marks, desk = day.marks, day.desk
    typed = {
        "given_names": marks.name(script, "given names"),
        "family_name": marks.name(script, "family name"),
        "preferred_name": marks.name("accented", "preferred name"),
        "birth_date": marks.day(),
        "email": marks.email(),
        "phone": marks.phone(),
        "postal_address": f"{marks.line('street')}\r\n{marks.name(kind='town')}",
        "contact_wish": "ANY",
    }
    desk.get("/clients/new/")
    desk.send("/clients/new/", {**typed, "email": marks.words("refused e-mail")}, status=422)
    desk.send("/clients/new/", {**typed, "birth_date": marks.name(kind="refused")}, status=422)
    path = desk.send("/clients/new/", typed).leads_to
    assert CLIENT.match(path), path
    found = CODE.search(desk.get(path).text)
    assert found
    day.clients.append(Written(path, found[0], typed))
    return day.clients[-1]


def look_for(day: Day, client: Written) -> None:
    """Search for a client by all that can be searched for, and for nobody."""
    for name in ("given_names", "family_name", "preferred_name", "birth_date", "email", "phone"):
        found = day.desk.send("/clients/search/", {"q": client.typed[name]}, status=200)
        assert client.code in found.text, name
    day.desk.send(
        "/clients/search/", {"q": client.typed["family_name"][1:]}, 200, HX_Request="true"
    )
    day.desk.send("/clients/search/", {"q": day.marks.words("search words")}, status=200)
    for path in ("/clients/", "/today/", f"{client.path}record/", f"{client.path}parties/"):
        day.desk.get(path)


def change_record(day: Day, client: Written) -> None:
    """Change what a record says, and once more from a page of before."""
    marks, desk, at = day.marks, day.desk, f"{client.path}record/person/"
    kept = {name: client.typed[name] for name in ("given_names", "family_name", "birth_date")}
    typed = {
        **kept,
        "seen": _seen(desk.get(at)),
        "written_name": marks.words("written name"),
        "sort_name": marks.words("sort name"),
        "pronouns": marks.name(kind="pronouns"),
    }
    desk.send(at, typed)
    desk.send(at, {**typed, "written_name": marks.words("stale name")}, status=409)
    contact = {"kind": "PHONE", "number_or_address": marks.phone(), "label": marks.words("label")}
    desk.send(f"{client.path}contacts/new/", contact)
    bad = {"kind": "EMAIL", "number_or_address": marks.words("refused e-mail")}
    desk.send(f"{client.path}contacts/new/", bad, status=422)
    address = {
        "purpose": "HOME",
        "street": marks.line("street"),
        "city": marks.words("town"),
        "region": marks.name(kind="region"),
        "postal_code": marks.code("postal code"),
        "country": marks.words("country"),
    }
    desk.send(f"{client.path}addresses/new/", address)
    party = {
        "kind": "PERSON",
        "relation": "PARENT",
        "name": marks.words("party"),
        "phone": marks.phone(),
        "email": marks.email(),
        "postal_address": marks.line("party's address"),
    }
    desk.send(f"{client.path}parties/new/", {**party, "relation": ""}, status=422)
    desk.send(f"{client.path}parties/new/", party)
    desk.send(f"{client.path}restrictions/new/", {"kind": "NO_DISCLOSURE"})


def insure(day: Day, client: Written) -> None:
    """Type in an insurance card, and show its member id."""
    marks, desk = day.marks, day.desk
    card = {
        "payer_name": marks.words("payer"),
        "plan_name": marks.words("plan"),
        "member_id": marks.code("member id"),
        "group_number": marks.code("group"),
        "rank": "1",
        "relation": "SPOUSE",
        "subscriber_given_names": marks.name("greek", "subscriber"),
        "subscriber_family_name": marks.name("accented", "subscriber"),
        "subscriber_birth_date": marks.day("subscriber's birth date"),
    }
    desk.send(f"{client.path}coverages/new/", {**card, "starts_on": marks.name()}, status=422)
    desk.send(f"{client.path}coverages/new/", card)
    page = desk.get(f"{client.path}coverages/")
    found = re.search(r"/coverages/([0-9a-f-]{36})/member-id/", page.text)
    assert found
    shown = desk.send(f"{client.path}coverages/{found[1]}/member-id/", {}, status=200)
    assert card["member_id"] in shown.text


def treat(day: Day, client: Written) -> str:
    """Let a therapist diagnose, record an hour, bill it; return the address of the invoice."""
    desk, today = day.desk, time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
    page = desk.get(client.path).text
    therapist = re.search(
        rf'<option value="([0-9a-f-]{{36}})"[^>]*>{day.house.person("therapist")["name"]}', page
    )
    assert therapist
    desk.send(f"{client.path}assignments/", {"therapist": therapist[1], "starts_on": today})
    at = f"{client.path}diagnoses/"
    wrong = {"code": day.marks.words("diagnosis in words"), "starts_on": today}
    day("therapist").send(at, wrong, status=422)
    day("therapist").send(at, {"code": "F41.1", "starts_on": today})
    form = desk.get(f"/sessions/new/?client={client.path.split('/')[2]}").text
    service = re.search(r'<option value="([0-9a-f-]{36})"[^>]*>90834', form)
    assert service
    session = {
        "code": client.code,
        "therapist": therapist[1],
        "service": service[1],
        "on": today,
        "at": "09:00",
        "minutes": "45",
    }
    wrong_code = {**session, "code": day.marks.code("wrong code"), "at": day.marks.name()}
    desk.send("/sessions/new/", wrong_code, status=422)
    desk.send("/sessions/new/", session)
    sessions = re.findall(
        r'name="sessions"[^>]*value="([0-9a-f-]{36})"', desk.get(client.path).text
    )
    invoice = desk.send("/sessions/unbilled/invoices/", {"sessions": sessions}).leads_to
    page = desk.get(invoice).text
    assert client.code in page
    printed = desk.get(f"{invoice}pdf/")
    assert printed.body.startswith(b"%PDF")
    return invoice


def everybody(day: Day, scripts: int) -> None:
    """Write down clients of many scripts, and do with the first of them all that there is."""
    for script in ["latin", "accented", *SCRIPTS][:scripts]:
        intake(day, script)
    for client in day.clients[: max(1, scripts // 3)]:
        look_for(day, client)
        change_record(day, client)
        insure(day, client)


def _seen(page: Answer) -> str:
    found = SEEN.search(page.text)
    assert found
    return found[1]
