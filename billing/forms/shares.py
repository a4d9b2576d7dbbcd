"""Where money goes, as somebody at the desk says it before it is saved."""

from collections.abc import Sequence
from typing import Any

from django import forms

from billing.forms.fields import MoneyFormField
from billing.selectors.invoices import OpenInvoice
from billing.services.applications import Share
from ledger.money import Money

OLDEST, BY_HAND, AS_CREDIT = "OLDEST", "HAND", "CREDIT"


class SharesForm(forms.Form):
    """Base of forms that say where money goes: to what is due first, as typed, or nowhere yet."""

    goes_to = forms.ChoiceField(
        label="It goes to",
        choices=[
            (OLDEST, "What is due first"),
            (BY_HAND, "By hand"),
            (AS_CREDIT, "Credit"),
        ],
        initial=OLDEST,
        required=False,
        widget=forms.RadioSelect,
    )

    def offer(self, opened: Sequence[OpenInvoice]) -> None:
        """Say what is open: each invoice gets a field of its own for an amount by hand."""
        self.opened = opened
        for item in opened:
            self.fields[share_of(item)] = MoneyFormField(label=f"To {item.number}", required=False)

    def rows(self) -> list[tuple[OpenInvoice, forms.BoundField]]:
        """Return what is open with the control for what it gets by hand."""
        return [(item, self[share_of(item)]) for item in self.opened]

    def own_fields(self) -> list[forms.BoundField]:
        """Return the visible fields without those of the invoices."""
        return [field for field in self.visible_fields() if not field.name.startswith("to_")]

    def clean_goes_to(self) -> str:
        return self.cleaned_data.get("goes_to") or OLDEST

    def by_hand(self) -> list[Share] | None:
        """Return what was typed for each invoice; None where it goes to what is due first."""
        way = self.cleaned_data.get("goes_to")
        if way == OLDEST:
            return None
        if way == AS_CREDIT:
            return []
        typed = [(item, self.cleaned_data.get(share_of(item))) for item in self.opened]
        return [Share(item.invoice, amount) for item, amount in typed if amount]

    def check_shares(self) -> None:
        """Mark what was typed by hand and cannot be."""
        if self.cleaned_data.get("goes_to") != BY_HAND:
            return
        for item in self.opened:
            amount: Money | None = self.cleaned_data.get(share_of(item))
            if amount and amount > item.balance:
                self.add_error(
                    share_of(item),
                    f"{item.number} has {item.balance.dollars} open. Take that much.",
                )
        if not self.errors and not self.by_hand():
            self.add_error("goes_to", "Type how much goes to which invoice, or choose another way.")

    def clean(self) -> dict[str, Any]:
        self.check_shares()
        return self.cleaned_data


def share_of(item: OpenInvoice) -> str:
    return f"to_{item.invoice.pk}"
