"""Whether the books of the practice in scope are sound: every invariant, of every app, at once."""

from collections.abc import Iterator
from itertools import chain

from billing.selectors import integrity as billing
from ledger.selectors import integrity as ledger
from ledger.selectors import logged


def findings() -> Iterator[ledger.Finding]:
    """Yield what does not hold: nothing, in sound books."""
    return chain(ledger.findings(), logged.findings(), billing.findings())
