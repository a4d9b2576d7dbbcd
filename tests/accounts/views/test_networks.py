"""Networks over HTTP: who is refused from where, what stays reachable, and what the page says."""

from uuid import UUID

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, NetworkRange, Role
from accounts.services import networks
from accounts.sessions import MFA_AT
from accounts.tenancy import practice_scope
from audit.selectors import log
from tests import counting
from tests.houses import House, browser_of

OFFICE, HOME, PROXY = "203.0.113.7", "198.51.100.20", "10.0.0.1"
WORDS = "networks only"


@pytest.fixture
def office(practice: House) -> House:
    """Harbor Lane, which works from its office only."""
    with practice_scope(practice.id):
        NetworkRange.objects.create(
            network="203.0.113.0/24",
            label="Office",
            added_at=timezone.now(),
            added_by=practice.people["administrator"],
        )
    return practice


def status(browser: Client, address: str, **headers: str) -> int:
    return browser.get(reverse("accounts:roles"), REMOTE_ADDR=address, headers=headers).status_code


@pytest.mark.parametrize(
    ("address", "answer"),
    [(OFFICE, 200), (HOME, 403), ("2001:db8::1", 403), ("::ffff:203.0.113.7", 200)],
)
def test_people_work_from_the_named_networks_only(office: House, address: str, answer: int) -> None:
    assert status(browser_of(office.people["auditor"]), address) == answer


def test_a_refusal_is_plain_and_stands_on_the_log(office: House) -> None:
    member = office.people["auditor"]
    page = browser_of(member).get(reverse("accounts:log"), REMOTE_ADDR=HOME)

    assert page.status_code == 403
    assert WORDS in page.content.decode()
    assert HOME in page.content.decode()
    assert "Audit log" not in page.content.decode()
    with practice_scope(office.id):
        newest = log.page(limit=1)[0]
        assert (newest.action, newest.person_id) == ("accounts.network.refused", member.person_id)


def test_nothing_is_written_from_elsewhere(office: House) -> None:
    browser, member = browser_of(office.people["administrator"]), office.people["auditor"]
    url = reverse("accounts:person", args=[member.pk])

    assert browser.post(url, {"roles": []}, REMOTE_ADDR=HOME).status_code == 403

    with practice_scope(office.id):
        assert member.grants.filter(withdrawn_at=None).count() == 1


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP"]
)
def test_what_a_browser_says_of_its_address_is_ignored(office: House, header: str) -> None:
    browser = browser_of(office.people["auditor"])

    assert status(browser, HOME, **{header: OFFICE}) == 403


@pytest.mark.parametrize(
    ("forwarded", "answer"),
    [
        (OFFICE, 200),
        (f"{HOME}, {OFFICE}", 200),
        (f"{OFFICE}, {HOME}", 403),
        (HOME, 403),
        ("", 403),
        ("garbage", 403),
    ],
)
def test_only_what_our_own_proxy_adds_is_believed(
    office: House, settings: LazySettings, forwarded: str, answer: int
) -> None:
    settings.TRUSTED_PROXIES = 1
    browser = browser_of(office.people["auditor"])

    assert status(browser, PROXY, **{"X-Forwarded-For": forwarded}) == answer


@pytest.mark.parametrize(
    ("forwarded", "answer"),
    [
        (f"{OFFICE}, {PROXY}", 200),
        (f"{HOME}, {OFFICE}, {PROXY}", 200),
        (f"{OFFICE}, {HOME}, {PROXY}", 403),
        (OFFICE, 403),
        ("", 403),
    ],
)
def test_with_fewer_addresses_than_proxies_nobody_is_let_in(
    office: House, settings: LazySettings, forwarded: str, answer: int
) -> None:
    """Even where a proxy of ours itself stands in a network that is allowed."""
    settings.TRUSTED_PROXIES = 2
    browser = browser_of(office.people["auditor"])

    assert status(browser, OFFICE, **{"X-Forwarded-For": forwarded}) == answer


def test_a_role_that_is_not_bound_works_from_anywhere(office: House) -> None:
    with practice_scope(office.id):
        Role.objects.filter(slug="auditor").update(is_network_bound=False)

    assert status(browser_of(office.people["auditor"]), HOME) == 200
    assert status(browser_of(office.people["administrator"]), HOME) == 403


def test_one_bound_role_of_several_binds(office: House) -> None:
    with practice_scope(office.id):
        Role.objects.filter(slug="auditor").update(is_network_bound=False)
        member = office.people["auditor"]
        role = Role.objects.get(slug="therapist")
        member.grants.create(
            role=role, granted_at=timezone.now(), granted_by=office.people["administrator"]
        )

    assert status(browser_of(member), HOME) == 403


@pytest.mark.parametrize(
    ("method", "route", "kwargs", "expected"),
    [
        ("get", "accounts:sign_in", {}, {200, 302}),
        ("get", "accounts:choose_practice", {}, {200}),
        ("post", "accounts:sign_out", {}, {302}),
        ("post", "billing:stripe_webhook", {"endpoint_id": UUID(int=7)}, {400}),
        ("get", "healthz", {}, {200}),
    ],
)
def test_what_is_no_page_of_the_practice_stays_reachable(
    office: House, method: str, route: str, kwargs: dict[str, UUID], expected: set[int]
) -> None:
    browser = browser_of(office.people["auditor"])
    ask = getattr(browser, method)

    answer = ask(reverse(route, kwargs=kwargs), REMOTE_ADDR=HOME)

    assert answer.status_code in expected
    assert WORDS not in answer.content.decode()


def test_another_practice_is_not_bound_by_it(office: House, other_practice: House) -> None:
    assert status(browser_of(other_practice.people["auditor"]), HOME) == 200


def test_networks_cost_no_query(practice: House) -> None:
    browser, url = browser_of(practice.people["auditor"]), reverse("accounts:roles")
    browser.get(url)
    with counting.queries() as without:
        browser.get(url, REMOTE_ADDR=OFFICE)
    with practice_scope(practice.id):
        NetworkRange.objects.create(
            network="203.0.113.0/24",
            label="Office",
            added_at=timezone.now(),
            added_by=practice.people["administrator"],
        )
    with counting.queries() as with_one:
        assert browser.get(url, REMOTE_ADDR=OFFICE).status_code == 200

    assert len(with_one) == len(without)


def test_a_network_is_previewed_before_it_counts(practice: House) -> None:
    browser, url = browser_of(practice.people["administrator"]), reverse("accounts:networks")
    typed = {"network": "203.0.113.99/24", "label": "Office"}

    preview = browser.post(url, typed, REMOTE_ADDR=OFFICE)

    assert f"Your own address {OFFICE} passes." in preview.content.decode()
    assert "Allow this network" in preview.content.decode()
    assert named(practice) == []
    seen = {**typed, "seen": "203.0.113.0/24"}
    assert browser.post(url, seen, REMOTE_ADDR=OFFICE).status_code == 302
    assert named(practice) == ["203.0.113.0/24"]


def test_a_network_that_would_lock_oneself_out_cannot_be_saved(practice: House) -> None:
    browser, url = browser_of(practice.people["administrator"]), reverse("accounts:networks")
    typed = {"network": "10.8.0.0/16", "label": "VPN"}

    preview = browser.post(url, typed, REMOTE_ADDR=OFFICE).content.decode()

    assert f"{OFFICE} would be locked out" in preview
    assert "Allow this network" not in preview
    forced = browser.post(url, {**typed, "seen": "10.8.0.0/16"}, REMOTE_ADDR=OFFICE)
    assert forced.status_code == 422
    assert named(practice) == []


def test_changing_networks_needs_a_fresh_second_factor(practice: House) -> None:
    browser = browser_of(practice.people["administrator"])
    session = browser.session
    session[MFA_AT] = 0
    session.save()
    typed = {"network": "203.0.113.0/24", "label": "Office", "seen": "203.0.113.0/24"}

    answer = browser.post(reverse("accounts:networks"), typed, REMOTE_ADDR=OFFICE)

    assert answer.status_code == 422
    assert "Before you go on" in answer.content.decode()
    assert named(practice) == []


def test_roles_are_bound_and_unbound_on_the_page(office: House) -> None:
    by = office.people["administrator"]
    browser, url = browser_of(by), reverse("accounts:network_roles")
    with practice_scope(office.id):
        bound = [str(role.pk) for role in Role.objects.exclude(slug="therapist")]

    assert browser.post(url, {"roles": bound}, REMOTE_ADDR=OFFICE).status_code == 302

    assert status_of_first_page(office.people["therapist"]) == 302
    assert status_of_first_page(office.people["front-desk"]) == 403


def test_a_network_is_removed_on_the_page(office: House) -> None:
    browser = browser_of(office.people["administrator"])
    with practice_scope(office.id):
        row = NetworkRange.objects.get()
    url = reverse("accounts:network_remove", args=[row.pk])

    assert browser.post(url, REMOTE_ADDR=OFFICE).status_code == 302
    assert named(office) == []
    assert browser.post(url, REMOTE_ADDR=OFFICE).status_code == 302


def test_the_service_and_the_page_say_the_same_reason(practice: House) -> None:
    browser = browser_of(practice.people["administrator"])
    typed = {"network": "0.0.0.0/0", "label": "All"}
    page = browser.post(reverse("accounts:networks"), typed, REMOTE_ADDR=OFFICE)
    with pytest.raises(networks.NotANetwork) as refused:
        networks.parsed(typed["network"])

    assert page.status_code == 422
    assert str(refused.value) in page.content.decode()


def named(house: House) -> list[str]:
    with practice_scope(house.id):
        return list(NetworkRange.objects.filter(removed_at=None).values_list("network", flat=True))


def status_of_first_page(member: Membership) -> int:
    return browser_of(member).get(reverse("accounts:home"), REMOTE_ADDR=HOME).status_code
