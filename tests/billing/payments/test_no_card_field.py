"""Nowhere of ours can a card number be typed: there is no field for one, and none is asked for."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from django import forms

import accounts.forms
import billing.forms
import clients.forms

pytestmark = pytest.mark.stripe

ROOT = Path(__file__).resolve().parents[3]
CARD_FIELD = re.compile(
    r"cc-(number|csc|exp)|\b(name|id|for)=.?(id_)?(pan|cvc|cvv|csc|card_?(number|no|code))\b",
    re.IGNORECASE,
)
CARD_NAME = re.compile(r"\b(pan|cvc|cvv|csc|expiry)\b|card_?(number|no|code)\b", re.IGNORECASE)


def pages() -> Iterator[Path]:
    for part in ("templates", "accounts", "billing", "clients", "static"):
        for suffix in ("html", "js", "txt"):
            yield from (ROOT / part).rglob(f"*.{suffix}")


def test_no_page_or_script_has_a_field_for_a_card() -> None:
    read = [page for page in pages() if "node_modules" not in page.parts]

    assert len(read) > 100
    found = [str(page.relative_to(ROOT)) for page in read if CARD_FIELD.search(page.read_text())]
    assert found == []


def test_no_form_has_a_field_for_a_card() -> None:
    for package in (accounts.forms, billing.forms, clients.forms):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    known = list(descendants(forms.BaseForm))

    assert len(known) > 50
    names = {name for form in known for name in getattr(form, "base_fields", {})}
    assert [name for name in sorted(names) if CARD_NAME.search(name)] == []


def descendants(kind: type[object]) -> Iterator[type[object]]:
    each: type[object]
    for each in kind.__subclasses__():
        yield each
        yield from descendants(each)


@pytest.mark.parametrize(
    "markup",
    ['<input autocomplete="cc-number">', '<input name="card_number">', "<input id='id_cvc'>"],
)
def test_one_would_be_found(markup: str) -> None:
    assert CARD_FIELD.search(markup)
