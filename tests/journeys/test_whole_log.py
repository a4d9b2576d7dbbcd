"""At the end of the journeys: whatever was written has its event, and every refusal too."""

import pytest

from tests.figures import Tell
from tests.journeys import JOURNEY, desk, witness
from tests.journeys.cast import Cast
from tests.journeys.house import House

pytestmark = JOURNEY

SILENT = {
    "accounts_alertaddress": "which addresses the rules saw on the log",
    "accounts_alertcursor": "how far the rules have read the log",
    "accounts_draft": "what somebody types, sealed, until they send it; sending it is the act",
    "accounts_outgoingmail": "whether a letter is out; writing it was the act",
    "billing_cardintent": "what the card company answered; asking for it was the act",
    "billing_cyclerunclient": "whose turn it is in a run; each invoice has its event",
    "billing_payvisit": "when a client was last at a page; each page has its event",
    "billing_statementrunitem": "whose turn it is in a run; each statement has its event",
    "clients_clientimport": "how far a file is taken in; each batch of clients has its event",
    "clients_codecounter": "which codes are kept free for a file that is taken in",
}
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
