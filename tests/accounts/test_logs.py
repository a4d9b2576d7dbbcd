"""What a line of the log tells of an error: its kind and place, and nothing that it quotes."""

import datetime
import io
import logging
from collections.abc import Callable

import pytest
from celery import Celery
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.template import Context, Template

from accounts.logs import NoRowValues

NAME = "Zyltharoquen"
"""Somebody who must not be told of."""


@pytest.fixture
def lines() -> io.StringIO:
    """What a logger writes through the filter, as the settings set it up."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(NoRowValues())
    for each in (logging.getLogger("tests.lines"), logging.getLogger("celery.app.trace")):
        each.handlers, each.propagate = [handler], False
    return written


def duplicate() -> None:
    raise IntegrityError(f"duplicate key\nDETAIL:  Key (name)=({NAME}) already exists.")


def missing_key() -> None:
    held: dict[str, str] = {}
    held[NAME]


def no_date() -> None:
    datetime.date.fromisoformat(NAME)


def no_choice() -> None:
    raise ValidationError(f"“{NAME}” is not one of the choices.")


def no_template_name() -> None:
    Template("{% if a.b.c %}{% endif %}{% include missing %}").render(Context({"who": NAME}))


def nothing_pickles() -> None:
    class Local(Exception):
        pass

    raise Local(NAME, lambda: None)


FAILURES = [duplicate, missing_key, no_date, no_choice, no_template_name, nothing_pickles]


@pytest.mark.parametrize("fail", FAILURES)
def test_a_failed_request_quotes_nothing(lines: io.StringIO, fail: Callable[[], None]) -> None:
    try:
        fail()
    except Exception as error:
        logging.getLogger("tests.lines").error("Failed: %s", error, exc_info=True)
        logging.getLogger("tests.lines").warning("Not so bad: %s", error)
        told = type(error).__name__

    assert NAME not in lines.getvalue()
    assert lines.getvalue().count(told) == 3
    assert " in " in lines.getvalue()


@pytest.mark.parametrize("fail", FAILURES)
def test_a_failed_task_quotes_nothing(lines: io.StringIO, fail: Callable[[], None]) -> None:
    app = Celery("tests", set_as_current=False)
    app.conf.task_always_eager = True

    app.task(name="tests.fails")(fail).apply()

    assert "Task tests.fails" in lines.getvalue()
    assert NAME not in lines.getvalue()


def test_what_a_task_came_to_is_not_told(lines: io.StringIO) -> None:
    def ends() -> str:
        return NAME

    app = Celery("tests", set_as_current=False)
    logging.getLogger("celery.app.trace").setLevel(logging.INFO)

    app.task(name="tests.ends")(ends).apply()

    assert "Task tests.ends" in lines.getvalue()
    assert NAME not in lines.getvalue()


def test_what_speaks_of_machines_is_told(lines: io.StringIO) -> None:
    logging.getLogger("tests.lines").error("Lost: %s", ConnectionRefusedError(111, "refused"))

    assert "[Errno 111] refused" in lines.getvalue()
