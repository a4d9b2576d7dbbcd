"""The page on which what was done beside a service is added to its session."""

from uuid import UUID, uuid4

from django.test import Client as Browser

from accounts.tenancy import practice_scope
from billing.models import ServiceCode, SessionAddOn
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.conftest import Billed


def recorded(billed: Billed, code: str = "90834", *, offers: bool = True) -> str:
    """Record a session whose client the therapist sees, and return its page of add-ons."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        if offers:
            hours.offered(by, "90785")
        return f"/sessions/{at.session(billed.own, by, code=code).pk}/add-ons/"


def service(billed: Billed, code: str = "90785") -> UUID:
    with practice_scope(billed.house.id):
        return ServiceCode.objects.get(code=code).pk


def test_the_desk_adds_what_was_done_beside_it(at_desk: Browser, billed: Billed) -> None:
    address = recorded(billed)
    typed = {"key": str(uuid4()), "service": service(billed)}

    first, again = at_desk.post(address, typed), at_desk.post(address, typed)

    assert (first["Location"], again["Location"]) == (address, address)
    page = at_desk.get(address).text
    assert "90785 is added at $15.00. It is billed with its session." in page
    assert "Our 90785" in page
    with practice_scope(billed.house.id):
        assert SessionAddOn.objects.count() == 1


def test_a_second_one_comes_back_with_its_reason(at_desk: Browser, billed: Billed) -> None:
    address = recorded(billed)
    at_desk.post(address, {"key": str(uuid4()), "service": service(billed)})

    answer = at_desk.post(address, {"key": str(uuid4()), "service": service(billed)})

    assert answer.status_code == 422
    assert "90785 is added already." in answer.text


def test_what_is_billed_takes_none_and_says_how_to_mend_it(
    at_desk: Browser, billed: Billed
) -> None:
    hours_page = recorded(billed)
    at_desk.post("/sessions/unbilled/invoices/", {"sessions": hours_page.split("/")[2]})

    answer = at_desk.post(hours_page, {"key": str(uuid4()), "service": service(billed)})

    assert answer.status_code == 422
    assert "Void that invoice first" in answer.text


def test_where_nothing_goes_with_it_the_page_says_so(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(recorded(billed, "90847")).text

    assert "The fee list offers nothing that is billed beside 90847." in page
    assert "Add it</button>" not in page


def test_a_session_is_not_picked_without_its_add_on(at_desk: Browser, billed: Billed) -> None:
    address = recorded(billed)
    at_desk.post(address, {"key": str(uuid4()), "service": service(billed)})

    answer = at_desk.post("/sessions/unbilled/invoices/", {"sessions": address.split("/")[2]})

    assert answer.status_code == 422
    assert "90785 is billed with its session of 90834, on one invoice. Pick both." in answer.text


def test_an_add_on_is_offered_on_no_form_of_an_hour(at_desk: Browser, billed: Billed) -> None:
    recorded(billed)

    for address in ("/sessions/new/", "/appointments/new/"):
        assert "Our 90785" not in at_desk.get(address).text


def test_a_therapist_adds_to_their_own_session(as_therapist: Browser, billed: Billed) -> None:
    address = recorded(billed)

    answer = as_therapist.post(address, {"key": str(uuid4()), "service": service(billed)})

    assert answer.status_code == 302


def test_another_practices_session_is_not_there(at_desk: Browser) -> None:
    assert at_desk.get(f"/sessions/{uuid4()}/add-ons/").status_code == 404
