"""What people type about bills that come again, and the papers of a bill."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from billing.forms import PLAIN, DayField, MoneyFormField
from billing.forms.bills import VENDORS_LIST
from billing.models.bill import VENDOR_NAME_CHARS
from billing.models.recurring import LAST_DAY
from billing.selectors.vendors import Named
from ledger.money import Money
from ledger.selectors.categories import Chosen

RHYTHMS = [(1, "Month"), (2, "2 months"), (3, "3 months"), (6, "6 months"), (12, "Year")]
DAYS = [*((day, str(day)) for day in range(1, LAST_DAY)), (LAST_DAY, "Last day")]
DUE_DAYS_MAX = 180
NOT_THERE = "Choose a file of at most 5 MB."


class RecurringForm(forms.Form):
    """A bill that comes on the same day every few months. ``key`` makes one of a second click."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    vendor = forms.CharField(
        label="Vendor",
        max_length=VENDOR_NAME_CHARS,
        widget=forms.TextInput(attrs={**PLAIN, "list": VENDORS_LIST}),
        error_messages={"required": "Enter the vendor's name."},
    )
    category = forms.ChoiceField(
        label="Category", error_messages={"required": "Choose what it is for."}
    )
    amount = MoneyFormField(label="Amount", error_messages={"required": "Enter the amount."})
    every_months = forms.TypedChoiceField(label="Every", choices=RHYTHMS, coerce=int)
    day = forms.TypedChoiceField(
        label="Day of the month",
        choices=DAYS,
        coerce=int,
        help_text="In a month without that day it comes on the last one.",
    )
    starts_on = DayField(label="From")
    ends_on = DayField(label="Until", required=False)
    due_days = forms.IntegerField(
        label="Due after days",
        min_value=0,
        max_value=DUE_DAYS_MAX,
        error_messages={"required": "Enter after how many days it is due."},
    )

    def __init__(
        self,
        *args: Any,
        offered: Sequence[Named],
        categories: Sequence[Chosen],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.named = {each.name.casefold(): each for each in offered}
        self.categories = {str(chosen.id): chosen for chosen in categories}
        self.today = today
        choices = [("", "Choose"), *((pk, str(each)) for pk, each in self.categories.items())]
        fields: Any = self.fields
        fields["category"].choices = choices

    def clean_vendor(self) -> Named:
        typed = " ".join(str(self.cleaned_data["vendor"]).split())
        known = self.named.get(typed.casefold())
        if known is None:
            raise forms.ValidationError("There is no vendor of this name. Add it under Vendors.")
        return known

    def clean_category(self) -> Chosen:
        return self.categories[self.cleaned_data["category"]]

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Enter the amount.")
        return amount

    def clean_starts_on(self) -> date:
        """Bills of the past are entered by hand, where their own dates stand on them."""
        starts_on: date = self.cleaned_data["starts_on"]
        if starts_on < self.today:
            raise forms.ValidationError("Choose today or a later day. Enter older bills by hand.")
        return starts_on


class PaperForm(forms.Form):
    """A paper of a bill. Its name is never kept."""

    file = forms.FileField(
        label="Paper",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
        help_text="PDF, PNG or JPEG, up to 5 MB.",
        error_messages={"required": NOT_THERE, "invalid": NOT_THERE},
    )

    def content(self) -> bytes:
        return bytes(self.cleaned_data["file"].read())
