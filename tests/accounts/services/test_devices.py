"""Known devices: made by a complete sign-in, told by letter, forgotten and reported."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import KnownDevice, OutgoingMail, SignInSession, User
from accounts.models.gate import PasswordDue
from accounts.selectors import presence
from accounts.services import devices, totp
from accounts.services.devices import NOT_ME_SALT, LinkOver, NoSuchDevice
from accounts.sessions import Origin
from accounts.tenancy import practice_scope
from accounts.views import browser as browsers
from audit.actions import Action
from audit.models import Event
from tests.accounts.conftest import NOW, SignInPerson
from tests.houses import House, browser_of

HERE = Origin("Firefox on Linux", "203.0.113.9")
AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0": (
        "Edge on Windows"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605": (
        "Safari on Mac"
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Safari/604": (
        "Chrome on iPhone"
    ),
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36": (
        "Chrome on Android"
    ),
    "curl/8": "A browser",
    "": "A browser",
}


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_a_browser_is_told_in_a_few_words(agent: str, words: str) -> None:
    assert devices.label(agent) == words


def sign_in(browser: Client, person: SignInPerson) -> None:
    """Pass both steps by the pages."""
    given = {"email": person.user.email, "password": person.password}
    step = browser.post(reverse("accounts:sign_in"), given)["Location"]
    answer = browser.post(step, {"code": person.code(timezone.now())})
    assert answer.status_code == 302, answer.content.decode()


def remember(user: User, practice: House, token: str = "") -> str:
    token = token or devices.new_token()
    devices.remember(token=token, user=user, origin=HERE, practice_id=practice.id, now=NOW)
    return token


def letters(practice: House) -> list[tuple[str, str]]:
    """Return to whom the practice wrote of a new device, and what."""
    with practice_scope(practice.id):
        return [
            (letter.to, letter.body)
            for letter in OutgoingMail.objects.order_by("created_at")
            if "new device" in letter.subject
        ]


def actions_of(user: User, practice: House) -> list[str]:
    with practice_scope(practice.id):
        found = Event.objects.filter(person_id=user.pk).order_by("seq")
        return list(found.values_list("action", flat=True))


def test_a_complete_sign_in_makes_the_browser_known(browser: Client, person: SignInPerson) -> None:
    sign_in(browser, person)

    cookie = browser.cookies[browsers.COOKIE]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert cookie["max-age"] == 365 * 86_400
    token = browsers.token_of(browser.get(reverse("accounts:stay")).wsgi_request)
    assert len(token) * 6 >= 256
    assert presence.known_device(token=token, name=person.user.email)


def test_a_password_alone_makes_nothing_known(browser: Client, person: SignInPerson) -> None:
    browser.post(
        reverse("accounts:sign_in"), {"email": person.user.email, "password": person.password}
    )

    assert browsers.COOKIE not in browser.cookies
    assert not KnownDevice.objects.exists()


def test_a_first_sign_in_makes_the_browser_known_too(
    browser: Client, newcomer: User, person: SignInPerson
) -> None:
    given = {"email": newcomer.email, "password": person.password}
    step = browser.post(reverse("accounts:sign_in"), given)["Location"]
    secret = totp.secret_to_show(newcomer) or ""

    browser.post(step, {"code": totp.code_at(secret, timezone.now())})

    assert browsers.COOKIE in browser.cookies
    assert KnownDevice.objects.get().user == newcomer


def test_a_known_device_skips_nothing(browser: Client, person: SignInPerson) -> None:
    sign_in(browser, person)
    browser.post(reverse("accounts:sign_out"))

    answer = browser.post(
        reverse("accounts:sign_in"), {"email": person.user.email, "password": person.password}
    )

    assert answer["Location"] == reverse("accounts:sign_in_code")
    assert browser.get(reverse("accounts:home"))["Location"].startswith(reverse("accounts:sign_in"))


def test_the_database_holds_nothing_that_a_browser_could_send(
    person: SignInPerson, practice: House
) -> None:
    token = remember(person.user, practice)

    row = KnownDevice.objects.get()
    assert token.encode() not in bytes(row.digest)
    assert presence.known_device(token=bytes(row.digest).hex(), name=person.user.email) is None


@pytest.mark.parametrize("change", ["x{}", "{}x", "forged", ""])
def test_a_device_cookie_that_we_did_not_make_is_none(
    browser: Client, person: SignInPerson, change: str
) -> None:
    sign_in(browser, person)
    browser.cookies[browsers.COOKIE] = change.format(browser.cookies[browsers.COOKIE].value)

    request = browser.get(reverse("accounts:sign_in")).wsgi_request

    assert browsers.device_of(request, person.user.email) is None


def test_a_new_device_is_told_by_letter_and_on_the_log_once(
    person: SignInPerson, practice: House
) -> None:
    token = remember(person.user, practice)
    remember(person.user, practice, token)

    [(to, body)] = letters(practice)
    assert to == person.user.email
    assert "Firefox on Linux" in body
    assert "203.0.113.9" in body
    assert "Mar 3, 2026 at 2:30 PM (UTC)" in body
    assert reverse("accounts:you") in body
    assert actions_of(person.user, practice) == [Action.DEVICE_KNOWN]


def test_two_people_at_one_browser_have_a_device_each(
    person: SignInPerson, newcomer: User, practice: House
) -> None:
    token = remember(person.user, practice)
    remember(newcomer, practice, token)

    own, other = (
        presence.known_device(token=token, name=user.email) for user in (person.user, newcomer)
    )
    assert None not in (own, other)
    assert own != other


def test_the_eleventh_device_is_known_and_the_first_is_not(
    person: SignInPerson, practice: House
) -> None:
    tokens = [devices.new_token() for _ in range(devices.DEVICES_MAX + 1)]
    for place, token in enumerate(tokens):
        devices.remember(
            token=token,
            user=person.user,
            origin=HERE,
            practice_id=practice.id,
            now=NOW + timedelta(minutes=place),
        )

    known = [presence.known_device(token=token, name=person.user.email) for token in tokens]
    assert [bool(device) for device in known] == [False, *[True] * devices.DEVICES_MAX]


def test_one_forgets_ones_own_device_only(
    person: SignInPerson, newcomer: User, practice: House
) -> None:
    remember(person.user, practice)
    device_id = KnownDevice.objects.get().pk

    with practice_scope(practice.id, person_id=newcomer.pk), pytest.raises(NoSuchDevice):
        devices.forget(device_id=device_id, person_id=newcomer.pk)
    with practice_scope(practice.id, person_id=person.user.pk):
        devices.forget(device_id=device_id, person_id=person.user.pk)

    assert not KnownDevice.objects.exists()
    assert actions_of(person.user, practice)[-1] == Action.DEVICE_FORGOTTEN


def link_of(practice: House) -> str:
    """Return the path in the letter that says that it was somebody else."""
    [(_, body)] = letters(practice)
    [line] = [line for line in body.splitlines() if "/not-me/" in line]
    return "/" + line.split("/", 3)[3]


def test_looking_at_the_letters_link_changes_nothing(
    browser: Client, person: SignInPerson, practice: House
) -> None:
    remember(person.user, practice)

    page = browser.get(link_of(practice))

    assert "Firefox on Linux" in page.content.decode()
    assert KnownDevice.objects.exists()
    assert User.objects.get(pk=person.user.pk).password_due == ""


def test_not_me_ends_everything_and_works_once(
    browser: Client, person: SignInPerson, practice: House
) -> None:
    remember(person.user, practice)
    intruder = browser_of(practice.people["front-desk"])
    link = link_of(practice)

    answer = browser.post(link)

    assert answer.status_code == 200
    assert intruder.post(reverse("accounts:stay")).status_code == 302
    assert "A letter with a link to a new one is on its way" in answer.content.decode()
    assert User.objects.get(pk=person.user.pk).password_due == PasswordDue.REPORTED
    assert not KnownDevice.objects.exists()
    assert actions_of(person.user, practice)[-1] == Action.SIGN_IN_REPORTED
    assert browser.post(link).status_code == 404


def test_not_me_is_an_act_of_whoever_is_signed_in_too(
    person: SignInPerson, practice: House
) -> None:
    browser = browser_of(practice.people["front-desk"])

    browser.post(reverse("accounts:report"))

    assert browser.post(reverse("accounts:stay")).status_code == 302
    assert not SignInSession.objects.filter(user_id=person.user.pk, ended_at=None).exists()
    assert User.objects.get(pk=person.user.pk).password_due == PasswordDue.REPORTED


@pytest.mark.parametrize(
    "token",
    ["", "x", signing.dumps(str(UUID(int=7)), salt=NOT_ME_SALT)],
    ids=["nothing", "no token", "nobody's"],
)
def test_a_link_that_is_not_of_a_letter_is_refused(db: None, token: str) -> None:
    with pytest.raises(LinkOver):
        devices.reported(token=token)


def test_a_letters_link_lasts_a_week(
    person: SignInPerson, practice: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(person.user, practice)
    token = link_of(practice).split("/")[2]
    assert devices.reported(token=token)
    later = timezone.now().timestamp() + devices.NOT_ME_SECONDS + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)

    with pytest.raises(LinkOver):
        devices.reported(token=token)
