"""Programs at the door: whose token it is, from where, how often, and in which scope it acts.

Nothing of a browser counts here: no cookie is read, so nothing can be forged by another site.
Pages never come this way.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags

from accounts import keys
from accounts.api import problems
from accounts.api.problems import Fault
from accounts.models import ApiToken, Membership, Practice
from accounts.permissions import Permission
from accounts.selectors import api_tokens, doors, seats
from accounts.selectors.doors import Holder
from accounts.services import api_tokens as services
from accounts.services import rates
from accounts.tenancy import practice_scope
from accounts.views import asking, networks
from accounts.views.strangers import BOUND
from audit.actions import Action
from audit.sentences import BY_PROGRAM
from audit.services import events

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PREFIX = "/api/"
SCHEME = "bearer"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}
INVALID = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}
READING = frozenset({"GET", "HEAD"})
TOLD = frozenset({400, 401, 403, 404, 405, 406, 409, 413, 415, 429})
"""Refusals that the log hears of; 422 is a form that was filled in wrongly."""

LONG_SECONDS = 1.0
"""A request that takes longer asks at its end whether its token still may."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with its token, and what it may do: what the token and its maker both may."""

    token: ApiToken
    practice: Practice
    membership: Membership
    permissions: frozenset[Permission]


def faults(get_response: GetResponse) -> GetResponse:
    """Tell programs of every fault as they are told, also of those on the way in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_program = request.path_info.startswith(PREFIX)
        return problems.told(request, response) if is_program else response

    return middleware


def programs(get_response: GetResponse) -> GetResponse:
    """Answer programs: as their token's maker, in a scope that is given up with what failed."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.COOKIES = {}
        request.caller = None  # type: ignore[attr-defined]  # ours
        shown = _shown(request)
        token_id = api_tokens.named(shown)
        digest = api_tokens.digest(shown)
        holder = doors.holder_of_api_token(token_id, digest) if token_id else None
        if holder is None:
            response = get_response(request)
            _challenge(request, response, shown)
            return response
        with events.marked(**{BY_PROGRAM: str(holder.token_id)}):
            response = _answered(request, holder, get_response)
            _tell(request, holder, response)
        return response

    return middleware


def _shown(request: HttpRequest) -> str:
    """Return the token that a request shows, or "" for none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == SCHEME else ""


def _answered(request: HttpRequest, holder: Holder, get_response: GetResponse) -> HttpResponseBase:
    wait = rates.spend(
        holder.token_id,
        cost=_cost(request),
        limit=settings.API_COST_PER_MINUTE,
        now=timezone.now(),
    )
    if wait:
        return problems.answer(request, Fault(429, headers={"Retry-After": str(wait)}))
    began = time.monotonic()
    with practice_scope(holder.practice_id, person_id=holder.person_id):
        try:
            caller = _caller(request, holder)
        except Fault as fault:
            return problems.answer(request, fault)
        request.caller = caller  # type: ignore[attr-defined]  # ours
        with timezone.override(caller.practice.time_zone):
            response = get_response(request)
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            transaction.set_rollback(True)
        elif time.monotonic() - began >= LONG_SECONDS and not _still_may(holder, caller):
            transaction.set_rollback(True)
            response = problems.answer(request, Fault(401, headers=INVALID))
        else:
            response = _unless_known(request, response)
    _note_use(holder)
    return response


def _caller(request: HttpRequest, holder: Holder) -> Caller:
    """Return as whom a token asks now.

    Raises:
        Fault: 401 for one that opens nothing any more, 403 outside the practice's networks.
    """
    now = timezone.now()
    seat = seats.taken(now=now)
    token = api_tokens.asking(holder.token_id, seat, now=now)
    if seat is None or token is None:
        raise Fault(401, headers=INVALID)
    if networks.is_elsewhere(request, seat):
        raise Fault(403, "The practice's people work from its own networks only.")
    request.origin |= seat.acting  # type: ignore[attr-defined]  # ours
    return Caller(token, seat.practice, seat.membership, seat.permissions & token.permissions)


def _still_may(holder: Holder, caller: Caller) -> bool:
    now = timezone.now()
    seat = seats.taken(now=now)
    token = api_tokens.asking(holder.token_id, seat, now=now)
    return seat is not None and token is not None and caller.permissions <= seat.permissions


def _cost(request: HttpRequest) -> int:
    found = asking.match(request)
    return int(getattr(getattr(found.func, "view_class", None), "cost", 1)) if found else 1


def _challenge(request: HttpRequest, response: HttpResponseBase, shown: str) -> None:
    """Say why nobody was let in: no token, or one that nobody made."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        asking.note_refusal(request, HTTPStatus.UNAUTHORIZED)
        for name, value in (INVALID if shown else CHALLENGE).items():
            response[name] = value


def _unless_known(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Name what is answered, and leave it out if the program has the very same.

    The name is keyed: nobody can tell from it what an answer held.
    """
    if request.method not in READING or response.status_code != HTTPStatus.OK:
        return response
    content = getattr(response, "content", b"").decode()
    name = f'"{keys.fingerprint(content, purpose="api.etag").hex()[:32]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or name in {each.removeprefix("W/") for each in known}:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        del response["Content-Type"]
    response["ETag"] = name
    return response


def _tell(request: HttpRequest, holder: Holder, response: HttpResponseBase) -> None:
    """Tell the practice's log of a refusal or a failure: of each kind and token once a minute."""
    asking.mark_told(request)
    status, route = response.status_code, asking.route_name(request)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        with _scope_of(holder):
            events.record(Action.REQUEST_FAILED, route=route)
    elif status in TOLD:
        held = BOUND.passes((f"{holder.token_id} {route}", status), seconds=time.monotonic())
        if held is not None:
            facts: dict[str, Any] = {"more": held} if held else {}
            with _scope_of(holder):
                events.record(Action.REQUEST_REFUSED, route=route, status=status, **facts)


def _note_use(holder: Holder) -> None:
    """Write when the token was used last, in a transaction of its own: at most once a minute."""
    if BOUND.passes((f"{holder.token_id} used", 0), seconds=time.monotonic()) is not None:
        with _scope_of(holder):
            services.note_use(holder.token_id, now=timezone.now())


@contextmanager
def _scope_of(holder: Holder) -> Iterator[None]:
    with practice_scope(holder.practice_id, person_id=holder.person_id):
        yield
