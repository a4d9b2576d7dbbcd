"""The pages of what came in: what was left out, whose words mean what, and where both differ."""

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.services import roles
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import ExternalCode, RejectedRecord, Session
from billing.selectors import service_codes
from clients.models import Assignment, Client, ExternalRecord
from clients.selectors import contacts
from tests.billing import arrivals, desk
from tests.clients.bundles import patient, whole
from tests.houses import House

SignedIn = Callable[[Membership], Browser]


@pytest.fixture
def browser(front_desk: Membership, signed_in: SignedIn) -> Browser:
    return signed_in(front_desk)


@pytest.fixture
def rejected(practice: House, front_desk: Membership) -> UUID:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        arrivals.receive(patient(birthDate="19-73"), front_desk)
        return RejectedRecord.objects.get().pk


def page(route: str, **ids: object) -> str:
    return reverse(f"billing:{route}", kwargs=ids)


def number_of(answer: str, path: str) -> str:
    """Return the field of a JSON path, by the hint under it."""
    found = re.search(rf'id="id_(value-\d+)_helptext"[^>]*>{re.escape(path)}<', answer)
    assert found, path
    return found[1]


def test_the_list_tells_the_path_and_quotes_nobody(browser: Browser, rejected: UUID) -> None:
    text = browser.get(page("intake")).content.decode()

    assert "Is not a full date." in text
    assert "birthDate" in text
    for word in ("19-73", "vila", "4711"):
        assert word not in text


def test_a_value_is_mended_and_the_record_comes_in(
    practice: House, browser: Browser, rejected: UUID
) -> None:
    address = page("reject", reject_id=rejected)
    shown = browser.get(address).content.decode()
    assert 'value="19-73"' in shown

    answer = browser.post(address, {number_of(shown, "birthDate"): "1973-08-01"})

    assert answer.status_code == 302
    with practice_scope(practice.id):
        assert Client.objects.get().birth_date == date(1973, 8, 1)
        told = list(Event.objects.values_list("action", flat=True))
    assert {"billing.reject.viewed", "billing.reject.mended"} <= set(told)


def test_what_is_wrong_still_is_said_again(browser: Browser, rejected: UUID) -> None:
    address = page("reject", reject_id=rejected)
    name = number_of(browser.get(address).content.decode(), "birthDate")

    answer = browser.post(address, {name: "1973-13-01"})

    assert answer.status_code == 422
    assert 'value="1973-13-01"' in answer.content.decode()


def test_a_record_is_dismissed_for_a_reason_and_emptied(
    practice: House, browser: Browser, rejected: UUID
) -> None:
    browser.post(page("reject_dismiss", reject_id=rejected), {"reason": "NOT_OURS"})

    with practice_scope(practice.id):
        row = RejectedRecord.objects.get()
        assert (row.state, row.dismissal, row.body) == ("DISMISSED", "NOT_OURS", None)
    assert browser.get(page("reject", reject_id=rejected)).status_code == 404


def test_who_may_not_see_names_sees_no_record(
    practice: House, front_desk: Membership, signed_in: SignedIn, rejected: UUID
) -> None:
    with practice_scope(practice.id):
        role = Role.objects.get(slug="front-desk")
        held = members.permissions_of(front_desk) - {Permission.CLIENT_IDENTITY_VIEW}
        roles.set_permissions(role=role, permissions=list(held))

    browser = signed_in(front_desk)

    for address in (page("intake"), page("reject", reject_id=rejected), page("external_codes")):
        assert browser.get(address).status_code == 403


def test_what_waits_for_a_meaning_comes_in_when_it_is_chosen(
    practice: House, front_desk: Membership, therapist: Membership, browser: Browser
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        desk.open_books(front_desk)
        outcome = arrivals.receive(arrivals.visited(), front_desk, waits_for_mapping=True)
        assert [told.remedy for told in outcome.unusable] == ["MAP"]
        names = {row.kind: row for row in ExternalCode.objects.all()}
        service = service_codes.by_code("90834")
    assert service is not None
    assert "Dr. Vo" in browser.get(page("external_codes")).content.decode()

    browser.post(
        page("external_codes"),
        {
            f"code-{names['PRACTITIONER'].pk}": str(therapist.pk),
            f"code-{names['SERVICE'].pk}": str(service.pk),
        },
    )

    with practice_scope(practice.id):
        session = Session.objects.get()
        assert (session.therapist_id, session.service_code_id) == (therapist.pk, service.pk)
        assert not RejectedRecord.objects.filter(state="OPEN").exists()
        assert ExternalCode.objects.filter(seen=1).count() == 2


def test_a_name_stands_for_nobody_of_another_practice(
    practice: House, front_desk: Membership, stranger: Membership, browser: Browser
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        arrivals.receive(arrivals.visited(), front_desk)
        row = ExternalCode.objects.get(kind="PRACTITIONER")

    answer = browser.post(page("external_codes"), {f"code-{row.pk}": str(stranger.pk)})

    assert answer.status_code == 422


def test_a_new_clients_therapist_is_the_one_who_was_mapped(
    practice: House, front_desk: Membership, therapist: Membership, browser: Browser
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        arrivals.receive(arrivals.visited(identifier=[], id="p-9"), front_desk)
        row = ExternalCode.objects.get(kind="PRACTITIONER")
    browser.post(page("external_codes"), {f"code-{row.pk}": str(therapist.pk)})

    with practice_scope(practice.id, person_id=front_desk.person_id):
        arrivals.receive(arrivals.visited(), front_desk)
        assert Assignment.objects.get().therapist_id == therapist.pk


@pytest.mark.parametrize(
    ("word", "phone"), [("theirs", "555-111-1111"), ("ours", "555-777-0000"), ("", "555-777-0000")]
)
def test_a_difference_is_settled(
    practice: House, front_desk: Membership, browser: Browser, word: str, phone: str
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        _, record_id = arrivals.left_out(front_desk)
        client_id = ExternalRecord.objects.get(pk=record_id).client_id
    assert "555-777-0000" in browser.get(page("differences")).content.decode()

    browser.post(page("difference_settle", record_id=record_id), {"word": word})

    with practice_scope(practice.id):
        assert contacts.first_ones([client_id], "PHONE") == {client_id: phone}
    assert "Nothing differs" in browser.get(page("differences")).content.decode()


def test_empty_pages_say_so(browser: Browser) -> None:
    assert "Nothing waits" in browser.get(page("intake")).content.decode()
    assert "No names yet" in browser.get(page("external_codes")).content.decode()


def test_a_file_that_comes_in_whole_leaves_nothing_to_do(
    practice: House, front_desk: Membership, browser: Browser
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        arrivals.receive(whole(), front_desk)

    assert "Nothing waits" in browser.get(page("intake")).content.decode()
