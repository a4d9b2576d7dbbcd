"""What happens to every request on its way in and out, in the order of ``settings.MIDDLEWARE``."""

import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.addresses import client_address
from accounts.card_numbers import holds_card_number
from accounts.selectors import members, seats
from accounts.services import sessions
from accounts.sessions import MFA_AT, OVER, PRACTICE, QUIET_ROUTES, digest
from accounts.views import asking, browser, errors, networks, typed, view_as
from audit.actions import Action
from audit.services import events

GetResponse = Callable[[HttpRequest], HttpResponseBase]

NUMBERS_OF_OTHERS = frozenset({"member_id"})
"""Fields for numbers that insurers give out: some look like a card number by chance."""

FEATURES_REFUSED = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), clipboard-read=(),"
    " compute-pressure=(), cross-origin-isolated=(), display-capture=(), encrypted-media=(),"
    " gamepad=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(),"
    " idle-detection=(), keyboard-map=(), language-detector=(), language-model=(),"
    " local-fonts=(), magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(),"
    " picture-in-picture=(), screen-wake-lock=(), serial=(), storage-access=(), summarizer=(),"
    " sync-xhr=(), translator=(), unload=(), usb=(), window-management=(),"
    " xr-spatial-tracking=()"
)
"""What a browser could offer a page and no page here needs; passkeys stay our own pages'."""

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
}
"""What Django's own middleware sets, and fails to where it refuses a host by itself."""

ISOLATION = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Server": "web",
    "Permissions-Policy": FEATURES_REFUSED,
}
REFUSED = frozenset({400, 403, 404, 405, 413})
SERVED = frozenset({200, 206, 304})
LEAVING = frozenset({"accounts:sign_out"})
"""Routes after which a browser forgets what it kept of us, should it have kept anything."""

SEAT = ("practice", "membership", "role_names", "permissions", "approvals_waiting", "viewed")
"""What of a seat a request carries."""

DIGITS = 12
"""Of the digest of a session or a browser's name, in the log: enough to tell each from the others,
too few to be one."""

LONG_SECONDS = 1.0
"""A request that takes longer asks at its end whether its person still may."""

UNREAD = ("/webhooks/", "/api/", settings.STATIC_URL)
"""Paths whose bodies are not typed by people. Programs are refused card numbers by their views."""


def request_id(get_response: GetResponse) -> GetResponse:
    """Give each request a name that support, the server's log and the audit log share."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        name = secrets.token_hex(8)
        request.request_id = name  # type: ignore[attr-defined]  # ours
        with events.coming_from(_origin(request, name)):
            response = get_response(request)
        response["X-Request-ID"] = name
        return response

    return middleware


def _origin(request: HttpRequest, name: str) -> dict[str, str]:
    origin = {"by_request": name}
    if address := client_address(request.META, proxies=settings.TRUSTED_PROXIES):
        origin["at_address"] = str(address)
    if token := browser.token_of(request):
        origin["on_device"] = digest(token)[:DIGITS]
    request.origin = origin  # type: ignore[attr-defined]  # what is learned later is added there
    return origin


def security_headers(get_response: GetResponse) -> GetResponse:
    """Let no answer be kept by a browser or shown inside another site's page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_file = request.path_info.startswith(settings.STATIC_URL)
        if not (is_file and response.status_code in SERVED):
            response["Cache-Control"] = "no-store"
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        for name, value in ISOLATION.items():
            response[name] = value
        if request.method == "POST" and asking.route_name(request) in LEAVING:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


def refusals(get_response: GetResponse) -> GetResponse:
    """Tell the log of every refusal that it has not heard of, wherever it was made.

    An address at which there is nothing refuses nothing.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_somewhere = asking.match(request) or response.status_code == HTTPStatus.BAD_REQUEST
        if response.status_code in REFUSED and is_somewhere and not asking.is_told(request):
            asking.note_refusal(request, response.status_code)
        return response

    return middleware


def session_timeout(get_response: GetResponse) -> GetResponse:
    """End a session that is over, and note that the person is here, except for quiet routes.

    What came too late is not done. Only what was typed is kept for its person.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        session = request.session
        session.keeps_awake = asking.route_name(request) not in QUIET_ROUTES  # type: ignore[attr-defined]  # our own engine
        session.get(MFA_AT)
        if session.session_key:
            request.origin["in_session"] = digest(session.session_key)[:DIGITS]  # type: ignore[attr-defined]  # ours
        ended = session.ended  # type: ignore[attr-defined]  # our own engine
        if ended and ended.reason in OVER:
            sessions.leave(
                practice_id=ended.practice_id,
                person_id=ended.person_id,
                action=Action.SESSION_ENDED,
                reason=OVER[ended.reason],
            )
        response = get_response(request)
        if ended and ended.reason in OVER:
            typed.keep_unsent(request, response, ended)
        return response

    return middleware


def key_renewal(get_response: GetResponse) -> GetResponse:
    """Send a new key with the answer once a session's person has other rights than before.

    What was done stays done and is answered, also when another answer was first with a key.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        session = request.session
        if response.status_code < 500:
            session.renew()  # type: ignore[attr-defined]  # our own engine
        return response

    return middleware


def person(get_response: GetResponse) -> GetResponse:
    """Say whose session it is, as Django's own middleware does, of what came with the session."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.user = SimpleLazyObject(lambda: _person_of(request))  # type: ignore[assignment]  # lazy
        return get_response(request)

    return middleware


def _person_of(request: HttpRequest) -> object:
    """Return the session's person if their password is still the one that it began with.

    Django decides about everybody else, and ends a session that began with another password.
    """
    session = request.session
    began_with = session.get(HASH_SESSION_KEY) or ""
    found = session.person  # type: ignore[attr-defined]  # our own engine
    if (
        found is not None
        and session.get(SESSION_KEY) == str(found.pk)
        and constant_time_compare(began_with, found.get_session_auth_hash())
    ):
        return found
    return get_user(request)


def second_factor(get_response: GetResponse) -> GetResponse:
    """Refuse any session without a second factor, however it came to be."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and MFA_AT not in request.session:
            asking.note_refusal(request, HTTPStatus.UNAUTHORIZED)
            logout(request)
            return asking.to_sign_in(request)
        return get_response(request)

    return middleware


def card_number_guard(get_response: GetResponse) -> GetResponse:
    """Refuse card numbers that are typed anywhere here: they belong on Stripe's page only."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(UNREAD):
            fields = [*request.GET.lists(), *request.POST.lists()]
            # What is kept while it is typed names the form before the field.
            read = [
                values
                for name, values in fields
                if name.rpartition(" ")[2] not in NUMBERS_OF_OTHERS
            ]
            if any(holds_card_number(value) for values in read for value in values):
                return errors.card_number(request)
        return get_response(request)

    return middleware


def practice(get_response: GetResponse) -> GetResponse:
    """Open the practice's scope round the request, and give up what failed."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated or asking.view_says(request, "outside"):
            return view_as.refusal(request) or get_response(request)
        if PRACTICE not in request.session:
            return asking.go(request, reverse("accounts:choose_practice"))
        try:
            response = _inside(request, get_response)
        except Exception:
            asking.note_failure(request)
            raise
        if response.status_code >= 500:
            asking.note_failure(request)
        return response

    middleware.process_exception = errors.keys_destroyed  # type: ignore[attr-defined]  # Django's
    return middleware


def _inside(request: HttpRequest, get_response: GetResponse) -> HttpResponseBase:
    practice_id, began = UUID(request.session[PRACTICE]), time.monotonic()
    person_id, viewed = request.user.pk, view_as.wanted(request)
    now = timezone.now()
    with seats.seated(practice_id, person_id=person_id, now=now, viewed=viewed) as seat:
        if seat is not None and networks.is_elsewhere(request, seat):
            return networks.refuse(request)
        if seat is not None and not asking.view_says(request, "scope_free"):
            response = _kept(request, _seated(request, seat, get_response))
            took_long = time.monotonic() - began >= LONG_SECONDS
            if transaction.get_rollback() or not took_long or _still_may(seat):
                return response
            transaction.set_rollback(True)
    if seat is None:
        return _left(request, practice_id)
    if not asking.view_says(request, "scope_free"):
        return errors.not_any_more(request)
    return _seated(request, seat, get_response)


def _seated(request: HttpRequest, seat: seats.Seat, get_response: GetResponse) -> HttpResponseBase:
    for name in SEAT:
        setattr(request, name, getattr(seat, name))
    request.origin |= seat.acting  # type: ignore[attr-defined]  # ours
    with timezone.override(seat.practice.time_zone):
        return view_as.answer(request, get_response)


def _still_may(seat: seats.Seat) -> bool:
    """Ask again, after a request that took long: nobody lost a right or was let go meanwhile."""
    now = seats.taken(now=timezone.now())
    return (
        now is not None
        and seat.permissions <= now.permissions
        and members.is_active(now.membership)
    )


def _kept(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code >= 500 or asking.is_given_up(request):
        transaction.set_rollback(True)
    return response


def _left(request: HttpRequest, practice_id: UUID) -> HttpResponse:
    sessions.leave(
        practice_id=practice_id,
        person_id=request.user.pk,
        action=Action.SESSION_ENDED,
        reason="no longer a member",
    )
    logout(request)
    return asking.to_sign_in(request, why="left")
