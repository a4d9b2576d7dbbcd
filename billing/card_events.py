"""What becomes of the events that Stripe sends: each kind has one who deals with it.

An event only says that something changed. Whoever deals with it asks Stripe for the present state
and posts that, so that a late, doubled or missing event changes nothing. Called outside any scope.
"""

from collections.abc import Callable
from uuid import UUID

from django.utils import timezone

from accounts.tenancy import practice_scope
from billing import gateway
from billing.selectors import card_intents
from billing.services import hosted_pages

Dealer = Callable[[UUID, gateway.Credentials, gateway.Notice], str]
"""Of a practice, and how to speak for it: returns in a word what became of the event."""

PARKED = "parked"
NOT_OURS = "not ours"
NOT_FOUND = "not found"


def deal(practice: UUID, speaker: gateway.Credentials, notice: gateway.Notice) -> str:
    """Let whoever knows this kind of event deal with it; return what became of it in a word.

    Raises:
        gateway.Refused, gateway.Unclear: Stripe did; the event waits.
    """
    if not notice.object_id:
        return PARKED
    for beginning, dealer in DEALERS.items():
        if notice.kind.startswith(beginning):
            try:
                return dealer(practice, speaker, notice)
            except gateway.Missing:
                # Asking again would not find it either.
                return NOT_FOUND
    return PARKED


def _hosted_page(practice: UUID, speaker: gateway.Credentials, notice: gateway.Notice) -> str:
    with practice_scope(practice):
        checkout_id = card_intents.checkout_of(notice)
    if not checkout_id:
        return PARKED
    found = gateway.fetch_checkout(speaker, checkout_id)
    state = hosted_pages.settle(practice, found, now=timezone.now())
    return NOT_OURS if state is None else state.value.lower()


DEALERS: dict[str, Dealer] = {
    "checkout.session.": _hosted_page,
    "payment_intent.": _hosted_page,
    "charge.": _hosted_page,
}
"""How a kind begins → who deals with it; the first that fits does."""
