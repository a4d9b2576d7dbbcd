"""The list of agreed fees that somebody has to look at."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event, Touch
from clients.models import Client
from clients.services import fee_agreements, merges
from tests.clients.people import NOW, added
from tests.clients.records import agreement
from tests.houses import House

URL = reverse("clients:fees_to_look_at")
SignedIn = Callable[[Membership], Browser]


@pytest.fixture
def client(practice: House, front_desk: Membership) -> Client:
    with practice_scope(practice.id):
        return added(front_desk)


def test_a_fee_waits_there_for_a_colleague_until_it_is_approved(
    practice: House,
    client: Client,
    front_desk: Membership,
    accountant: Membership,
    signed_in: SignedIn,
) -> None:
    with practice_scope(practice.id):
        made = agreement(client, front_desk, percent=10)
    desk, colleague = signed_in(front_desk), signed_in(accountant)

    own, others = desk.get(URL).content.decode(), colleague.get(URL).content.decode()

    assert "María Luisa Razo" in own
    assert "Needs a colleague" in own
    assert "Waits for you" in others
    assert client.code in others
    assert "Razo" not in others
    with practice_scope(practice.id):
        fee_agreements.approve(agreement=made, now=timezone.now(), by=accountant)
        listed = Event.objects.filter(action=Action.CLIENT_LISTED).values("seq")
        assert Touch.objects.filter(client_id=client.pk, seq__in=listed).count() == 2


def test_a_fee_of_a_merged_record_is_reached_where_it_can_be_approved(
    practice: House,
    client: Client,
    front_desk: Membership,
    accountant: Membership,
    signed_in: SignedIn,
) -> None:
    with practice_scope(practice.id):
        double = added(front_desk, "María", "Razo")
        made = agreement(double, front_desk, percent=10)
        request = merges.ask(kept=client, merged=double, now=NOW, by=front_desk)
        merges.approve(merge=request, now=NOW, by=accountant)
    colleague = signed_in(accountant)

    page = colleague.get(URL).content.decode()
    [link] = re.findall(r'href="(/clients/[^"]+/fees/)"', page)
    approve = reverse("clients:fee_agreement_approve", args=[double.pk, made.pk])

    assert client.code in page
    assert approve in colleague.get(link).content.decode()
    assert colleague.post(approve).status_code == 302
    assert "No fee needs a look" in colleague.get(URL).content.decode()


@pytest.mark.parametrize("end", [None, "ended", "taken back"])
def test_a_fee_is_looked_at_again_from_its_day_of_review_on(
    practice: House, client: Client, front_desk: Membership, signed_in: SignedIn, end: str | None
) -> None:
    today = timezone.localdate(timezone=ZoneInfo("America/New_York"))
    before = today - timedelta(days=40)
    with practice_scope(practice.id):
        made = agreement(client, front_desk, percent=80, starts_on=before, review_on=today)
        ahead = added(front_desk, "Freda", "Nguyen")
        agreement(
            ahead, front_desk, percent=80, starts_on=before, review_on=today + timedelta(days=1)
        )
        terms: Any = {"agreement": made, "now": timezone.now(), "by": front_desk}
        if end == "ended":
            fee_agreements.end(ends_on=today - timedelta(days=1), **terms)
        if end == "taken back":
            fee_agreements.withdraw(**terms)

    page = signed_in(front_desk).get(URL).content.decode()

    assert ("Look again since" in page) == (end is None)
    assert "Nguyen" not in page
