"""What a page of the desk and its script send while somebody types, and what is kept of it."""

import json
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, SignInSession
from accounts.selectors import drafts as found
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from clients.models import Client as ClientRecord
from tests.houses import House
from tests.told import said

PAGE = "/clients/new/"
FORM = {"family_name": "Ashgrove", "birth_date": "1987-05-14", "contact_wish": "ANY"}
AS_FORM = "application/x-www-form-urlencoded"


def body_of(page: str, form: str, fields: dict[str, Any]) -> str:
    """Write what stands in a form of a page as the page's script does."""
    names = {f"{form or page} {name}": value for name, value in fields.items()}
    sent = {"page": page, "practice": "harbor-lane", f"{form or page} ": "", **names}
    return urlencode(sent, doseq=True)


def save(browser: Client, page: str = PAGE, form: str = "", **fields: Any) -> Any:
    body = body_of(page, form, fields)
    return browser.post(reverse("accounts:drafts"), body, content_type=AS_FORM)


def on(page: str, **more: str) -> dict[str, str]:
    """Return how a browser says on which page a form stood."""
    return {"referer": f"http://testserver{page}", **more}


def kept(member: Membership, page: str = PAGE) -> found.Typed | None:
    with practice_scope(member.practice_id, person_id=member.person_id):
        draft = found.of(member=member, path=page, now=timezone.now())
        return draft.typed if draft else None


def shown(browser: Client, page: str = PAGE) -> Any:
    """Return what the page's script is given to fill in, or None without a banner."""
    html = browser.get(page).content.decode()
    if "data-kept" not in html:
        return None
    return json.loads(unescape(html.split('data-kept="')[1].split('"')[0]))


def told(house: House, action: Action) -> list[dict[str, str | int]]:
    with practice_scope(house.id):
        return [said(event) for event in Event.objects.filter(action=action)]


def let_it_end() -> None:
    SignInSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=11))


def records(house: House) -> int:
    with practice_scope(house.id):
        return ClientRecord.objects.count()
