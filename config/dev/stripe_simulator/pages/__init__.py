"""The hosted pages: paying or saving a card, the bank's question, and what is over."""

from config.dev.stripe_simulator.messages import Reply, Request
from config.dev.stripe_simulator.pages import assets, confirm, pay, rendering
from config.dev.stripe_simulator.simulator import Simulator


def answer(simulator: Simulator, request: Request) -> Reply:
    """Gives 404 for everything that is not a page."""
    match request.path.strip("/").split("/"):
        case ["c", "pay", session_id]:
            return pay.answer(simulator, request, session_id)
        case ["c", "confirm", intent_id]:
            return confirm.answer(simulator, request, intent_id)
        case ["assets", name] if request.method == "GET":
            return assets.answer(name)
        case _:
            return rendering.not_found()
