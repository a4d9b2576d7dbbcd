"""Answers to requests that no page of ours sends."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.keys import KeyDestroyed
from accounts.views.asking import note_refusal


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without its token, in plain words; the technical reason stays with us."""
    note_refusal(request, HTTPStatus.FORBIDDEN)
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def card_number(request: HttpRequest) -> HttpResponse:
    """Refuse a card number that was typed into one of our own fields. PCI DSS: nothing is kept."""
    note_refusal(request, HTTPStatus.UNPROCESSABLE_ENTITY)
    template = (
        "accounts/_card_number.html"
        if request.headers.get("HX-Request")
        else "accounts/card_number.html"
    )
    return render(request, template, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def keys_destroyed(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Answer what was sealed under destroyed keys in plain words; leave all else to Django."""
    if not isinstance(exception, KeyDestroyed):
        return None
    return render(request, "accounts/keys/destroyed.html", status=HTTPStatus.GONE)


def not_any_more(request: HttpRequest) -> HttpResponse:
    """Refuse at its end what somebody lost the right to while it was under way."""
    note_refusal(request, HTTPStatus.FORBIDDEN)
    return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
