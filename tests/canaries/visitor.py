"""Somebody at a browser that shows nothing: quick, and everything that it is told is heard."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from config.dev import people
from tests.canaries.ears import Heard
from tests.journeys.person import App

PATIENCE_SECONDS = 60
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
STEP_UP = "step_up_code"
Sent = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def leads_to(self) -> str:
        return urlsplit(self.headers["Location"] or "").path


@dataclass
class Visitor:
    """A member of a practice, their authenticator app, and their cookies."""

    account: people.Person
    app: App
    origin: str
    heard: Heard
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> "Visitor":
        given = {"email": self.account["email"], "password": self.account["password"]}
        self.get("/sign-in/")
        self.send("/sign-in/", given, status=302)
        self.get("/sign-in/code/")
        self.send("/sign-in/code/", {"code": self.app.code()}, status=302)
        return self

    def get(self, path: str, status: int = 200, **headers: str) -> Answer:
        return self.call("GET", path, None, headers, status)

    def send(self, path: str, typed: Sent, status: int = 302, **headers: str) -> Answer:
        """Send a form as a browser does, and show the second factor where it is asked for."""
        sent = {"csrfmiddlewaretoken": self.cookies.get("__Host-csrf", ""), **typed}
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        answer = self.call("POST", path, urlencode(sent, doseq=True).encode(), headers, None)
        if answer.status == 422 and STEP_UP in answer.text and STEP_UP not in typed:
            return self.send(path, {**typed, STEP_UP: self.app.code()}, status, **headers)
        assert answer.status == status, (path, answer.status, words_of(answer))
        return answer

    def upload(self, path: str, name: str, content: bytes, status: int = 302) -> Answer:
        """Send one file by a form."""
        end = uuid.uuid4().hex
        token = self.cookies.get("__Host-csrf", "")
        body = (
            f'--{end}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}'
            f'\r\n--{end}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        ).encode() + content
        body += f"\r\n--{end}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={end}"}
        return self.call("POST", path, body, headers, status)

    def call_form(self, path: str, typed: Sent, statuses: set[int]) -> Answer:
        """Send a form of which several ends are right."""
        sent = {"csrfmiddlewaretoken": self.cookies.get("__Host-csrf", ""), **typed}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.call("POST", path, urlencode(sent, doseq=True).encode(), headers, None)
        assert answer.status in statuses, (path, answer.status, words_of(answer))
        return answer

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        status: int | None,
    ) -> Answer:
        """Ask for something and note what came; any status will do where none is demanded."""
        where = urlsplit(self.origin)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE_SECONDS)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        dashed = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {"Cookie": cookies, **dashed})
            got = connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        self.heard.answer(self.origin + path, answer.status, answer.headers, answer.body)
        if status is not None:
            assert answer.status == status, (path, answer.status, words_of(answer))
        return answer


def words_of(answer: Answer) -> str:
    """Return what a page says, for whoever wonders why it is another one than was expected."""
    text = re.sub(r"<(script|style|nav|header).*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return " ".join(text.split())[-1500:]
