import pytest

from tests.templates.strict import Undefined, engine


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a misspelt name in a template fail its test."""
    monkeypatch.setattr(engine(), "string_if_invalid", Undefined("%s"))
