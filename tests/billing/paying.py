"""Pay links for tests: made at the desk, and held by a client in a browser of their own."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import PayLink, PayVisit
from billing.selectors import pay_links as found
from billing.services import card_accounts, pay_links, pay_visits
from clients.models import Client
from tests.houses import House

BORN = date(1973, 8, 1)
"""When every client of the tests was born."""

CARD_KEY = "sk_test_harborlanebilling0001"


def take_cards(by: Membership) -> None:
    """Give the practice in scope a card account."""
    card_accounts.connect(secret_key=CARD_KEY, is_live=False, now=timezone.now(), by=by)


def link(
    of: Client, by: Membership, *, by_mail: bool = False, now: datetime | None = None
) -> pay_links.Made:
    moment = now or timezone.now()
    return pay_links.make(
        client=of, key=uuid4(), by_mail=by_mail, today=moment.date(), now=moment, by=by
    )


def visit(made: pay_links.Made) -> PayVisit:
    """Give the right answer in the open scope, and return the visit that it began."""
    now = made.link.made_at
    answer = pay_visits.Answer(made.link.client.birth_date)
    key = pay_visits.enter(text=made.text, answer=answer, today=now.date(), now=now).key
    return PayVisit.objects.get(digest=found.digest(key))


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody with a link in a browser in which nobody is signed in."""

    house: House
    text: str
    browser: Browser

    @classmethod
    def of(cls, house: House, of: Client, by: Membership) -> "Payer":
        """Make a link in a scope of its own, and open it."""
        with practice_scope(house.id, person_id=by.person_id):
            text = link(of, by).text
        payer = cls(house, text, Browser())
        payer.open()
        return payer

    def open(self) -> Any:
        return self.browser.get(reverse("billing:pay_open", args=[self.text]))

    def answer(self, **said: str) -> Any:
        return self.browser.post(reverse("billing:pay"), said)

    def enter(self) -> Any:
        """Give the right answer."""
        answer = self.answer(birth_date=f"{BORN}")
        assert answer.status_code == 302, answer.content.decode()
        return answer

    def account(self) -> Any:
        return self.browser.get(reverse("billing:pay_account"))

    def start(self, amount: str, key: str = "") -> Any:
        sent = {"amount": amount, "key": key or str(uuid4())}
        return self.browser.post(reverse("billing:pay_start"), sent)

    def link(self) -> PayLink:
        """Return the row of the link, read in a scope of its own."""
        with practice_scope(self.house.id):
            return found.by_text(self.text).get()

    def withdraw(self) -> None:
        """Let the desk withdraw the link."""
        by = self.house.people["front-desk"]
        with practice_scope(self.house.id, person_id=by.person_id):
            link = found.by_text(self.text).get()
            assert pay_links.withdraw(link=link, now=timezone.now(), by=by)
