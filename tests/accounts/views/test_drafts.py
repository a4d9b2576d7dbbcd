"""Typing that is kept by the pages: saved, shown again, thrown away, and sent."""

from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.services import roles
from accounts.sessions import MFA_AT, SessionStore
from accounts.tenancy import practice_scope
from accounts.views import pages, typed
from audit.actions import Action
from clients.models import Client as ClientRecord
from tests.accounts.views.drafting import AS_FORM, FORM, PAGE, body_of, kept, on, save, shown, told
from tests.houses import House, browser_of


@pytest.fixture
def browser(front_desk: Membership) -> Client:
    return browser_of(front_desk)


def test_what_is_saved_is_shown_again_on_its_page(browser: Client) -> None:
    answer = save(browser, family_name='O\'Brien "<b>"', roles=["a", "b"])

    assert (answer.status_code, answer.content) == (204, b"")
    assert shown(browser) == {PAGE: {"family_name": ['O\'Brien "<b>"'], "roles": ["a", "b"]}}
    assert shown(browser, "/clients/") is None


def test_the_banner_stands_in_the_page_and_serves_a_browser_without_scripts(
    browser: Client,
) -> None:
    save(browser, family_name="Ashgrove")

    page = browser.get(PAGE).content.decode()

    assert page.index("<main") < page.index("We kept what you had typed") < page.index("</main>")
    without_scripts = page.split("<noscript>")[1].split("</noscript>")[0]
    assert "<li>Family name: Ashgrove</li>" in without_scripts


def test_a_page_without_a_draft_has_no_banner(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()

    assert "We kept" not in page
    assert "data-drafts" in page


def test_a_colleague_at_the_same_page_is_shown_nothing(browser: Client, practice: House) -> None:
    colleague = practice.people["auditor"]
    with practice_scope(practice.id):
        role = Role.objects.get(slug="front-desk")
        roles.grant(member=colleague, role=role, now=timezone.now(), by=practice.automaton)
    save(browser, family_name="Ashgrove")

    assert shown(browser_of(colleague)) is None


def test_the_other_practice_is_shown_nothing(browser: Client, stranger: Membership) -> None:
    save(browser, family_name="Ashgrove")

    assert shown(browser_of(stranger)) is None


def test_who_left_the_practice_is_shown_nothing(
    browser: Client, practice: House, front_desk: Membership
) -> None:
    save(browser, family_name="Ashgrove")
    with practice_scope(practice.id):
        Membership.objects.filter(pk=front_desk.pk).update(
            ended_at=timezone.now(), ended_by=practice.automaton
        )

    answer = browser.get(PAGE)

    assert answer.status_code == 302
    assert save(browser, family_name="Later").status_code == 302


def test_a_tab_of_another_practice_is_not_saved_into_this_one(
    browser: Client, front_desk: Membership, practice: House
) -> None:
    body = body_of(PAGE, "", {"family_name": "Elsewhere"}).replace("harbor-lane", "summit-row")

    answer = browser.post(reverse("accounts:drafts"), body, content_type=AS_FORM)

    assert answer.status_code == 409
    assert kept(front_desk) is None
    assert told(practice, Action.REQUEST_REFUSED) == [{"route": "accounts:drafts", "status": 409}]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "/nothing/here/",
        "/sign-in/",
        "/practice/",
        "/stay/",
        "/healthz",
        "https://elsewhere.example/clients/new/",
        "//elsewhere.example/clients/new/",
        f"{PAGE}?{'a' * 200}=01a20b4f-6679-7fdd-b317-20ba1789723e",
    ],
)
def test_only_a_page_of_the_practice_has_a_draft(
    browser: Client, page: str, practice: House
) -> None:
    assert save(browser, page, family_name="Ashgrove").status_code == 400
    assert told(practice, Action.REQUEST_REFUSED) == [{"route": "accounts:drafts", "status": 400}]


def test_of_a_query_only_ids_name_the_page(browser: Client) -> None:
    one, two = UUID(int=1), UUID(int=2)

    assert pages.known(f"/payments/new/?q=Ashgrove&invoice={one}&client={two}&page=2") == (
        f"/payments/new/?client={two}&invoice={one}"
    )


def test_64_kilobytes_are_kept_and_more_is_refused(
    browser: Client, front_desk: Membership, practice: House
) -> None:
    room = typed.BYTES_MAX - len(body_of(PAGE, "", {"note": ""}))

    assert save(browser, note="n" * (room + 1)).status_code == 413
    assert told(practice, Action.REQUEST_REFUSED) == [{"route": "accounts:drafts", "status": 413}]
    assert save(browser, note="n" * room).status_code == 204
    assert kept(front_desk) == {PAGE: {"note": ["n" * room]}}


def test_saving_needs_the_token_of_the_page(front_desk: Membership) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = browser_of(front_desk).cookies

    assert save(browser, family_name="Ashgrove").status_code == 403
    assert kept(front_desk) is None


def test_a_card_number_is_refused_here_as_everywhere(
    browser: Client, front_desk: Membership
) -> None:
    assert save(browser, note="4242 4242 4242 4242").status_code == 422
    assert kept(front_desk) is None


def test_nothing_is_kept_for_nobody(client: Client) -> None:
    assert save(client, family_name="Ashgrove").status_code == 302


def test_throwing_away_leads_back_to_the_empty_page(
    browser: Client, front_desk: Membership
) -> None:
    save(browser, family_name="Ashgrove")

    answer = browser.post(reverse("accounts:drafts"), {"page": PAGE, "throw_away": "1"})

    assert answer["Location"] == PAGE
    assert kept(front_desk) is None
    assert shown(browser) is None


def test_throwing_away_leads_to_no_other_site(browser: Client) -> None:
    away = {"page": "//elsewhere.example/clients/new/", "throw_away": "1"}

    assert browser.post(reverse("accounts:drafts"), away).status_code == 400


def test_an_accepted_form_is_not_kept(browser: Client, front_desk: Membership) -> None:
    save(browser, family_name="Ashgrove")

    assert browser.post(PAGE, FORM, headers=on(PAGE)).status_code == 302

    assert kept(front_desk) is None


def test_a_form_with_something_wrong_stays_kept_and_is_not_filled_over(
    browser: Client, front_desk: Membership
) -> None:
    save(browser, family_name="Ashgrove")

    answer = browser.post(PAGE, {**FORM, "birth_date": "soon"}, headers=on(PAGE))

    assert answer.status_code == 422
    assert "data-kept" not in answer.content.decode()
    assert kept(front_desk) == {PAGE: {"family_name": ["Ashgrove"]}}


def test_a_form_whose_code_is_asked_for_stays_kept(
    administrator: Membership, therapist: Membership
) -> None:
    browser = browser_of(administrator)
    page = reverse("accounts:person", args=[therapist.pk])
    save(browser, page, roles=["x"])
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[MFA_AT] -= 600
    session.save()

    answer = browser.post(page, {"roles": "x"}, headers=on(page))

    assert answer.status_code == 422
    assert kept(administrator, page) == {page: {"roles": ["x"]}}


def test_a_form_is_not_kept_where_it_began_once_a_preview_of_it_is_accepted(
    administrator: Membership,
) -> None:
    browser = browser_of(administrator)
    with practice_scope(administrator.practice_id):
        role = Role.objects.get(slug="front-desk")
    page = reverse("accounts:role", args=[role.pk])
    form = reverse("accounts:role_limits", args=[role.pk])
    sums = {"REFUND": "250", "WRITE_OFF": "0", "PAY_BILL": "0", "WAIVE": "0"}
    sums |= {
        "seen_REFUND": "10000",
        "seen_WRITE_OFF": "0",
        "seen_PAY_BILL": "0",
        "seen_WAIVE": "20000",
    }
    save(browser, page, form, REFUND="250")

    preview = browser.post(form, sums, headers=on(page))
    assert (preview.status_code, kept(administrator, page)) == (200, {form: {"REFUND": ["250"]}})
    again = browser.post(form, sums, headers=on(form))
    assert again.status_code == 200

    assert browser.post(form, {**sums, "save": "yes"}, headers=on(form)).status_code == 302
    assert kept(administrator, page) is None


def test_htmx_shows_an_accepted_form_in_place_and_it_is_not_kept(
    browser: Client, front_desk: Membership
) -> None:
    browser.post(PAGE, FORM)
    with practice_scope(front_desk.practice_id):
        client = ClientRecord.objects.get()
    page, form = (f"/clients/{client.pk}/", reverse("clients:assign", args=[client.pk]))
    save(browser, page, form, therapist="somebody")
    wrong = browser.post(form, {}, headers=on(page, **{"HX-Request": "true"}))
    assert wrong.status_code == 422
    assert kept(front_desk, page)

    with practice_scope(front_desk.practice_id):
        therapist = Membership.objects.get(grants__role__slug="therapist")
    right = {"therapist": str(therapist.pk), "starts_on": f"{timezone.localdate()}"}
    answer = browser.post(form, right, headers=on(page, **{"HX-Request": "true"}))

    assert answer.status_code == 200, answer.content.decode()
    assert kept(front_desk, page) is None
