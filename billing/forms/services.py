"""What people type about services, their fees, and what missed hours cost."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from billing.forms import PLAIN, DayField, MoneyFormField
from billing.models.missed import NOTICE_HOURS_MAX
from billing.services.missed_policies import Cost

CODE = RegexValidator(r"\A[A-Z0-9][A-Z0-9-]*\Z", "Use letters, digits and - only.")
PERCENT, AMOUNT = "PERCENT", "AMOUNT"


def label_field() -> forms.CharField:
    return forms.CharField(
        label="Your words for it",
        max_length=80,
        widget=forms.TextInput(attrs=PLAIN),
        help_text="Invoices say this.",
        error_messages={"required": "Enter what it is, in your own words."},
    )


class FeeForm(forms.Form):
    """A list fee from a day on."""

    fee = MoneyFormField(label="Fee, USD", error_messages={"required": "Enter the fee."})
    starts_on = DayField(label="From")


class ServiceForm(FeeForm):
    """A service that is offered from a day on."""

    code = forms.CharField(
        label="Code",
        max_length=12,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "90834"}),
        help_text="A procedure code, or one of your own, such as LETTER.",
        error_messages={"required": "Enter a code."},
    )
    label = label_field()

    field_order = ("code", "label", "fee", "starts_on")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        CODE(code)
        return code

    def clean_label(self) -> str:
        return " ".join(str(self.cleaned_data["label"]).split())


class LabelForm(forms.Form):
    """Other words for a service."""

    label = label_field()

    def clean_label(self) -> str:
        return " ".join(str(self.cleaned_data["label"]).split())


class EndForm(forms.Form):
    """From when on a service is not offered any more."""

    starts_on = DayField(label="Not offered from")


class PolicyForm(forms.Form):
    """What hours cost that are cancelled late or missed, from a day on."""

    starts_on = DayField(label="For appointments from")
    notice_hours = forms.IntegerField(
        label="Hours of notice",
        min_value=0,
        max_value=NOTICE_HOURS_MAX,
        help_text="Cancelled with at least this much notice, an appointment costs nothing.",
        error_messages={"required": "Enter how many hours of notice you ask for."},
    )
    late_percent = forms.IntegerField(
        label="Cancelled late, percent", min_value=0, max_value=100, required=False
    )
    late_amount = MoneyFormField(label="or an amount, USD", required=False)
    no_show_percent = forms.IntegerField(
        label="Did not come, percent", min_value=0, max_value=100, required=False
    )
    no_show_amount = MoneyFormField(label="or an amount, USD", required=False)
    first_is_free = forms.BooleanField(label="A client's first one is free", required=False)

    def clean(self) -> dict[str, Any]:
        """Add ``late`` and ``no_show``, each a percentage or an amount."""
        data = self.cleaned_data
        for kind in ("late", "no_show"):
            percent, amount = data.get(f"{kind}_percent"), data.get(f"{kind}_amount")
            is_wrong = {f"{kind}_percent", f"{kind}_amount"} & self.errors.keys()
            if (percent is None) == (amount is None) and not is_wrong:
                self.add_error(
                    f"{kind}_percent", "Enter either a percentage of the session or an amount."
                )
            data[kind] = Cost(percent, amount)
        return data


def begun(today: date) -> dict[str, Any]:
    """Return what a form of a policy begins with: a day's notice, and the whole session."""
    return {
        "starts_on": today,
        "notice_hours": 24,
        "late_percent": 100,
        "no_show_percent": 100,
        "first_is_free": True,
    }
