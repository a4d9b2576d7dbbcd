"""What may stand in a log line."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from redis.exceptions import RedisError

OF_MACHINES = (OSError, RedisError, ImproperlyConfigured)
"""What speaks of machines and settings. Any other error's text may quote what it stumbled over: a
row, a date, the key of a dictionary, a template's whole context."""

CELERYS = {"exc", "traceback"}
"""Under which names Celery tells of an error; one that cannot be pickled is wrapped in another."""

RETURNED = "return_value"
"""Under which name Celery tells what a task came to."""


class NoRowValues(logging.Filter):
    """Reduces an exception to its kind and place, also where a line quotes it among its words."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        record.args = _reduced(record.args, error)
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)[-6:]
            places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
            record.msg = f"{record.getMessage()} [{_words(error)} in {places}]"
            record.args = ()
            record.exc_info = None
            record.exc_text = None
        return True


def _words(error: BaseException) -> str:
    """Return what may be told of an error. A text that was not understood is never of machines."""
    kind = type(error).__name__
    speaks = isinstance(error, OF_MACHINES) and not isinstance(error, ValueError)
    return f"{kind}: {error}" if speaks else kind


def _reduced(args: Any, error: BaseException | None) -> Any:
    """Return the words of a line with errors reduced.

    Celery writes a failed task's error and traceback into the line itself, as texts.
    """
    if isinstance(args, Mapping):
        return {name: _part(each, error, name) for name, each in args.items()}
    return tuple(_part(each, error) for each in args) if isinstance(args, tuple) else args


def _part(part: object, error: BaseException | None, name: str = "") -> object:
    if name == RETURNED:
        return "…"
    if isinstance(part, BaseException):
        return _words(part)
    if error is None or not isinstance(part, str):
        return part
    if name in CELERYS or (str(error) and str(error) in part):
        return _words(error)
    return part
