"""What people choose and type about bank lines."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms

from billing.bank_files.columns import Mapping
from billing.forms import DayField, MoneyFormField
from clients.csv_import.dates import DateOrder
from ledger.money import Money, NotMoney
from ledger.selectors.categories import Chosen

NOT_THERE = "Choose a file of at most 5 MB."
ORDERS = [
    ("", "As the file shows"),
    (DateOrder.MONTH_FIRST.value, "Month first: 03/21/2026"),
    (DateOrder.DAY_FIRST.value, "Day first: 21/03/2026"),
]


class BankFileForm(forms.Form):
    """A file that a bank handed out. Its name is never kept."""

    account = forms.ChoiceField(label="Account", error_messages={"required": "Choose the account."})
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.ofx,.qfx,.qbo"}),
        help_text="OFX, QFX or CSV, up to 5 MB. A file may overlap the last one: of the same"
        " kind of file no line is added twice.",
        error_messages={"required": NOT_THERE, "invalid": NOT_THERE},
    )

    def __init__(self, *args: Any, accounts: Sequence[Chosen], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(account.id): account for account in accounts}
        fields: Any = self.fields
        fields["account"].choices = [(pk, str(each)) for pk, each in self.accounts.items()]

    def clean_account(self) -> Chosen:
        return self.accounts[self.cleaned_data["account"]]

    def content(self) -> bytes:
        return bytes(self.cleaned_data["file"].read())


class SignedMoneyField(MoneyFormField):
    """An amount that may be below zero, such as the balance of a credit card."""

    def to_python(self, value: Any) -> Money | None:
        if value in self.empty_values:
            return None
        try:
            return Money.parse(str(value))
        except NotMoney as error:
            raise forms.ValidationError(str(error)) from None


class ClosingForm(forms.Form):
    """What the bank says is there at the end, where its file does not say so."""

    closing_on = DayField(label="Statement ends on", required=False)
    closing_balance = SignedMoneyField(
        label="Balance at the end",
        required=False,
        help_text="As the bank states it; with a minus sign for what is owed on a card.",
    )

    def closing(self) -> tuple[date, Money] | None:
        """Return the day and the balance, or None where neither was typed."""
        on, balance = self.cleaned_data["closing_on"], self.cleaned_data["closing_balance"]
        return (on, balance) if on is not None and balance is not None else None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.errors and (data["closing_on"] is None) != (data["closing_balance"] is None):
            self.add_error("closing_on", "Enter both the day and the balance, or neither.")
        return data


class ColumnsForm(ClosingForm):
    """Which column of a CSV file holds what."""

    day = forms.ChoiceField(label="Column of the date")
    words = forms.ChoiceField(label="Column of the description")
    more_words = forms.ChoiceField(label="More of the description", required=False)
    amount = forms.ChoiceField(label="Column of the amount", required=False)
    money_out = forms.ChoiceField(label="Or: column of money out", required=False)
    money_in = forms.ChoiceField(label="Or: column of money in", required=False)
    mark = forms.ChoiceField(label="Column of the bank's own number", required=False)
    order = forms.ChoiceField(label="Order of day and month", choices=ORDERS, required=False)
    is_turned = forms.BooleanField(
        label="Money that left stands without a minus sign, as on many cards", required=False
    )

    COLUMNS: ClassVar = ("day", "words", "more_words", "amount", "money_out", "money_in", "mark")
    field_order = (*COLUMNS, "order", "closing_on", "closing_balance", "is_turned")

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(str(place), name) for place, name in enumerate(names)]
        fields: Any = self.fields
        for name in self.COLUMNS:
            required = fields[name].required
            fields[name].choices = columns if required else [("", "None"), *columns]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("amount") and (data.get("money_out") or data.get("money_in")):
            self.add_error("amount", "Choose either one column, or one for each direction.")
        elif not (data.get("amount") or data.get("money_out") or data.get("money_in")):
            self.add_error("amount", "Choose the column of the amounts.")
        return data

    def mapping(self) -> Mapping:
        data = self.cleaned_data
        return Mapping(
            day=int(data["day"]),
            words=int(data["words"]),
            amount=self._place("amount"),
            money_out=self._place("money_out"),
            money_in=self._place("money_in"),
            more_words=self._place("more_words"),
            mark=self._place("mark"),
            order=DateOrder(data["order"]) if data["order"] else None,
            is_turned=data["is_turned"],
        )

    def _place(self, name: str) -> int | None:
        chosen = self.cleaned_data.get(name)
        return int(chosen) if chosen else None


class MatchForm(forms.Form):
    """Which posting a bank line is."""

    posting = forms.UUIDField(widget=forms.HiddenInput)
