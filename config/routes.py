"""Finding a route without trying all of them, and only once in a request."""

from importlib import import_module

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch, URLPattern, URLResolver, include, path

from accounts.views import asking


class Application(WSGIHandler):
    """Django's application, which does not look for the route that our middleware has found."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        found = asking.match(request)
        if found is None:
            return super().resolve_request(request)
        request.resolver_match = found
        return found


def by_first_word(module: str) -> tuple[list[URLPattern | URLResolver], str]:
    """Return an app's routes for ``include``, those that begin with the same word under one.

    Django tries routes one after the other. Whatever begins with another word is passed over at
    once, and the order of those that begin alike stays.
    """
    routes = import_module(module)
    alike: dict[str, list[URLPattern]] = {}
    for route in routes.urlpatterns:
        word, slash, _ = str(route.pattern).partition("/")
        alike.setdefault(f"{word}{slash}", []).append(route)
    return [
        path(word, include([_after(word, route) for route in same])) if len(same) > 1 else same[0]
        for word, same in alike.items()
    ], routes.app_name


def _after(word: str, route: URLPattern) -> URLPattern:
    rest = str(route.pattern).removeprefix(word)
    return path(rest, route.callback, name=route.name)
