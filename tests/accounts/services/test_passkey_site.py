"""Where passkeys work."""

import pytest
from pytest_django import Settings

from accounts.services import passkey_site, passkeys
from accounts.services.passkeys import NoPasskey
from tests.accounts.conftest import NOW, SignInPerson

SITES = {
    "https://books.harbor-lane.example": ("books.harbor-lane.example", ""),
    "https://books.harbor-lane.example:443": ("books.harbor-lane.example", ""),
    "https://books.harbor-lane.example:8443": ("books.harbor-lane.example", ":8443"),
    "http://127.0.0.1:8000": ("localhost", ":8000"),
    "http://[::1]:8000": ("localhost", ":8000"),
}


@pytest.mark.parametrize("base_url", SITES)
def test_passkeys_belong_to_the_configured_address(settings: Settings, base_url: str) -> None:
    settings.BASE_URL = base_url
    domain, port = SITES[base_url]

    assert passkey_site.site() == passkey_site.Site(
        domain, f"{base_url.partition(':')[0]}://{domain}{port}"
    )
    assert passkey_site.works_at(f"{domain}{port}".upper())
    assert not passkey_site.works_at(f"{domain}.evil.example{port}")


def test_browsers_know_no_passkeys_at_a_bare_address(
    settings: Settings, person: SignInPerson
) -> None:
    settings.BASE_URL = "https://192.0.2.7"

    assert passkey_site.site() is None
    assert not passkey_site.works_at("192.0.2.7")
    with pytest.raises(NoPasskey):
        passkeys.ask_for_new(user=person.user, now=NOW)
