"""What the pages behind a pay link stand on: which link, which visit, and nobody signed in.

A link's address holds its text once, on the way in. It is moved into a cookie at once, so that no
page that anybody sees, and no Referer, has it in its address; our own log never names paths.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts import keys
from accounts.addresses import client_address
from accounts.models import Practice
from accounts.selectors import members
from accounts.services import rates
from accounts.tenancy import practice_scope
from accounts.views.asking import note_refusal
from accounts.views.base import OutsideView
from audit.services import events
from billing.models import PayVisit
from billing.selectors import doors, pay_links
from billing.services import pay_visits

LINK_COOKIE, VISIT_COOKIE = "__Host-pay", "__Host-pay-visit"
LINK_SALT = "billing.pay_link"
LINK_COOKIE_SECONDS = 3600
"""How long a browser knows a link that it was led to; the letter has it for longer."""

TRIES_PER_ADDRESS, TRIES_PER_PRACTICE = 20, 60
"""Answers that are looked at in a minute: of one network address, and at one practice."""


class LinkView(OutsideView):
    """Base: a page for whoever holds a link. Its door tells the practice, and nothing else."""

    practice_id: UUID
    practice: Practice

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        link_id = pay_links.named(self.text)
        found = link_id and doors.practice_of_pay_link(link_id, pay_links.digest(self.text))
        if not found:
            return self.over()
        self.practice_id = found
        return self.answer(request, *args, **kwargs)

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    @property
    def text(self) -> str:
        """What the link held, as the cookie brings it back."""
        held = self.request.get_signed_cookie(
            LINK_COOKIE, default="", salt=LINK_SALT, max_age=LINK_COOKIE_SECONDS
        )
        return held or ""

    @property
    def key(self) -> str:
        """What names this browser's visit, if it has one."""
        return self.request.COOKIES.get(VISIT_COOKIE, "")

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Open the practice's scope and time zone. Nobody of the practice acts in it."""
        with practice_scope(self.practice_id):
            self.practice = members.practice()
            with timezone.override(self.practice.time_zone):
                yield

    def over(self) -> HttpResponse:
        """Answer that a link opens nothing: the same, whatever the reason."""
        note_refusal(self.request, HTTPStatus.NOT_FOUND)
        response = render(self.request, "billing/pay/over.html", status=HTTPStatus.NOT_FOUND)
        return forgotten(response)

    def page(self, template: str, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        context |= {"practice_name": self.practice.discreet_name}
        return render(self.request, template, context, status=status)


class VisitView(LinkView):
    """Base: a page for whoever gave the right second factor, in this browser, a moment ago."""

    visit: PayVisit

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with self.visiting() as refused:
            return refused or super().answer(request, *args, **kwargs)

    @contextmanager
    def visiting(self) -> Iterator[HttpResponse | None]:
        """Open the scope of a visit, and give the answer for whoever has none."""
        now = timezone.now()
        with self.scope():
            link = pay_links.held(self.text, now=now)
            if link is None:
                yield self.over()
                return
            # What a page asks by itself keeps no visit alive.
            stays = not self.request.headers.get("HX-Request")
            visit = pay_visits.present(link=link, key=self.key, now=now, stays=stays)
            if visit is None:
                yield redirect("billing:pay")
                return
            visit.link, self.visit = link, visit
            with events.marked(**{pay_visits.MARK: str(link.pk)}):
                yield None


def set_link(response: HttpResponse, text: str) -> None:
    """Let the browser know the link for an hour; a visit of before is over for it."""
    response.set_signed_cookie(
        LINK_COOKIE,
        text,
        salt=LINK_SALT,
        max_age=LINK_COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response.delete_cookie(VISIT_COOKIE, samesite="Lax")


def set_visit(response: HttpResponse, key: str) -> None:
    """Let the browser know its visit until it is closed; the server ends it before."""
    response.set_cookie(
        VISIT_COOKIE,
        key,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forgotten(response: HttpResponse) -> HttpResponse:
    """Let the browser forget both."""
    response.delete_cookie(LINK_COOKIE, samesite="Lax")
    response.delete_cookie(VISIT_COOKIE, samesite="Lax")
    return response


def wait_seconds(request: HttpRequest, practice_id: UUID) -> int:
    """Count an answer of this address and at this practice; return how long to wait, or 0.

    What is refused of an address is not counted at the practice: one address stops no other.
    """
    address = client_address(request.META, proxies=settings.TRUSTED_PROXIES)
    limits = (
        (f"address {address}", TRIES_PER_ADDRESS),
        (f"practice {practice_id}", TRIES_PER_PRACTICE),
    )
    now = timezone.now()
    for who, most in limits:
        if waits := rates.spend(_bucket(who), cost=1, limit=most, now=now):
            return waits
    return 0


def _bucket(who: str) -> UUID:
    """Return the name under which tries are counted: nobody reads an address from it."""
    return UUID(bytes=keys.installation_fingerprint(who, purpose="pay link tries")[:16])
