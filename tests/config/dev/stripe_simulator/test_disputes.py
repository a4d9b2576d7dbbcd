"""Disputes: the bank takes the money, and gives it back when the merchant wins."""

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import Running


def moved(client: stripe.StripeClient) -> list[tuple[str, int, int, int]]:
    """(category, amount, fee, net) of what the dispute moved, oldest first."""
    transactions = client.v1.balance_transactions.list({"type": "adjustment"}).data
    return [(t.reporting_category, t.amount, t.fee, t.net) for t in reversed(transactions)]


def test_an_opened_dispute_withdraws_the_amount_and_a_fee(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge = making.charge(client, 13_500)

    opened = simulator.control(f"charges/{charge}/dispute", reason="duplicate")

    dispute = client.v1.disputes.retrieve(opened["id"])
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "duplicate",
        13_500,
    )
    assert client.v1.charges.retrieve(charge).disputed
    assert moved(client) == [("dispute", -13_500, 1_500, -15_000)]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": charge})
    assert refused.value.code == "charge_disputed"


@pytest.mark.parametrize(("fee_returned", "net"), [(False, 13_500), (True, 15_000)])
def test_a_won_dispute_brings_the_money_back(
    client: stripe.StripeClient, simulator: Running, fee_returned: bool, net: int
) -> None:
    opened = simulator.control(f"charges/{making.charge(client, 13_500)}/dispute")
    simulator.control(f"disputes/{opened['id']}/submit")

    simulator.control(f"disputes/{opened['id']}/win", fee_returned=fee_returned)

    assert client.v1.disputes.retrieve(opened["id"]).status == "won"
    category, amount, _, arrived = moved(client)[1]
    assert (category, amount, arrived) == ("dispute_reversal", 13_500, net)
    types = [event.type for event in client.v1.events.list({"type": "charge.dispute.*"}).data]
    assert types[::-1] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_a_lost_dispute_moves_no_more_money(
    client: stripe.StripeClient, simulator: Running
) -> None:
    opened = simulator.control(f"charges/{making.charge(client)}/dispute")

    simulator.control(f"disputes/{opened['id']}/lose")

    assert client.v1.disputes.retrieve(opened["id"]).status == "lost"
    assert len(moved(client)) == 1
    late = simulator.fetch(
        "POST", f"/_sim/disputes/{opened['id']}/win", "{}", {"Content-Type": "application/json"}
    )
    assert late.status == 400


def test_a_charge_is_disputed_once(client: stripe.StripeClient, simulator: Running) -> None:
    charge = making.charge(client)
    simulator.control(f"charges/{charge}/dispute", amount=5_000)

    again = simulator.fetch(
        "POST", f"/_sim/charges/{charge}/dispute", "{}", {"Content-Type": "application/json"}
    )

    assert again.status == 400
    assert [d.amount for d in client.v1.disputes.list({"charge": charge}).data] == [5_000]
