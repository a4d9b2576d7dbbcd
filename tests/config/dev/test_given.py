"""What the caller has set is used; half of it is refused."""

import pytest

from config.dev import given
from config.dev.state import Refused


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*given.DATABASES, given.REDIS):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_without_addresses_nothing_is_given() -> None:
    assert not given.databases()


def test_a_part_of_the_addresses_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@/x")
    monkeypatch.setenv("DATABASE_GATE_URL", "postgresql://gate@/x")

    with pytest.raises(Refused, match="DATABASE_OWNER_URL, DATABASE_BACKUP_URL are not set"):
        given.databases()


def test_an_address_in_a_file_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in given.DATABASES:
        monkeypatch.setenv(f"{name}_FILE", "/run/secrets/address")

    assert given.databases()
    assert "DATABASE_URL_FILE" in given.surroundings(use_given=True)


def test_a_private_stack_sees_none_of_the_callers_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*given.DATABASES, "STRIPE_LIVE", "QUIETLEDGER_KEYS"):
        monkeypatch.setenv(name, "the caller's")

    assert "the caller's" not in given.surroundings(use_given=False).values()
