"""What the practice knows of a client stays in its database."""

from pathlib import Path

from tests.journeys import JOURNEY, desk
from tests.journeys.house import House

pytestmark = JOURNEY


def test_no_log_of_the_servers_knows_a_client(
    house: House, new_client: desk.Known, paid_by_card: desk.Billed
) -> None:
    logs = list((Path(house.env["QUIETLEDGER_STATE"]) / "logs").iterdir())

    told = {log.name: log.read_text("utf-8", errors="replace") for log in logs}

    assert {"web.log", "worker.log", "postgres.log"} <= told.keys()
    leaks = [(name, trace) for name in told for trace in new_client.traces if trace in told[name]]
    assert leaks == []


def test_the_card_company_learns_an_amount_and_no_client(
    house: House, new_client: desk.Known, paid_by_card: desk.Billed
) -> None:
    heard = str(house.card_company("GET", "requests"))

    assert "15000" in heard
    known = (*new_client.traces, new_client.code, paid_by_card.number, "90834")
    assert [trace for trace in known if trace in heard] == []
