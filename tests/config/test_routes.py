"""Finding a route: as Django finds it, with less trying."""

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import Resolver404

from accounts.urls import urlpatterns
from config.routes import Application, by_first_word


def asked(path: str) -> HttpRequest:
    return RequestFactory().get(path)


@pytest.mark.parametrize("path", ["/", "/healthz", "/you/app/new/", "/today/", "/clients/"])
def test_our_application_finds_what_django_finds(path: str) -> None:
    ours, djangos = asked(path), asked(path)

    found = Application().resolve_request(ours)

    assert found == ours.resolver_match
    assert repr(found) == repr(WSGIHandler().resolve_request(djangos))
    assert found.route == path.removeprefix("/")


def test_an_address_at_which_there_is_nothing_is_told_as_django_tells_it() -> None:
    with pytest.raises(Resolver404):
        Application().resolve_request(asked("/nowhere/"))


def test_no_route_is_lost_and_most_are_passed_over_at_once() -> None:
    grouped, name = by_first_word("accounts.urls")

    held = [len(getattr(each, "url_patterns", [each])) for each in grouped]

    assert name == "accounts"
    assert sum(held) == len(urlpatterns)
    assert len(grouped) * 2 < len(urlpatterns)
