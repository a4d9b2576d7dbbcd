"""The test cards that Stripe documents, and how each behaves. No other number is taken."""

import hashlib
from dataclasses import dataclass
from datetime import date

_NEXT_YEARS = 4


@dataclass(frozen=True, slots=True)
class Behavior:
    """What happens when a card is charged."""

    declined: str = ""
    on_saving: bool = True
    authentication: str = ""
    refunds_wait: bool = False


@dataclass(frozen=True, slots=True)
class Decline:
    """How a refusal by the bank is worded."""

    code: str
    message: str
    seller_message: str = "The bank did not return any further details with this decline."


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of Stripe's documentation: its name there, its number, its behavior."""

    token: str
    number: str
    brand: str = "visa"
    behavior: Behavior = Behavior()

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        """The same for the same card; made of the name, never of the number."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:16]


CARDS = (
    TestCard("pm_card_visa", "4242424242424242"),
    TestCard("pm_card_mastercard", "5555555555554444", "mastercard"),
    TestCard("pm_card_amex", "378282246310005", "amex"),
    TestCard("pm_card_discover", "6011111111111117", "discover"),
    TestCard(
        "pm_card_visa_chargeDeclined", "4000000000000002", behavior=Behavior("generic_decline")
    ),
    TestCard(
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "4000000000009995",
        behavior=Behavior("insufficient_funds"),
    ),
    TestCard(
        "pm_card_visa_chargeDeclinedLostCard", "4000000000009987", behavior=Behavior("lost_card")
    ),
    TestCard(
        "pm_card_chargeDeclinedExpiredCard", "4000000000000069", behavior=Behavior("expired_card")
    ),
    TestCard(
        "pm_card_chargeDeclinedIncorrectCvc",
        "4000000000000127",
        behavior=Behavior("incorrect_cvc"),
    ),
    TestCard(
        "pm_card_chargeDeclinedProcessingError",
        "4000000000000119",
        behavior=Behavior("processing_error"),
    ),
    TestCard(
        "pm_card_chargeCustomerFail",
        "4000000000000341",
        behavior=Behavior("generic_decline", on_saving=False),
    ),
    TestCard(
        "pm_card_authenticationRequiredOnSetup",
        "4000002500003155",
        behavior=Behavior(authentication="unless_saved"),
    ),
    TestCard(
        "pm_card_authenticationRequired",
        "4000002760003184",
        behavior=Behavior(authentication="always"),
    ),
    TestCard("pm_card_pendingRefund", "4000000000007726", behavior=Behavior(refunds_wait=True)),
)

_DECLINES = {
    "generic_decline": Decline("card_declined", "Your card was declined."),
    "insufficient_funds": Decline("card_declined", "Your card has insufficient funds."),
    "lost_card": Decline("card_declined", "Your card was declined."),
    "expired_card": Decline("expired_card", "Your card has expired."),
    "incorrect_cvc": Decline("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": Decline(
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "authentication_required": Decline(
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}


def decline(reason: str) -> Decline:
    return _DECLINES[reason]


def by_token(token: str) -> TestCard | None:
    return next((card for card in CARDS if card.token == token), None)


def by_number(number: str) -> TestCard | None:
    return next((card for card in CARDS if card.number == number), None)


def far_expiry(today: date) -> tuple[int, int]:
    """The month and year that a card named by its token expires."""
    return 12, today.year + _NEXT_YEARS
