"""Statements counted the same way every time.

A process goes by a practice's keys for 30 seconds, whichever test loaded them: counting begins
with none. And a request that took long asks once more, at its end, whether its person still may:
while something counts, none is long. Else the same page would now and then cost one statement more.
"""

import math
from typing import Any, Self

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import keys, middleware
from accounts.api import access


class Counted(CaptureQueriesContext):
    """The statements of ``app`` within the block."""

    def __enter__(self) -> Self:
        self.were = middleware.LONG_SECONDS, access.LONG_SECONDS
        middleware.LONG_SECONDS = access.LONG_SECONDS = math.inf
        return super().__enter__()

    def __exit__(self, *how: Any) -> None:
        middleware.LONG_SECONDS, access.LONG_SECONDS = self.were
        super().__exit__(*how)


def queries() -> Counted:
    """Capture the statements of ``app`` from here on, those that load keys among them."""
    keys.forget()
    return Counted(connection)
