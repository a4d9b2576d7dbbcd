"""What ``templates/base.html`` needs on every page of a signed-in member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.selectors import alerts, drafts, log_reviews, reviews
from accounts.sessions import SIGNED_IN_AT
from accounts.tenancy import in_scope
from accounts.views import pages
from accounts.views.asking import StaffRequest

WARNING_SECONDS = 60
"""How long before its end a session warns; a very short one warns for half its time."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How much waits at a place of the rail, and whether it should have been done by now."""

    count: int
    is_late: bool = False


NOTHING_WAITS: Mapping[str, Waits] = {}


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
    beside: tuple[str, ...] = ()
    """Routes without a place of their own, below which the reader is at this place too."""

    def is_open_to(self, held: frozenset[Permission]) -> bool:
        return self.permission in held and self.unless not in held


P = Permission

MONEY_OUT = "Money out"
"""A group in which nobody's day begins who has another one."""

PLACES: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Books",
        (
            Place(P.PERIOD_POST, "billing:work", "check", "Work list", "0"),
            Place(P.REPORT_VIEW, "billing:aging", "clock", "Receivables by age", "r"),
            Place(P.REPORT_VIEW, "billing:trial_balance", "scale", "Trial balance", "b"),
            Place(P.REPORT_VIEW, "billing:reports", "ledger", "Reports", "l"),
            Place(
                P.REPORT_VIEW,
                "billing:months",
                "lock",
                "Month close",
                "j",
                beside=("billing:chart",),
            ),
        ),
    ),
    (
        MONEY_OUT,
        (
            Place(
                P.BILL_VIEW,
                "billing:bill_list",
                "file",
                "Bills",
                "z",
                beside=("billing:vendors",),
            ),
            Place(P.BILL_VIEW, "billing:bank_lines", "bank", "Bank lines", "g"),
        ),
    ),
    (
        "Desk",
        (
            Place(
                P.CLIENT_VIEW,
                "billing:my_clients",
                "user",
                "My clients",
                "m",
                P.CLIENT_VIEW_ALL,
                beside=("clients:list",),
            ),
            Place(
                P.SESSION_VIEW,
                "billing:own_income",
                "cash",
                "My income",
                "9",
                P.CLIENT_VIEW_ALL,
            ),
            Place(P.SESSION_VIEW, "billing:today", "day", "Today", "t"),
            Place(P.SESSION_VIEW, "billing:schedule", "clock", "Appointments", "1"),
            Place(
                P.CLIENT_VIEW_ALL,
                "clients:list",
                "users",
                "Clients",
                "c",
                beside=("clients:payers",),
            ),
            Place(P.FEE_AGREEMENT_CHANGE, "clients:fees_to_look_at", "hold", "Fees agreed", "q"),
            Place(P.CLIENT_MERGE, "clients:merges", "swap", "Duplicates", "d"),
            Place(P.SESSION_VIEW, "billing:unbilled", "session", "Not billed", "u"),
            Place(P.ESTIMATE_MAKE, "billing:estimates_due", "clock", "Estimates", "4"),
            Place(
                P.BILLING_RUN,
                "billing:cycles",
                "clock",
                "What will be billed",
                "3",
                beside=("billing:cycle_runs", "billing:practice_cycle"),
            ),
            Place(
                P.INVOICE_VIEW,
                "billing:invoice_list",
                "file",
                "Invoices",
                "i",
                beside=("billing:payment_unapplied", "billing:drawer", "billing:payment_plans"),
            ),
            Place(
                P.LETTER_VIEW,
                "billing:letters",
                "mail",
                "Letters",
                "5",
                beside=("billing:statement_runs",),
            ),
            Place(P.INTAKE_MANAGE, "billing:intake", "drawer", "Intake", "m"),
        ),
    ),
    (
        "Practice",
        (
            Place(P.MEMBER_VIEW, "accounts:people", "users", "People", "p"),
            Place(P.MEMBER_VIEW, "accounts:roles", "shield", "Roles", "o"),
            Place(P.APPROVAL_DECIDE, "accounts:approvals", "hold", "Approvals", "y"),
            Place(
                P.PAYMENT_RECORD,
                "accounts:own_approvals",
                "hold",
                "My requests",
                "y",
                P.APPROVAL_DECIDE,
            ),
            Place(P.MEMBER_VIEW, "accounts:access_review", "check", "Access review", "v"),
            Place(P.LOG_VIEW, "accounts:log_reviews", "check", "Log review", "L"),
            Place(P.PARTICULARS_CHANGE, "accounts:particulars", "file", "Address and numbers", "6"),
            Place(P.SERVICE_CHANGE, "billing:services", "cash", "Services and fees", "2"),
            Place(P.CONSENT_TEXT_CHANGE, "clients:consent_texts", "file", "Consent texts", "f"),
            Place(
                P.LETTER_CHANGE,
                "billing:letter_words",
                "mail",
                "Words of letters",
                "7",
                beside=("billing:reminder_rules",),
            ),
            Place(P.EMERGENCY_REVIEW, "clients:emergencies", "alert", "Emergencies", "e"),
            Place(P.SECURITY_CHANGE, "accounts:security_rules", "key", "Sign-in rules", "s"),
            Place(P.SECURITY_CHANGE, "accounts:networks", "lock", "Networks", "n"),
            Place(P.KEY_CHANGE, "accounts:keys", "key", "Keys", "k"),
            Place(P.API_TOKEN_CHANGE, "accounts:api_tokens", "swap", "Programs", "x"),
            Place(P.EHR_CONNECT, "billing:ehr", "link", "Medical records", "h"),
            Place(P.LOG_VIEW, "accounts:log", "chain", "Audit log", "a"),
            Place(P.LOG_VIEW, "accounts:alerts", "alert", "Cases of the log", "A"),
            Place(P.AUDIT_ANSWER, "billing:audit_answers", "help", "Auditor's requests", "R"),
            Place(
                P.AUDIT_WORK,
                "billing:samples",
                "search",
                "Examination",
                "8",
                beside=("billing:evidence_packs", "billing:audit_requests"),
            ),
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
    is_late: bool = False


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
    member, now, viewed = staff.membership, timezone.now(), staff.viewed
    shown = viewed.permissions if viewed else staff.permissions
    places = rail(shown, staff.path, NOTHING_WAITS if viewed else _waiting(staff))
    idle_seconds = int(staff.session.idle_limit.total_seconds())
    warning_seconds = min(WARNING_SECONDS, idle_seconds // 2)
    signed_in_at = datetime.fromtimestamp(staff.session[SIGNED_IN_AT], UTC)
    return {
        "page_frame": "base.html",
        "practice": staff.practice,
        "membership": ShownMember(member.display_name, member.initials, staff.role_names),
        "may_search": Permission.CLIENT_VIEW in shown,
        "rail": places,
        "clients_home": _home_of_clients(places),
        "viewed_as": viewed.name if viewed else "",
        "idle_warn_after_seconds": idle_seconds - warning_seconds,
        "idle_warning_seconds": warning_seconds,
        "signed_in_at": signed_in_at,
        "ends_in_seconds": settings.SESSION_COOKIE_AGE - int((now - signed_in_at).total_seconds()),
        "page_path": "" if viewed else pages.here(request),
        "kept_draft": partial(_kept_draft, staff, now),
        "theme": staff.session.get("theme", ""),
        "density": staff.session.get("density", ""),
    }


def _kept_draft(staff: StaffRequest, now: datetime) -> drafts.Kept | None:
    """Return what the person had typed into this page; what was just sent stands in it already."""
    page = pages.here(staff) if staff.method == "GET" and in_scope() else ""
    return drafts.of(member=staff.membership, path=page, now=now) if page else None


def _waiting(staff: StaffRequest) -> dict[str, Waits]:
    """Return what waits for this person, by the route at which it waits."""
    waiting = {"accounts:approvals": Waits(staff.approvals_waiting)}
    if in_scope() and Permission.ACCESS_REVIEW in staff.permissions:
        review = reviews.standing(on=timezone.localdate())
        if review:
            waiting["accounts:access_review"] = Waits(review.waiting, review.is_late)
    if in_scope() and Permission.ALERT_WORK in staff.permissions:
        waiting["accounts:alerts"] = Waits(alerts.waiting())
    if in_scope() and Permission.LOG_REVIEW in staff.permissions:
        weeks = log_reviews.standing(on=timezone.localdate())
        if weeks:
            waiting["accounts:log_reviews"] = Waits(weeks.open, weeks.is_late)
    return waiting


def rail(
    permissions: Iterable[Permission],
    path: str,
    waiting: Mapping[str, Waits] = NOTHING_WAITS,
) -> list[RailGroup]:
    """Return the places that these permissions open, with the one that a path belongs to marked.

    ``waiting``: route → what waits there.
    """
    held = frozenset(permissions)
    groups = [
        (title, [(place, reverse(place.route)) for place in places if place.is_open_to(held)])
        for title, places in PLACES
    ]
    above = [
        (prefix, url)
        for _, places in groups
        for place, url in places
        for prefix in (url, *map(reverse, place.beside))
        if path.startswith(prefix)
    ]
    _, here = max(above, key=lambda found: len(found[0]), default=("", ""))
    return [
        RailGroup(
            title,
            [
                RailItem(
                    url,
                    place.icon,
                    place.label,
                    place.key,
                    waits.count if (waits := waiting.get(place.route)) else None,
                    url == here,
                    bool(waits and waits.is_late),
                )
                for place, url in places
            ],
        )
        for title, places in groups
        if places
    ]


def _home_of_clients(groups: list[RailGroup]) -> RailItem | None:
    """Return the list that a client stands in for this reader: all of them, or their own."""
    lists = {reverse("clients:list"), reverse("billing:my_clients")}
    return next((item for group in groups for item in group.items if item.url in lists), None)


def first_page(permissions: Iterable[Permission]) -> str:
    """Return where a person starts, or "" when nothing is open to them."""
    groups = rail(permissions, "")
    first = sorted(groups, key=lambda group: group.title == MONEY_OUT)
    return first[0].items[0].url if first else ""


def place_of(path: str) -> str:
    """Return what the rail calls the place that a path belongs to, or ""."""
    found = {reverse(place.route): place.label for _, places in PLACES for place in places}
    above = [url for url in found if path.startswith(url)]
    return found[max(above, key=len)] if above else ""
