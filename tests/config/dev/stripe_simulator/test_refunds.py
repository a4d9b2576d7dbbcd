"""Giving money back: never more than was taken, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import SECRET_KEY, Running


def test_a_part_and_then_the_rest_are_given_back(client: stripe.StripeClient) -> None:
    charge = making.charge(client, 10_000)

    part = client.v1.refunds.create({"charge": charge, "amount": 4_000})
    rest = client.v1.refunds.create({"charge": charge})

    assert (part.amount, rest.amount, rest.status) == (4_000, 6_000, "succeeded")
    found = client.v1.charges.retrieve(charge, {"expand": ["refunds"]})
    assert (found.amount_refunded, found.refunded) == (10_000, True)
    assert found.refunds is not None
    assert [refund.id for refund in found.refunds.data] == [rest.id, part.id]


def test_the_fee_is_not_given_back(client: stripe.StripeClient) -> None:
    charge = making.charge(client, 10_000)

    client.v1.refunds.create({"charge": charge})

    transactions = client.v1.balance_transactions.list().data
    assert [(t.type, t.amount, t.fee, t.net) for t in transactions] == [
        ("refund", -10_000, 0, -10_000),
        ("charge", 10_000, 320, 9_680),
    ]


def test_more_than_is_left_is_refused(client: stripe.StripeClient) -> None:
    charge = making.charge(client, 10_000)
    client.v1.refunds.create({"charge": charge, "amount": 4_000})

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"charge": charge, "amount": 6_001})

    client.v1.refunds.create({"charge": charge})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": charge})
    assert refused.value.code == "charge_already_refunded"


def test_a_failed_charge_has_nothing_to_give_back(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as declined:
        making.payment(client, card="pm_card_visa_chargeDeclined")
    error = declined.value.error
    assert error is not None
    assert error.charge is not None

    with pytest.raises(stripe.InvalidRequestError, match="nothing to refund"):
        client.v1.refunds.create({"charge": error.charge})


def test_a_refund_by_payment_intent_is_found_by_it(client: stripe.StripeClient) -> None:
    intent = making.payment(client)

    refund = client.v1.refunds.create(
        {"payment_intent": intent.id, "reason": "requested_by_customer", "metadata": {"r": "1"}}
    )

    listed = client.v1.refunds.list({"payment_intent": intent.id})
    assert [found.id for found in listed.data] == [refund.id]


def test_parallel_refunds_never_exceed_the_charge(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge = making.charge(client, 10_000)

    def give(number: int) -> bool:
        answer = simulator.fetch(
            "POST",
            "/v1/refunds",
            f"charge={charge}&amount=1500",
            {"Authorization": f"Bearer {SECRET_KEY}"},
        )
        return answer.status == 200

    with ThreadPoolExecutor(8) as threads:
        given = sum(threads.map(give, range(24)))

    assert given == 6
    assert client.v1.charges.retrieve(charge).amount_refunded == 9_000


def test_a_refund_that_waits_arrives_later(client: stripe.StripeClient, simulator: Running) -> None:
    charge = making.charge(client, card="pm_card_pendingRefund")

    refund = client.v1.refunds.create({"charge": charge})
    simulator.control(f"refunds/{refund.id}/succeed")

    assert refund.status == "pending"
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_that_fails_brings_the_money_back(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge = making.charge(client, 10_000)
    refund = client.v1.refunds.create({"charge": charge})

    simulator.control(f"refunds/{refund.id}/fail")

    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert failed.status == "failed"
    assert isinstance(failed.failure_balance_transaction, stripe.BalanceTransaction)
    assert failed.failure_balance_transaction.net == 10_000
    assert client.v1.charges.retrieve(charge).amount_refunded == 0


def test_a_refund_from_the_dashboard_looks_like_any_other(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge = making.charge(client, 10_000)

    simulator.control(f"charges/{charge}/refund", amount=2_500)

    (refund,) = client.v1.refunds.list({"charge": charge}).data
    assert refund.amount == 2_500
    (event,) = client.v1.events.list({"type": "refund.created"}).data
    assert event.to_dict()["request"] == {"id": None, "idempotency_key": None}
