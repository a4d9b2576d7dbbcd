"""The signed-in frame: exactly the variables that it names, and what it makes of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context
from django.utils import timezone

from accounts.context import RailGroup, RailItem, ShownMember
from tests.templates.strict import engine

PAGE = '{% extends "base.html" %}{% block page_title %}Today{% endblock %}'


OPTIONAL = {"density", "kept_draft", "page_path", "viewed_as"}
"""What most pages have nothing of."""


def frame(**changed: Any) -> dict[str, Any]:
    items = [
        RailItem("/today/", "day", "Today", "t", None, True),
        RailItem("/unbilled/", "session", "Not billed", "u", 1_204, False),
    ]
    return {
        "practice": {"name": "Harbor Lane", "slug": "harbor-lane"},
        "may_search": True,
        "membership": ShownMember("Rosalind Achebe", "RA", ["Front desk", "Therapist"]),
        "rail": [RailGroup("", items), RailGroup("Books", [])],
        "viewed_as": "",
        "idle_warn_after_seconds": 540,
        "idle_warning_seconds": 60,
        "ends_in_seconds": 40_000,
        "page_path": "/today/",
        "kept_draft": None,
        "signed_in_at": datetime(2026, 3, 3, 13, 2, tzinfo=UTC),
        "theme": "",
        "density": "",
        "messages": [],
        "csrf_token": "token",
    } | changed


def show(**changed: Any) -> str:
    return engine().from_string(PAGE).render(Context(frame(**changed)))


def test_the_frame_needs_nothing_but_what_it_names() -> None:
    assert "Harbor Lane" in show()


@pytest.mark.parametrize("name", sorted(frame().keys() - OPTIONAL))
def test_the_frame_fails_without_any_of_it(name: str) -> None:
    context = frame()
    del context[name]

    with pytest.raises(AssertionError, match=f"needs {name}"):
        engine().from_string(PAGE).render(Context(context))


def test_who_sees_no_client_has_no_search() -> None:
    assert 'role="search"' in show()
    assert 'role="search"' not in show(may_search=False)


def test_the_page_where_one_is_is_marked_and_what_waits_is_counted() -> None:
    page = show()

    assert page.count('aria-current="page"') == 1
    assert page.count("rail__count") == 1
    assert "1,204" in page


def test_the_theme_and_density_of_the_person_stand_on_the_root() -> None:
    chosen = show(theme="dark", density="compact")

    assert 'data-theme="dark"' in chosen
    assert 'data-density="compact"' in chosen
    assert "data-density=" not in show()


def test_the_roles_stand_under_the_name() -> None:
    assert "Front desk, Therapist" in show()


def test_the_session_is_told_in_the_zone_of_the_practice() -> None:
    with timezone.override("America/New_York"):
        assert "Signed in 8:02 AM" in show()
    assert "Ends after 10 quiet minutes" in show()


def test_good_news_passes_and_bad_news_stays_on_the_page() -> None:
    page = show(
        messages=[
            Message(constants.SUCCESS, "Receipt written."),
            Message(constants.ERROR, "Nothing was charged."),
        ]
    )

    main = page[page.index("<main") : page.index("</main>")]
    assert "Nothing was charged." in main
    assert "Receipt written." not in main
    assert page.count("Receipt written.") == page.count("Nothing was charged.") == 1


def test_the_way_out_and_the_theme_are_posted_with_a_token() -> None:
    page = show()

    assert page.count('method="post"') == page.count("csrfmiddlewaretoken")
