"""What holds for every template, style and script, however it looks."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.template import Context
from django.template.base import Template
from django.urls import reverse

from accounts.templatetags.face import ACTION_ICONS, STATES
from config.dev.gallery import icon_names
from tests.templates.sources import (
    COMPONENTS,
    ROOT,
    SCRIPTS,
    STYLES,
    TEMPLATES,
    name,
    styles,
    text,
)
from tests.templates.strict import engine

SOME_ID = UUID(int=7)
NUMBERS = frozenset({"part"})
"""Words of addresses that stand for a number, and not for a row."""
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|\shx-on")
URL = re.compile(r'{% url "([\w:]+)"((?: [^%" ]+)*?)(?: as \w+)? %}')
ICON = re.compile(r'{% icon "(\w+)"|icon_name="(\w+)"')
TAG = re.compile(r"{%.*?%}", re.DOTALL)
VALUE = re.compile(r"{{.*?}}|{}")
CLASSES = re.compile(r'class="([^"]*)"')
BLOCK_OF_CLASSES = re.compile(r"{% block (?:layout|box) %}(.*?){% endblock")
SET_ELSEWHERE = {"htmx-request", "is-picked", "input", "select", "textarea", "box"}
"""Classes that htmx, our own scripts or form controls bring."""

each_template = pytest.mark.parametrize("path", TEMPLATES, ids=name)


@each_template
def test_a_template_says_first_what_it_needs(path: Path) -> None:
    assert text(path).startswith("{# ")


@each_template
def test_a_template_compiles_and_stays_short(path: Path) -> None:
    assert isinstance(engine().from_string(text(path)), Template)
    assert len(text(path).splitlines()) <= 80


@each_template
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    assert not INLINE.findall(text(path))


@each_template
def test_a_template_names_addresses_that_exist(path: Path) -> None:
    for route, arguments in URL.findall(text(path)):
        asked = [word.strip() for word in arguments.split()]
        assert reverse(route, args=[1 if word in NUMBERS else SOME_ID for word in asked])


@each_template
def test_a_template_names_drawings_that_exist(path: Path) -> None:
    named = {first or second for first, second in ICON.findall(text(path))}

    assert named <= set(icon_names())


def test_states_and_actions_name_drawings_that_exist() -> None:
    drawn = {sign for _, sign, _ in STATES.values()} | set(ACTION_ICONS.values())

    assert drawn <= set(icon_names())


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_a_component_is_one_thing(path: Path) -> None:
    assert len(text(path).splitlines()) <= 25


def test_a_failure_page_renders_without_any_context() -> None:
    for page in ("400", "500"):
        assert "<h1>" in engine().get_template(f"{page}.html").render(Context())


def test_a_refusal_to_a_stranger_needs_only_its_frame() -> None:
    context = Context({"page_frame": "plain_told.html"})

    for page in ("403", "403_csrf", "404"):
        assert "<h1>" in engine().get_template(f"{page}.html").render(context)


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_is_small_and_writes_no_markup(path: Path) -> None:
    assert len(text(path).splitlines()) <= 45
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|\.style\b", text(path))
    assert not re.search(r"localStorage|sessionStorage|document\.cookie|https?:", text(path))


def test_the_stylesheet_imports_every_part() -> None:
    folder = ROOT / "static" / "css"
    imported = set(re.findall(r'@import url\("([^"]+)"\)', text(folder / "app.css")))

    assert imported == {p.relative_to(folder).as_posix() for p in STYLES} - {"app.css"}


def test_every_class_that_is_used_is_defined_and_the_other_way_round() -> None:
    defined = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"url\([^)]*\)", "", styles())))
    used = _classes_in_use()
    starts = tuple(word.removesuffix("*") for word in used if word.endswith("*"))

    assert {word for word in used if not word.endswith("*")} - defined == set()
    assert {word for word in defined - used - SET_ELSEWHERE if not word.startswith(starts)} == set()


def _classes_in_use() -> set[str]:
    """Return the classes of all markup; what a value completes ends in a star."""
    python = [ROOT / "config/dev/gallery.py", ROOT / "accounts/templatetags/face.py"]
    found: set[str] = {"input--*"}
    for path in [*TEMPLATES, *python]:
        for words in BLOCK_OF_CLASSES.findall(text(path)):
            found.update(words.split())
        for words in CLASSES.findall(VALUE.sub("*", TAG.sub(" ", text(path)))):
            found.update(words.split())
    return found - {"*"}
