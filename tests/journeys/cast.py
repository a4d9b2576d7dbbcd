"""Who sits at a browser now."""

from playwright.sync_api import Browser

from config.dev import people
from tests.journeys.house import HARBOR_LANE, House
from tests.journeys.person import App, Person


class Cast:
    """The people of the journeys; everybody signs in when they are first asked for, and again
    where they opened no page for so long that they were signed out."""

    def __init__(self, chromium: Browser, house: House) -> None:
        self._chromium, self._house = chromium, house
        self.apps: dict[str, App] = {}
        self._signed_in: dict[str, Person] = {}
        self._everybody: list[Person] = []

    def __call__(self, role: str, slug: str = HARBOR_LANE) -> Person:
        """Return who has this role, signed in."""
        email = self._house.person(role, slug)["email"]
        if email not in self._signed_in:
            self._signed_in[email] = self.newcomer(role, slug).sign_in()
        elif self._signed_in[email].may_be_signed_out:
            self._signed_in[email].come_back()
        return self._signed_in[email]

    def is_signed_out(self, role: str, slug: str = HARBOR_LANE) -> None:
        """Remember that a journey had this person's sign-ins ended."""
        email = self._house.person(role, slug)["email"]
        if email in self._signed_in:
            self._signed_in[email].went_at = float("-inf")

    def newcomer(self, role: str, slug: str = HARBOR_LANE) -> Person:
        """Return who has this role, at a browser in which nobody is signed in yet."""
        account = self._house.person(role, slug)
        return self.somebody(
            account, self.apps.setdefault(account["email"], App(account["totp_secret"]))
        )

    def somebody(self, account: people.Person, app: App, base_url: str = "") -> Person:
        """Return a person who may be new to the house, at a browser of their own."""
        person = Person.at(self._chromium, account, app, base_url or self._house.base_url)
        self._everybody.append(person)
        return person

    def pictures(self, name: str) -> None:
        """Keep a picture of what everybody sees."""
        for number, person in enumerate(self._everybody):
            for place, page in enumerate(person.context.pages):
                person.picture(f"{name}-{number}-{person.account['role']}-{place}", page)

    def complaints(self) -> list[str]:
        """Return what all browsers complained about since the last time."""
        return [
            f"{person.name}: {line}" for person in self._everybody for line in person.watch.take()
        ]
