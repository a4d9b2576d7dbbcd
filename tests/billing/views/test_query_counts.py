"""No page asks the database more often because there is more to show."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import MissedPolicy
from billing.services import not_billed
from clients.services import assignments
from tests import counting
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn

PAGES = [
    ("front-desk", "billing:today", 26),
    ("front-desk", "billing:unbilled", 14),
    ("front-desk", "billing:schedule", 17),
    ("front-desk", "billing:not_billed", 12),
    ("accountant", "billing:services", 10),
    ("front-desk", "billing:invoice_list", 16),
    ("front-desk", "billing:client", 70),
    ("front-desk", "billing:invoice", 31),
    ("therapist", "billing:my_clients", 26),
    ("accountant", "billing:work", 40),
    ("accountant", "billing:aging", 15),
    ("accountant", "billing:trial_balance", 16),
    ("auditor", "billing:samples", 12),
    ("auditor", "billing:evidence_packs", 12),
]


def grow(billed: Billed, names: list[str]) -> None:
    """Add clients, and to them and to the first one: an invoice, two payments, two sessions."""
    by, now = billed.house.people["front-desk"], timezone.now()
    today = timezone.localdate(timezone=at.ZONE)
    with practice_scope(billed.house.id):
        if not MissedPolicy.objects.exists():
            hours.policy(by, starts_on=today)
        for client in [billed.own, *(at.client(by, name) for name in names)]:
            at.cash(client, by, "10.00", apply_to=at.invoice(client, by), on=today)
            at.cash(client, by, "500.00", keep_rest=True)
            at.invoice(client, by)
            at.session(client, by, on=today, now=now)
            hours.planned(client, by, starts_at=hours.at(today, 15), now=now)
            missed = hours.missed(hours.planned(client, by, starts_at=hours.at(today), now=now), by)
            assert missed.fee
            not_billed.keep_back(hour=missed.fee, reason="GOODWILL", now=now, by=by)
            if client != billed.own:
                assignments.assign(
                    client=client,
                    therapist=billed.house.people["therapist"],
                    starts_on=at.TODAY,
                    now=at.NOW,
                    by=by,
                )


def queries_of(browser: Browser, url: str) -> int:
    with counting.queries() as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(("role", "route", "most"), PAGES, ids=[route for _, route, _ in PAGES])
def test_the_number_of_queries_does_not_grow(
    billed: Billed, signed_in: SignIn, role: str, route: str, most: int
) -> None:
    ids = {"billing:client": billed.own.pk, "billing:invoice": billed.own_invoice.pk}
    url = reverse(route, args=[ids[route]] if route in ids else [])
    member: Membership = billed.house.people[role]
    browser = signed_in(member)
    grow(billed, ["Haddad"])
    few = queries_of(browser, url)
    grow(billed, ["Nair", "Srisuk", "Tesfaye", "Lin"])

    assert queries_of(browser, url) == few <= most
