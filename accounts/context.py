"""What ``templates/base.html`` needs on every page of a signed-in member."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import Permission
from accounts.sessions import SIGNED_IN_AT
from accounts.views.asking import StaffRequest

WARNING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the rail can lead to: for whom, under which letter after "g".

    Who holds ``unless`` has a wider page instead.
    """

    permission: Permission
    route: str
    icon: str
    label: str
    key: str
    unless: Permission | None = None

    def is_open_to(self, held: frozenset[Permission]) -> bool:
        return self.permission in held and self.unless not in held


P = Permission

PLACES: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Books",
        (
            Place(P.REPORT_VIEW, "billing:aging", "clock", "Receivables by age", "r"),
            Place(P.REPORT_VIEW, "billing:trial_balance", "scale", "Trial balance", "b"),
        ),
    ),
    (
        "Desk",
        (
            Place(
                P.CLIENT_VIEW, "billing:my_clients", "user", "My clients", "m", P.CLIENT_VIEW_ALL
            ),
            Place(P.SESSION_VIEW, "billing:today", "day", "Today", "t"),
            Place(P.CLIENT_VIEW_ALL, "clients:list", "users", "Clients", "c"),
            Place(P.SESSION_VIEW, "billing:unbilled", "session", "Not billed", "u"),
            Place(P.INVOICE_VIEW, "billing:invoice_list", "file", "Invoices", "i"),
        ),
    ),
    (
        "Practice",
        (
            Place(P.MEMBER_VIEW, "accounts:people", "users", "People", "p"),
            Place(P.MEMBER_VIEW, "accounts:roles", "shield", "Roles", "o"),
            Place(P.LOG_VIEW, "accounts:log", "chain", "Audit log", "a"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class RailItem:
    """A link of the rail, as the template shows it."""

    url: str
    icon: str
    label: str
    key: str
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class RailGroup:
    """Links of the rail that belong together."""

    title: str
    items: list[RailItem]


@dataclass(frozen=True, slots=True)
class ShownMember:
    """Who is signed in, as the top bar names them."""

    display_name: str
    initials: str
    role_names: list[str]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the signed-in frame shows; outside a practice, which frame stands in for it."""
    if not hasattr(request, "membership"):
        return {"page_frame": "plain_told.html"}
    staff = cast(StaffRequest, request)
    member = staff.membership
    return {
        "page_frame": "base.html",
        "practice": staff.practice,
        "membership": ShownMember(member.display_name, member.initials, staff.role_names),
        "may_search": Permission.CLIENT_VIEW in staff.permissions,
        "rail": rail(staff.permissions, staff.path),
        "idle_warn_after_seconds": settings.SESSION_IDLE_SECONDS - WARNING_SECONDS,
        "signed_in_at": datetime.fromtimestamp(staff.session[SIGNED_IN_AT], UTC),
        "theme": staff.session.get("theme", ""),
        "density": staff.session.get("density", ""),
    }


def rail(permissions: Iterable[Permission], path: str) -> list[RailGroup]:
    """Return the places that these permissions open, with the one that a path belongs to marked."""
    held = frozenset(permissions)
    groups = [
        (title, [(place, reverse(place.route)) for place in places if place.is_open_to(held)])
        for title, places in PLACES
    ]
    above = [url for _, places in groups for _, url in places if path.startswith(url)]
    here = max(above, key=len, default="")
    return [
        RailGroup(
            title,
            [
                RailItem(url, place.icon, place.label, place.key, None, url == here)
                for place, url in places
            ],
        )
        for title, places in groups
        if places
    ]


def first_page(permissions: Iterable[Permission]) -> str:
    """Return where a person starts, or "" when nothing is open to them."""
    groups = rail(permissions, "")
    return groups[0].items[0].url if groups else ""
