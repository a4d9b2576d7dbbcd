"""Pages on which people say where sessions took place, and what payers want for telehealth."""

from typing import Any
from uuid import UUID, uuid4

from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import Appointment, PayerRule, ServiceCode, Session
from billing.selectors import hour_codes
from clients.models import Payer
from clients.services import payers
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.conftest import Billed
from tests.clients import records

RULES = "/services/telehealth/"


def today() -> Any:
    return timezone.localdate(timezone=at.ZONE)


def planned(billed: Billed, place: str = "10", *, is_insured: bool = False) -> Appointment:
    """Plan an hour of today that began at midnight, by telehealth."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        if is_insured:
            hours.wants(payers.add(name="Keystone", now=at.NOW, by=by), by, "95", "HO")
            records.coverage(billed.own, by)
        begins = hours.at(today(), 0)
        return hours.planned(billed.own, by, starts_at=begins, place=place, now=timezone.now())


def held(billed: Billed, **changes: str) -> dict[str, str]:
    with practice_scope(billed.house.id):
        service = ServiceCode.objects.get(code="90834").pk
    return {
        "on": today().isoformat(),
        "at": "00:00",
        "ended_at": "00:45",
        "service": str(service),
        "fee": "",
        "place": "10",
        "modifiers": "95 ho",
        **changes,
    }


def codes(billed: Billed, session: UUID | None = None) -> hour_codes.HourCodes:
    with practice_scope(billed.house.id):
        newest = Session.objects.order_by("-recorded_at", "-id")[0].pk
        return hour_codes.of(session or newest)


def recorded(billed: Billed, *, therapist: Membership | None = None) -> UUID:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        return at.session(billed.own, by, therapist=therapist).pk


def test_the_form_begins_with_what_the_clients_payer_wants(
    at_desk: Browser, billed: Billed
) -> None:
    row = planned(billed, is_insured=True)

    page = at_desk.get(f"/appointments/{row.pk}/session/").text

    assert '<option value="10" selected>' in page
    assert 'value="95 HO"' in page


def test_an_hour_is_held_with_its_place_and_modifiers(at_desk: Browser, billed: Billed) -> None:
    row = planned(billed)

    answer = at_desk.post(f"/appointments/{row.pk}/session/", held(billed))

    assert answer.status_code == 302
    assert codes(billed) == hour_codes.HourCodes("10", ("95", "HO"))
    page = at_desk.get(f"/appointments/{row.pk}/").text
    assert "10 Telehealth, client at home, 95 HO" in page


def test_what_the_payer_does_not_want_is_said_and_kept_once_it_is_meant(
    at_desk: Browser, billed: Billed
) -> None:
    address = f"/appointments/{planned(billed, is_insured=True).pk}/session/"

    refused = at_desk.post(address, held(billed, modifiers="GT"))
    meant = at_desk.post(address, held(billed, modifiers="GT", codes_are_meant="on"))

    assert refused.status_code == 422
    assert "From Jan 1, 2026 on, Keystone wants 95 and HO" in refused.text
    assert 'value="GT"' in refused.text
    assert meant.status_code == 302
    assert codes(billed).modifiers == ("GT",)


def test_what_is_no_modifier_comes_back(at_desk: Browser, billed: Billed) -> None:
    address = f"/appointments/{planned(billed).pk}/session/"

    answer = at_desk.post(address, held(billed, modifiers="95 video"))

    assert answer.status_code == 422
    assert "VIDEO is no modifier." in answer.text


def test_a_session_is_recorded_with_its_place(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        therapist = billed.house.people["therapist"].pk
        service = ServiceCode.objects.get(code="90834").pk
    typed = {
        "code": "C-0001",
        "therapist": therapist,
        "service": service,
        "on": "2026-03-02",
        "at": "10:00",
        "minutes": "45",
        "place": "11",
        "modifiers": "95",
    }

    refused = at_desk.post("/sessions/new/", typed)
    answer = at_desk.post("/sessions/new/", {**typed, "place": "10"})

    assert "95 says telehealth, and place 11 Office is not." in refused.text
    assert answer.status_code == 302
    assert codes(billed) == hour_codes.HourCodes("10", ("95",))


def test_it_is_said_anew_and_what_was_said_stands_beside_it(
    at_desk: Browser, billed: Billed
) -> None:
    pk = recorded(billed)
    address = f"/sessions/{pk}/codes/"

    first = at_desk.post(address, {"after": "0", "place": "11", "modifiers": ""})
    second = at_desk.post(address, {"after": "1", "place": "12", "modifiers": "HO"})
    stale = at_desk.post(address, {"after": "1", "place": "10", "modifiers": ""})

    assert (first.status_code, second.status_code) == (302, 302)
    assert "Somebody else changed it meanwhile." in stale.text
    page = at_desk.get(address).text
    assert "11 Office, by" in page
    assert "12 Client&#x27;s home, HO, by" in page
    assert codes(billed, pk) == hour_codes.HourCodes("12", ("HO",))
    with practice_scope(billed.house.id):
        said = Event.objects.filter(action="billing.session.coded")
        assert set(said.values_list("label", flat=True)) == {"C-0001"}


def test_a_therapist_says_nothing_of_another_ones_session(
    as_therapist: Browser, billed: Billed
) -> None:
    own = recorded(billed)
    other = recorded(billed, therapist=billed.house.people["front-desk"])

    assert as_therapist.get(f"/sessions/{own}/codes/").status_code == 200
    assert as_therapist.get(f"/sessions/{other}/codes/").status_code == 403
    page = as_therapist.get("/sessions/unbilled/").text
    assert f"/sessions/{own}/codes/" in page
    assert f"/sessions/{other}/codes/" not in page


def test_the_desks_day_says_which_hours_are_telehealth(at_desk: Browser, billed: Billed) -> None:
    planned(billed)

    for address in ("/", "/today/", "/appointments/"):
        answer = at_desk.get(address)
        if answer.status_code == 200:
            assert "Telehealth" in answer.text


def rule(billed: Billed, **changes: str) -> dict[str, str]:
    with practice_scope(billed.house.id):
        payer = Payer.objects.filter(name="Keystone").first()
    return {
        "payer": str(payer.pk if payer else uuid4()),
        "remote": "VIDEO",
        "place": "",
        "modifiers": "95",
        "starts_on": "2026-01-01",
        "ends_on": "",
        **changes,
    }


def test_an_accountant_sets_what_a_payer_wants(as_accountant: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    assert "No payer is on the list" in as_accountant.get(RULES).text
    with practice_scope(billed.house.id, person_id=by.person_id):
        payers.add(name="Keystone", now=at.NOW, by=by)
    assert "No payer has a rule" in as_accountant.get(RULES).text

    answer = as_accountant.post(RULES, rule(billed))
    again = as_accountant.post(RULES, rule(billed))

    assert answer.status_code == 302
    assert "From that day on it is set so already." in again.text
    page = as_accountant.get(RULES).text
    for words in ("Keystone", "95 and the place where the client was", "Active"):
        assert words in page
    with practice_scope(billed.house.id):
        assert PayerRule.objects.count() == 1


def test_a_rule_that_cannot_be_comes_back(as_accountant: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        payers.add(name="Keystone", now=at.NOW, by=by)

    ends = as_accountant.post(RULES, rule(billed, ends_on="2025-12-31"))
    early = as_accountant.post(RULES, rule(billed, place="10", starts_on="2021-12-31"))
    nobody = as_accountant.post(RULES, rule(billed, payer=str(uuid4())))

    assert "The last day lies before the first." in ends.text
    assert "Place 10 is not used on Dec 31, 2021." in early.text
    assert {ends.status_code, early.status_code, nobody.status_code} == {422}


def test_coding_of_a_planned_hour_goes_with_the_hour_that_it_is_moved_to(
    at_desk: Browser, billed: Billed
) -> None:
    row = planned(billed)
    page = at_desk.get(f"/appointments/{row.pk}/move/").text

    assert '<option value="10" selected>' in page
