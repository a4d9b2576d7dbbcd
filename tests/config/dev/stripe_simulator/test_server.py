"""The server: keys, versions, sizes, and who may use the control surface."""

import base64
import time

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import SECRET_KEY, Running, checked_client

RIGHT = {"Authorization": f"Bearer {SECRET_KEY}"}


def test_it_tells_that_it_is_well(simulator: Running) -> None:
    assert simulator.fetch("GET", "/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("key", ["sk_live_0001", "pk_test_0001", "nonsense"])
def test_only_a_secret_test_key_is_taken(simulator: Running, key: str) -> None:
    with (
        checked_client(simulator.origin, key=key) as client,
        pytest.raises(stripe.AuthenticationError),
    ):
        client.v1.customers.list()


def test_a_request_without_a_key_is_refused(simulator: Running) -> None:
    assert simulator.fetch("GET", "/v1/customers").status == 401


def test_a_key_may_come_as_a_user_name(simulator: Running) -> None:
    told = base64.b64encode(f"{SECRET_KEY}:".encode()).decode()

    assert (
        simulator.fetch("GET", "/v1/account", headers={"Authorization": f"Basic {told}"}).json()[
            "id"
        ]
        == simulator.fetch("GET", "/v1/account", headers=RIGHT).json()["id"]
    )


def test_another_version_of_the_api_is_refused(simulator: Running) -> None:
    answer = simulator.fetch("GET", "/v1/account", headers=RIGHT | {"Stripe-Version": "2020-08-27"})

    assert answer.status == 400


def test_a_key_sees_the_accounts_that_are_connected_to_it(
    client: stripe.StripeClient, simulator: Running
) -> None:
    with checked_client(simulator.origin, account="acct_harborlane") as connected:
        connected.v1.customers.create()

    assert client.v1.accounts.retrieve("acct_harborlane").charges_enabled
    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve("acct_summitrow")


def test_an_unknown_parameter_is_refused_and_nothing_is_made(
    simulator: Running, client: stripe.StripeClient
) -> None:
    body = "amount=500&currency=usd&confirm=true&payment_method=pm_card_visa"
    answer = simulator.fetch(
        "POST", "/v1/payment_intents", f"{body}&payment_method_types[]=card&client_name=x", RIGHT
    )

    assert answer.json()["error"]["code"] == "parameter_unknown"
    assert client.v1.payment_intents.list().data == []
    assert client.v1.events.list().data == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/nothing"), ("DELETE", "/v1/charges"), ("GET", "/v1/events/ ")]
)
def test_an_unknown_path_is_refused(simulator: Running, method: str, path: str) -> None:
    answer = simulator.fetch(method, path.replace(" ", "%20"), headers=RIGHT)

    assert answer.status == 404
    assert "Unrecognized request URL" in answer.json()["error"]["message"]


def test_a_body_over_a_megabyte_is_refused(simulator: Running) -> None:
    answer = simulator.fetch("POST", "/v1/customers", headers=RIGHT | {"Content-Length": "1000001"})

    assert answer.status == 413


def test_a_page_of_another_origin_cannot_use_the_control_surface(simulator: Running) -> None:
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    by_name = {"Content-Type": "application/json", "Host": "rebound.example.com"}

    assert simulator.fetch("POST", "/_sim/reset", "{}", as_form).status == 400
    assert simulator.fetch("POST", "/_sim/reset", "{}", by_name).status == 421


def test_a_reset_forgets_everything(client: stripe.StripeClient, simulator: Running) -> None:
    making.charge(client)
    simulator.control("clock", advance_seconds=1_000_000)

    simulator.control("reset")

    assert simulator.look("requests")["requests"] == []
    assert client.v1.charges.list().data == []
    fresh = client.v1.customers.create()
    assert abs(fresh.created - time.time()) < 60


@pytest.mark.parametrize(
    "path", ["charges/ch_nobody/dispute", "refunds/ch_1/fly", "nothing", "payouts/x"]
)
def test_what_the_control_surface_does_not_have_is_refused(simulator: Running, path: str) -> None:
    kind = {"Content-Type": "application/json"}

    assert simulator.fetch("POST", f"/_sim/{path}", "{}", kind).status == 404


def test_an_act_on_another_kind_of_object_is_refused(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge, kind = making.charge(client), {"Content-Type": "application/json"}

    assert simulator.fetch("POST", f"/_sim/refunds/{charge}/fail", "{}", kind).status == 404
