"""Payouts and the balance: every cent of a payout is some transaction's."""

import pytest
import stripe

from config.dev.stripe_simulator.resources.balance import card_fee_cents
from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import Running


def account(client: stripe.StripeClient) -> str:
    return client.v1.accounts.retrieve_current().id


@pytest.mark.parametrize(
    ("amount_cents", "fee_cents"),
    [(13_500, 422), (60_000, 1_770), (50, 31), (10_000, 320), (1_050, 60), (1_052, 61)],
)
def test_the_fee_rounds_half_a_cent_up(amount_cents: int, fee_cents: int) -> None:
    assert card_fee_cents(amount_cents) == fee_cents


def test_a_payout_lists_the_transactions_that_it_pays_out(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge = making.charge(client, 13_500)
    client.v1.refunds.create({"charge": charge, "amount": 500})

    payout = simulator.control("payouts", account=account(client))

    assert (payout["amount"], payout["status"]) == (12_578, "paid")
    assert payout["reconciliation_status"] == "completed"
    inside = client.v1.balance_transactions.list({"payout": payout["id"]})
    assert [(t.type, t.net) for t in inside.data] == [
        ("payout", -12_578),
        ("refund", -500),
        ("charge", 13_078),
    ]
    assert {t.status for t in inside.data} == {"available"}


def test_what_was_paid_out_is_not_paid_out_again(
    client: stripe.StripeClient, simulator: Running
) -> None:
    making.charge(client, 13_500)
    simulator.control("payouts", account=account(client))
    making.charge(client, 10_000)

    second = simulator.control("payouts", account=account(client))

    assert second["amount"] == 9_680
    nothing = simulator.fetch(
        "POST",
        "/_sim/payouts",
        f'{{"account": "{account(client)}"}}',
        {"Content-Type": "application/json"},
    )
    assert nothing.status == 400


def test_a_manual_payout_is_not_linked_to_its_transactions(
    client: stripe.StripeClient, simulator: Running
) -> None:
    making.charge(client, 13_500)

    payout = simulator.control("payouts", account=account(client), amount=5_000)

    assert payout["reconciliation_status"] == "not_applicable"
    assert client.v1.balance_transactions.list({"payout": payout["id"]}).data == []
    assert simulator.control("payouts", account=account(client))["amount"] == 8_078


def test_a_payout_that_fails_comes_back(client: stripe.StripeClient, simulator: Running) -> None:
    making.charge(client, 13_500)
    payout = simulator.control("payouts", account=account(client), on_its_way=True)

    simulator.control(f"payouts/{payout['id']}/fail")

    failed = client.v1.payouts.retrieve(payout["id"], {"expand": ["failure_balance_transaction"]})
    assert (payout["status"], failed.status) == ("in_transit", "failed")
    assert simulator.control("payouts", account=account(client))["amount"] == 13_078
    types = [event.type for event in client.v1.events.list({"type": "payout.*"}).data]
    assert types[::-1][:2] == ["payout.created", "payout.failed"]


def test_money_becomes_available_after_two_days(
    client: stripe.StripeClient, simulator: Running
) -> None:
    making.charge(client, 13_500)

    before = client.v1.balance.retrieve()
    simulator.control("clock", advance_seconds=2 * 24 * 3600 + 60)
    after = client.v1.balance.retrieve()

    assert (before.pending[0].amount, before.available[0].amount) == (13_078, 0)
    assert (after.pending[0].amount, after.available[0].amount) == (0, 13_078)


def test_the_sum_of_all_transactions_is_the_balance(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge = making.charge(client, 13_500)
    simulator.control("payouts", account=account(client))
    simulator.control(f"charges/{charge}/dispute")
    making.charge(client, 700)

    everything = client.v1.balance_transactions.list({"limit": 100})

    balance = client.v1.balance.retrieve()
    total = balance.available[0].amount + balance.pending[0].amount
    assert sum(t.net for t in everything.data) == total == -15_000 + 650
    assert all(t.net == t.amount - t.fee for t in everything.data)
