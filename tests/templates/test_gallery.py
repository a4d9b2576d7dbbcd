"""Every component has its example, and every example renders with exactly what it is given."""

import re

import pytest
from django.test import RequestFactory

from config.dev.gallery import EXAMPLES, THEMES, Example, gallery, icon_names
from tests.templates.sources import COMPONENTS, text
from tests.templates.strict import engine

FRAME = {
    "draft",
    "idle",
    "keys",
    "messages",
    "rail",
    "search",
    "search_box",
    "sign_out",
    "theme",
    "topbar",
    "view_as",
}
"""Parts of the frame, which stands around every page and once on it."""

INSIDE = {"choices", "dialog_unsaved", "errors", "event", "field_errors", "steps", "tick", "bars"}
"""Parts that another component or a tag brings."""

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)


@each_example
@pytest.mark.parametrize("theme", THEMES)
def test_every_example_renders(example: Example, theme: str) -> None:
    assert example.show(theme).strip()


def test_every_component_has_an_example() -> None:
    named = {path.stem.removeprefix("_") for path in COMPONENTS}
    shown = set(re.findall(r"components/_(\w+)\.html", "".join(e.source for e in EXAMPLES)))

    assert named - FRAME - INSIDE == shown - INSIDE


def test_parts_inside_others_are_reached() -> None:
    sources = "".join(text(path) for path in COMPONENTS) + "".join(e.source for e in EXAMPLES)

    for part in INSIDE - {"dialog_unsaved"}:
        assert f"_{part}.html" in sources or f"{{% {part} " in sources, part


def test_an_undefined_variable_fails() -> None:
    with pytest.raises(AssertionError, match="needs nobody"):
        Example("", "", "{{ nobody }}").show("light")


def test_the_two_sides_share_no_id() -> None:
    page = gallery(RequestFactory().get("/gallery/")).content.decode()

    ids = re.findall(r'\sid="([^"]+)"', page)

    assert len(ids) == len(set(ids))


def test_the_gallery_shows_every_drawing_of_the_sprite() -> None:
    page = gallery(RequestFactory().get("/gallery/")).content.decode()

    assert icon_names()
    for drawing in icon_names():
        assert f"icons.svg#{drawing}" in page


def test_the_engine_is_the_products_own() -> None:
    assert "accounts.templatetags.face" in engine().builtins
