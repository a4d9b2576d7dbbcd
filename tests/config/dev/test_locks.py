"""The locked lists hold all that is asked for, by hash, and no address."""

import re

import pytest

from config.dev import locks
from config.dev.management.commands import check_all
from config.dev.state import BASE_DIR

BLOCKS = (
    "amqp==5.4.2 \\\n    --hash=sha256:aa\n"
    "vine==5.1.0 ; python_version > '3' \\\n    --hash=sha256:bb\n"
)


@pytest.mark.parametrize("name", locks.LISTS)
def test_every_package_of_a_list_is_pinned_with_a_hash(name: str) -> None:
    text = (BASE_DIR / name).read_text("utf-8")

    packages = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)

    assert packages
    assert all("==" in package and "--hash=sha256:" in package for package in packages)
    assert "://" not in text


def test_no_package_stands_in_two_lists() -> None:
    names = [locks.pinned((BASE_DIR / name).read_text("utf-8")) for name in locks.LISTS]

    assert len(set.union(*names)) == sum(map(len, names))


def test_what_the_project_asks_for_is_locked() -> None:
    assert check_all.unlocked() == ""


def test_a_package_is_taken_out_of_a_list_with_its_hashes() -> None:
    assert locks.pinned(BLOCKS) == {"amqp", "vine"}
    assert locks.without(BLOCKS, {"amqp"}) == BLOCKS[BLOCKS.index("vine") :]


def test_a_check_that_fails_is_told_with_what_it_said() -> None:
    assert check_all.run(["/bin/sh", "-c", "echo two faults; exit 1"]) == "two faults"
    assert check_all.run(["/bin/sh", "-c", "echo all well"]) == ""
