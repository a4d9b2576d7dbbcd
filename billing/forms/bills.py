"""What people type about vendors, bills, expenses and payments."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from billing.forms import IN_FUTURE, PLAIN, DayField, MoneyFormField
from billing.models import TakenBackReason
from billing.models.bill import VENDOR_NAME_CHARS
from billing.selectors.vendors import Named
from billing.services.bills import Part
from ledger.money import Money
from ledger.selectors.categories import Chosen

BILL_LINES = 6
EXPENSE_LINES = 3
VENDORS_LIST = "vendors"
"""The id of the list of suggestions beside a form."""

NUMBER = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9 ./#_-]*\Z", "Use letters, digits, spaces and . / # _ - only."
)
CHECK = RegexValidator(r"\A[0-9]+\Z", "Enter the digits on the check.")


class VendorForm(forms.Form):
    """What a vendor is called."""

    name = forms.CharField(
        label="Name",
        max_length=VENDOR_NAME_CHARS,
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"required": "Enter the vendor's name."},
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class OfVendorForm(forms.Form):
    """Something of a vendor, who is typed by name, with what it was for line by line."""

    lines = EXPENSE_LINES

    key = forms.UUIDField(widget=forms.HiddenInput)
    vendor = forms.CharField(
        label="Vendor",
        max_length=VENDOR_NAME_CHARS,
        widget=forms.TextInput(attrs={**PLAIN, "list": VENDORS_LIST}),
        error_messages={"required": "Enter the vendor's name."},
    )
    is_new = forms.BooleanField(label="Add the vendor if the name is new", required=False)

    def __init__(
        self,
        *args: Any,
        offered: Sequence[Named],
        categories: Sequence[Chosen],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.categories = {str(chosen.id): chosen for chosen in categories}
        self.today = today
        choices = [("", "Choose"), *((pk, str(each)) for pk, each in self.categories.items())]
        for place in range(1, self.lines + 1):
            self.fields[f"category_{place}"] = forms.ChoiceField(
                label=f"Category {place}", choices=choices, required=False
            )
            self.fields[f"amount_{place}"] = MoneyFormField(label=f"Amount {place}", required=False)
        self.fields["vendor"].widget.attrs["autofocus"] = True

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the lines' controls: (category, amount)."""
        return [
            (self[f"category_{place}"], self[f"amount_{place}"])
            for place in range(1, self.lines + 1)
        ]

    def clean_vendor(self) -> str:
        return " ".join(str(self.cleaned_data["vendor"]).split())

    def clean(self) -> dict[str, Any]:
        """Add ``known``, the vendor of this name, and ``parts``."""
        data = self.cleaned_data
        typed = data.get("vendor", "")
        named = {each.name.casefold(): each for each in self.offered}
        data["known"] = named.get(typed.casefold())
        if typed and data["known"] is None and not data.get("is_new"):
            self.add_error("vendor", "There is no vendor of this name. Say below if it is new.")
        data["parts"] = self._parts()
        return data

    def _parts(self) -> list[Part]:
        parts = []
        for place in range(1, self.lines + 1):
            category, amount = f"category_{place}", f"amount_{place}"
            if category in self.errors or amount in self.errors:
                continue
            chosen = self.categories.get(self.cleaned_data.get(category) or "")
            cents: Money | None = self.cleaned_data.get(amount)
            if chosen is not None and cents:
                parts.append(Part(chosen, cents))
            elif chosen is not None:
                self.add_error(amount, "Enter how much of it this is.")
            elif cents:
                self.add_error(category, "Choose what it was for.")
        of_lines = {field.name for row in self.rows() for field in row}
        if not parts and not of_lines & self.errors.keys():
            self.add_error("category_1", "Choose what it was for.")
            self.add_error("amount_1", "Enter the amount.")
        return parts


class BillForm(OfVendorForm):
    """A bill that came."""

    lines = BILL_LINES

    number = forms.CharField(
        label="Bill number",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        validators=[NUMBER],
        help_text="As the vendor wrote it, so that nobody enters it twice.",
    )
    billed_on = DayField(label="Bill date")
    due_on = DayField(label="Due on")

    field_order = ("key", "vendor", "is_new", "number", "billed_on", "due_on")

    def clean_billed_on(self) -> date:
        return not_in_future(self.cleaned_data["billed_on"], self.today)


class PaidForm(forms.Form):
    """From where money left, and when."""

    paid_from = forms.ChoiceField(
        label="Paid from", error_messages={"required": "Choose where the money came from."}
    )
    paid_on = DayField(label="Paid on")
    check_number = forms.CharField(
        label="Check number",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric"}),
        validators=[CHECK],
        help_text="Empty for anything but a check.",
    )

    def offer(self, accounts: Sequence[Chosen], today: date) -> None:
        """Say which accounts can be chosen, and what day it is."""
        self.accounts = {str(account.id): account for account in accounts}
        self.last_day = today
        fields: Any = self.fields
        fields["paid_from"].choices = [(pk, str(each)) for pk, each in self.accounts.items()]

    def clean_paid_from(self) -> Chosen:
        return self.accounts[self.cleaned_data["paid_from"]]

    def clean_paid_on(self) -> date:
        return not_in_future(self.cleaned_data["paid_on"], self.last_day)


class ExpenseForm(PaidForm, OfVendorForm):
    """Something that was bought and paid at once."""

    field_order = ("key", "vendor", "is_new", "paid_on", "paid_from", "check_number")

    def __init__(self, *args: Any, accounts: Sequence[Chosen], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(accounts, self.today)


class BillPaymentForm(PaidForm):
    """A payment of a bill, of all or a part of it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyFormField(label="Amount", error_messages={"required": "Enter the amount."})

    field_order = ("key", "amount", "paid_on", "paid_from", "check_number")

    def __init__(self, *args: Any, accounts: Sequence[Chosen], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(accounts, today)
        self.fields["amount"].widget.attrs["autofocus"] = True

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Enter the amount.")
        return amount


class TakingBackForm(forms.Form):
    """Why something is taken back, and on which day."""

    reason = forms.ChoiceField(
        label="Why",
        choices=TakenBackReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
    taken_back_on = DayField(
        label="On", help_text="The reversing entry is dated so. The first entry stays."
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_taken_back_on(self) -> date:
        return not_in_future(self.cleaned_data["taken_back_on"], self.today)


class BillFilterForm(forms.Form):
    """Which bills a list shows."""

    state = forms.ChoiceField(
        label="Which bills",
        choices=[
            ("open", "What we owe"),
            ("late", "Overdue"),
            ("due", "Not due yet"),
            ("", "All bills"),
        ],
        required=False,
    )
    vendor = forms.UUIDField(required=False, widget=forms.HiddenInput)


def not_in_future(day: date, today: date) -> date:
    if day > today:
        raise forms.ValidationError(IN_FUTURE)
    return day
