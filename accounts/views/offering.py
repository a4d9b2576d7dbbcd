"""What a page says of passkeys: browsers know them at one address only."""

from typing import Any

from django.http import HttpRequest

from accounts.services import passkey_site


def where_they_work(request: HttpRequest) -> dict[str, Any]:
    """Return whether passkeys work on this page, and the address where they do, or ""."""
    site = passkey_site.site()
    return {
        "passkeys_work": passkey_site.works_at(request.get_host()),
        "passkeys_address": site.origin if site else "",
    }
