"""What may stand in a log line."""

import logging
import traceback

from django.db import Error as DatabaseError


class NoRowValues(logging.Filter):
    """Reduces an exception to its kind and place: a database error's text may quote a row."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and (error := record.exc_info[1]) is not None:
            frames = traceback.extract_tb(error.__traceback__)[-6:]
            places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
            words = "" if isinstance(error, DatabaseError | ValueError) else f": {error}"
            record.msg = f"{record.getMessage()} [{type(error).__name__}{words} in {places}]"
            record.args = ()
            record.exc_info = None
            record.exc_text = None
        return True
