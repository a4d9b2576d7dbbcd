"""What else happens in a day: merging, emergencies, exports, refusals, letters, keys, proofs."""

import re
import time
from pathlib import Path
from uuid import uuid4

from tests.canaries.day import Day, intake
from tests.canaries.visitor import Visitor
from tests.journeys.house import SUMMIT_ROW
from tests.journeys.person import App

LETTER_SECONDS = 60


def merging(day: Day) -> None:
    """Write one person down twice, have the second person agree, and part them again."""
    kept, twin = intake(day), intake(day, "accented")
    desk = day.desk
    again = {**twin.typed, "given_names": day.marks.name()}
    warned = desk.send("/clients/new/", again, status=422)
    assert twin.code in warned.text
    wrong = {"code": day.marks.code("wrong code")}
    desk.send(f"{kept.path}merge/", wrong, status=422)
    merge = desk.send(f"{kept.path}merge/", {"code": twin.code}).leads_to
    desk.get(merge)
    accountant = day("accountant")
    accountant.get(merge)
    accountant.send(f"{merge}answer/", {"answer": "approve"})
    desk.get(kept.path)
    desk.get("/clients/merges/")
    desk.send(f"{merge}undo/", {})


def emergency(day: Day) -> None:
    """Let a therapist open the record of somebody whom they do not care for, by name."""
    client = intake(day)
    therapist = day("therapist")
    therapist.get(client.path, status=404)
    name = f"{client.typed['given_names']} {client.typed['family_name']}"
    wanted = {"name": name, "birth_date": client.typed["birth_date"], "reason": "CRISIS"}
    nobody = {**wanted, "name": day.marks.words("nobody")}
    therapist.get("/clients/emergency/")
    therapist.send("/clients/emergency/", nobody, status=422)
    opened = therapist.send("/clients/emergency/", wanted).leads_to
    assert opened == client.path
    therapist.get(client.path)
    day("administrator").get("/emergencies/")


def exports(day: Day) -> None:
    """Take the list of clients away as a file, with names and without."""
    for role in ("front-desk", "accountant"):
        visitor = day(role)
        visitor.get("/clients/export/")
        assert visitor.send("/clients/export/", {}, status=200).body.startswith(b"\xef\xbb\xbf")


def refusals(day: Day) -> None:
    """Ask for what is refused, with marked values in what is sent."""
    marks, desk = day.marks, day.desk
    client = day.clients[0]
    elsewhere = day.house.person("front-desk", SUMMIT_ROW)
    app = day.apps.setdefault(elsewhere["email"], App(elsewhere["totp_secret"]))
    stranger = Visitor(elsewhere, app, desk.origin, day.heard).sign_in()
    stranger.get(client.path, status=404)
    stranger.send(f"{client.path}record/person/", {"given_names": marks.name()}, status=404)
    day("auditor").get("/clients/", status=403)
    day("auditor").send("/clients/new/", {"given_names": marks.name()}, status=403)
    day("therapist").send("/clients/new/", {"given_names": marks.name()}, status=403)
    desk.get(f"/clients/{uuid4()}/", status=404)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    unsigned = f"family_name={marks.name()}".encode()
    desk.call("POST", "/clients/new/", unsigned, form, 403)
    desk.call("POST", "/clients/new/", unsigned, {**form, "Host": "evil.example"}, 400)
    nobody = Visitor(elsewhere, app, desk.origin, day.heard)
    nobody.call("POST", "/clients/search/", f"q={marks.name()}".encode(), form, None)
    desk.send("/clients/new/", {"family_name": marks.name(), "phone": "4242424242424242"}, 422)
    long = {"family_name": marks.name() * 200_000}
    desk.call_form("/clients/new/", long, {400, 413, 422})
    half = f"csrfmiddlewaretoken={desk.cookies['__Host-csrf']}&given_names=%ED%A0%80".encode()
    desk.call("POST", "/clients/new/", half + marks.name().encode() + b"%00", form, 422)


def strangers(day: Day) -> None:
    """Let somebody type a client's address and name where people sign in."""
    account = day.house.person("front-desk")
    nobody = Visitor(account, App(account["totp_secret"]), day.desk.origin, day.heard)
    nobody.get("/sign-in/")
    typed = {"email": day.marks.email(), "password": day.marks.words("password")}
    nobody.send("/sign-in/", typed, status=422)
    nobody.get("/reset/")
    nobody.send("/reset/", {"email": day.marks.email()})
    nobody.send("/reset/", {"email": day.house.person("accountant")["email"]})
    _letter(day, "/reset/")


def _letter(day: Day, words: str) -> None:
    folder = Path(day.house.env["EMAIL_FILE_DIR"])
    deadline = time.monotonic() + LETTER_SECONDS
    while not any(words in path.read_text("utf-8") for path in folder.iterdir()):
        assert time.monotonic() < deadline, words
        time.sleep(0.3)


def operations(day: Day) -> None:
    """Read the log, rotate the keys, and prove everything."""
    for role in ("auditor", "administrator"):
        day(role).get("/log/")
    accountant = day("accountant")
    for path in ("/reports/trial-balance/", "/reports/aging/", "/invoices/", "/clients/"):
        accountant.get(path)
    day.command("rotate_keys")
    for proof in ("verify_phi", "verify_audit", "verify_ledger"):
        day.command(proof)
    day.desk.get(day.clients[0].path)


def payment(day: Day, invoice: str) -> None:
    """Take cash for an invoice, wrongly and then rightly."""
    desk = day.desk
    page = desk.get(f"/payments/new/?invoice={invoice.split('/')[2]}").text
    key = re.search(r'name="key" value="([^"]+)"', page)
    code = re.search(r'name="code" value="([^"]+)"', page)
    assert key
    assert code
    typed = {
        "key": key[1],
        "code": code[1],
        "invoice": invoice.split("/")[2],
        "amount": "20.00",
        "method": "CHECK",
        "received_on": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400)),
    }
    wrong = {**typed, "amount": day.marks.words("amount"), "reference": day.marks.code("check")}
    desk.send("/payments/new/", wrong, status=422)
    receipt = desk.send("/payments/new/", {**typed, "reference": "1042"}).leads_to
    desk.get(receipt)
