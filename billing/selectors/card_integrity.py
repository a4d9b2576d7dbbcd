"""Whether card intents and what they became say the same, checked on live rows."""

from collections.abc import Iterator

from django.db.models import F
from django.db.models.functions import Coalesce

from billing.models import CardIntent, Payment
from ledger.selectors.integrity import Finding


def findings() -> Iterator[Finding]:
    """Yield the paid intents whose payment is of another amount, client, form or method (I-3)."""
    paid = CardIntent.objects.exclude(payment=None).annotate(
        whose=Coalesce("client_id", "invoice__client_id")
    )
    otherwise = paid.exclude(
        payment__amount=F("amount"),
        payment__client_id=F("whose"),
        payment__key=F("pk"),
        payment__method=Payment.Method.CARD,
    )
    for pk in otherwise.order_by("pk").values_list("pk", flat=True):
        yield Finding("I-3", f"The card intent {pk} is not the payment that it became.", (pk,))
