"""At the end of the journeys: whatever was written has its event, and every refusal too."""

import pytest

from tests.figures import Tell
from tests.journeys import JOURNEY, desk, witness
from tests.journeys.cast import Cast
from tests.journeys.house import House

pytestmark = JOURNEY

SILENT: dict[str, str] = {}
"""Tables that are written without an event, and why that keeps nothing back."""


def test_every_transaction_that_wrote_has_its_event(
    cast: Cast, house: House, open_invoice: desk.Billed, tell: Tell
) -> None:
    front_desk = cast("front-desk")
    desk.take(front_desk, open_invoice, "5.00")
    front_desk.press("Record payment")
    front_desk.shows("Receipt R-")
    seen = witness.written(house)

    tables = {table for _, _, tables in seen for table in tables} - {witness.LOG}
    tell(f"{len(seen):,} transactions wrote {len(tables)} tables of practices in the journeys")
    assert {"ledger_journalentry", "billing_payment"} <= tables
    unheard = witness.unheard(seen, silent=SILENT)
    for wrote, times in sorted(unheard.items()):
        tell(f"{times:,} transactions wrote without an event: {', '.join(wrote)}")
    assert unheard == {}


@pytest.mark.parametrize("table", sorted(SILENT))
def test_what_is_silent_is_written(house: House, table: str) -> None:
    assert any(table in tables for _, _, tables in witness.written(house))
