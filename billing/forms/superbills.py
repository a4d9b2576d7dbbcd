"""What people type about superbills: which sessions, whom one is given to, and the rule."""

from datetime import date
from typing import Any

from django import forms

from billing.forms.fields import DayField
from billing.forms.statements import StatementDaysForm
from billing.models import SuperbillGiven
from billing.models.superbill import RECIPIENT_MAX_CHARS

To, Way = SuperbillGiven.To, SuperbillGiven.Way


class SuperbillForm(StatementDaysForm):
    """The days of a superbill, and what stands on it beside its sessions."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    names_insurer = forms.BooleanField(
        label="Name the insurance",
        required=False,
        help_text="The insurer, and the end of the member ID.",
    )

    def __init__(self, *args: Any, sees_insurance: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_insurance:
            del self.fields["names_insurer"]


class SuperbillGivenForm(forms.Form):
    """Whom a superbill is given to, how, and when.

    Who may not open it cannot have it in hand: they only put it behind the client's link.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    recipient_kind = forms.ChoiceField(
        label="To",
        choices=To.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whom it is given to."},
    )
    recipient = forms.CharField(
        label="Who that is",
        required=False,
        max_length=RECIPIENT_MAX_CHARS,
        help_text="Name and address, where it is not the client.",
    )
    way = forms.ChoiceField(
        label="How",
        choices=Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how."},
    )
    given_on = DayField(label="On")

    def __init__(self, *args: Any, may_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_open:
            kind: Any = self.fields["recipient_kind"]
            way: Any = self.fields["way"]
            kind.choices = [(To.CLIENT.value, To.CLIENT.label)]
            way.choices = [(Way.LINK.value, Way.LINK.label)]
            del self.fields["recipient"]

    def clean(self) -> dict[str, Any]:
        """Make ``recipient`` fit whom it is given to."""
        data = self.cleaned_data
        said = " ".join(str(data.get("recipient", "")).split())
        is_own = data.get("recipient_kind") == To.CLIENT
        if not is_own and data.get("recipient_kind") and not said:
            self.add_error("recipient", "Enter who it is given to.")
        if not is_own and data.get("way") == Way.LINK:
            self.add_error("way", "Only the client finds it behind their link.")
        data["recipient"] = "" if is_own else said
        return data


class SuperbillRuleForm(forms.Form):
    """Which sessions may stand on superbills."""

    PAID, ANY = "PAID", "ANY"
    rule = forms.ChoiceField(
        label="Which sessions may stand on a superbill",
        choices=((PAID, "Only those that are paid in full"), (ANY, "Any that is billed")),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which."},
    )


def last_month(today: date) -> tuple[date, date]:
    """Return the first and the last day of the month before a day's."""
    last = date.fromordinal(today.replace(day=1).toordinal() - 1)
    return last.replace(day=1), last
