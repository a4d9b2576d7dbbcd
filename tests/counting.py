"""Statements counted the same way every time.

A process goes by a practice's keys for 30 seconds, whichever test loaded them: counting begins
with none, or the same page would now and then cost one statement more.
"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import keys


def queries() -> CaptureQueriesContext:
    """Capture the statements of ``app`` from here on, those that load keys among them."""
    keys.forget()
    return CaptureQueriesContext(connection)
