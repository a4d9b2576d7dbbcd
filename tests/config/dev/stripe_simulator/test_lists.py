"""Lists: pages, cursors, and bounds of time."""

from typing import Any

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import Running


def test_a_list_is_paged_newest_first(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create().id for _ in range(5)]

    first = client.v1.customers.list({"limit": 2})
    second = client.v1.customers.list({"limit": 2, "starting_after": first.data[-1].id})
    last = client.v1.customers.list({"limit": 2, "starting_after": second.data[-1].id})

    pages = [[customer.id for customer in page.data] for page in (first, second, last)]
    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
    assert [page.has_more for page in (first, second, last)] == [True, True, False]


def test_the_library_walks_through_all_pages(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create().id for _ in range(7)]

    walked = [c.id for c in client.v1.customers.list({"limit": 3}).auto_paging_iter()]
    backwards = [
        c.id
        for c in client.v1.customers.list({"limit": 3, "ending_before": made[0]}).auto_paging_iter()
    ]

    assert walked == made[::-1]
    assert backwards == made[1:]


def test_a_list_is_bounded_by_the_time_of_creation(
    client: stripe.StripeClient, simulator: Running
) -> None:
    early = client.v1.customers.create()
    simulator.control("clock", advance_seconds=3600)
    late = client.v1.customers.create()

    def found(**created: Any) -> list[str]:
        bounds: Any = {"created": created}
        return [c.id for c in client.v1.customers.list(bounds).data]

    assert found(gte=late.created) == [late.id]
    assert found(gt=early.created, lte=late.created) == [late.id]
    assert found(lt=late.created) == [early.id]
    exactly = client.v1.customers.list({"created": early.created})
    assert [c.id for c in exactly.data] == [early.id]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"starting_after": "cus_nobody"}])
def test_a_wrong_page_is_refused(client: stripe.StripeClient, params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.list(params)


def test_events_are_listed_by_type_and_by_group(client: stripe.StripeClient) -> None:
    making.charge(client)

    group = client.v1.events.list({"type": "charge.*"})
    two = client.v1.events.list({"types": ["charge.updated", "payment_intent.created"]})

    assert [e.type for e in group.data] == ["charge.updated", "charge.succeeded"]
    assert [e.type for e in two.data] == ["charge.updated", "payment_intent.created"]


def test_an_event_keeps_the_object_as_it_was(client: stripe.StripeClient) -> None:
    making.charge(client)

    updated, succeeded = client.v1.events.list({"type": "charge.*"}).data

    assert succeeded.data.object["balance_transaction"] is None
    assert updated.data.object["balance_transaction"].startswith("txn_")
    assert client.v1.events.retrieve(updated.id).data.to_dict()["previous_attributes"] == {
        "balance_transaction": None
    }


@pytest.mark.parametrize("path", ["metadata", "customer.name", "latest_charge.outcome", "data.id"])
def test_what_cannot_be_expanded_is_refused(client: stripe.StripeClient, path: str) -> None:
    intent = making.payment(client, customer=client.v1.customers.create().id)

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.payment_intents.retrieve(intent.id, {"expand": [path]})
