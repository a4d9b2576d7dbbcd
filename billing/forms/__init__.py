"""What people type about sessions, money and reports."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Model, QuerySet

from accounts.models import Membership
from accounts.selectors import members
from billing.forms.codings import CodingFields
from billing.forms.fields import PLAIN, DayField, MoneyFormField
from billing.forms.shares import AS_CREDIT, SharesForm
from billing.models import Payment
from billing.models.session import LONGEST_MINUTES
from billing.selectors import add_ons, service_codes
from billing.selectors.invoices import OpenInvoice
from clients.selectors import families
from ledger.money import ZERO, Money

MOMENT_FORMAT = "%Y-%m-%dT%H:%M"
__all__ = [
    "DESK_METHODS",
    "IN_FUTURE",
    "PLAIN",
    "DayField",
    "InvoiceFilterForm",
    "MoneyFormField",
    "OfClientForm",
    "PaymentForm",
    "ReceivedForm",
    "SessionForm",
]

AT_DESK = (Payment.Method.CASH, Payment.Method.CHECK)
DESK_METHODS = [(method.value, method.label) for method in AT_DESK]
IN_FUTURE = "This day is not here yet."


class OfClientForm(forms.Form):
    """Something about one client: the code is typed, or hidden where the client is known."""

    code = forms.CharField(
        label="Client code",
        max_length=20,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "C-0182"}),
        help_text="It stands beside the name in every list.",
        error_messages={"required": "Enter the code of a client, such as C-0182."},
    )

    def __init__(
        self, *args: Any, visible: QuerySet[Any], client: Model | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.visible = visible
        self.client = client
        if client is not None:
            self.initial["code"] = str(client)
            self.hide_code()

    def hide_code(self) -> None:
        """Ask no more whose it is."""
        self.fields["code"].widget = forms.HiddenInput()

    def clean_code(self) -> Model:
        """Return the client. One who may not be seen is as unknown as one who is not there.

        The code of a merged record leads to the one who is kept.
        """
        typed = str(self.cleaned_data["code"]).strip().upper()
        if self.client is not None and typed == str(self.client):
            return self.client
        client: Model | None = families.found_by_code(self.visible, typed)
        if client is None:
            raise forms.ValidationError("There is no client with this code.")
        return client


class SessionForm(CodingFields, OfClientForm):
    """An hour that took place. ``is_sure`` says that the minutes were looked at again."""

    therapist: "forms.ModelChoiceField[Membership]" = forms.ModelChoiceField(
        queryset=None,
        label="Therapist",
        empty_label="Choose",
        error_messages={"required": "Choose a therapist."},
    )
    service = forms.ChoiceField(label="Service", error_messages={"required": "Choose what it was."})
    on = DayField(label="Date")
    at = forms.TimeField(
        label="Started at",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Enter when it began.", "invalid": "Enter a time."},
    )
    minutes = forms.IntegerField(
        label="Minutes",
        min_value=1,
        max_value=LONGEST_MINUTES,
        error_messages={"required": "Enter how long it took."},
    )
    fee = MoneyFormField(
        label="Fee, USD",
        required=False,
        help_text="Empty means what is agreed with the client, else the list fee of that day.",
    )
    is_sure = forms.BooleanField(label="Start, stop and service are right", required=False)

    field_order = (
        *("code", "therapist", "service", "on", "at", "minutes", "fee"),
        *("place", "modifiers", "is_sure", "codes_are_meant"),
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        zone: ZoneInfo,
        alone: Membership | None,
        sees_payers: bool = False,
        **kwargs: Any,
    ) -> None:
        """``alone`` is the therapist who records their own sessions only; ``sees_payers`` says
        that the person may know how clients are insured.
        """
        super().__init__(*args, **kwargs)
        self.zone, self.sees_payers = zone, sees_payers
        therapists = members.therapists()
        if alone is not None:
            therapists = therapists.filter(pk=alone.pk)
            self.initial.setdefault("therapist", alone.pk)
        beside = add_ons.codes_on(today)
        offered = [each for each in service_codes.offered(on=today) if each.code not in beside]
        services = [(str(each.id), f"{each.code} {each.label}, {each.fee}") for each in offered]
        fields: Any = self.fields
        fields["therapist"].queryset = therapists
        fields["service"].choices = [("", "Choose"), *services]
        self.offer_places(today)

    def clean(self) -> dict[str, Any]:
        """Add ``started_at``."""
        data = self.cleaned_data
        self.check_codes(data.get("on"), data.get("code") if self.sees_payers else None)
        if data.get("on") and data.get("at"):
            data["started_at"] = datetime.combine(data["on"], data["at"], self.zone)
        return data


class ReceivedForm(OfClientForm):
    """Base of what is typed about money that came in cash or by check."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyFormField(
        label="Amount", error_messages={"required": "Enter the amount that you took."}
    )
    method = forms.ChoiceField(
        label="Method",
        choices=DESK_METHODS,
        initial=Payment.Method.CASH.value,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was paid."},
    )
    reference = forms.CharField(
        label="Check number",
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric"}),
        validators=[RegexValidator(r"\A[0-9]+\Z", "Enter the digits on the check.")],
        help_text="For checks only.",
    )
    received_on = DayField(label="Received on")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Enter the amount that you took.")
        return amount

    def clean_received_on(self) -> date:
        received_on: date = self.cleaned_data["received_on"]
        if received_on > self.today:
            raise forms.ValidationError(IN_FUTURE)
        return received_on

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        is_check = data.get("method") == Payment.Method.CHECK
        if is_check and not data.get("reference") and "reference" not in self.errors:
            self.add_error("reference", "Enter the number on the check.")
        if not is_check:
            data["reference"] = ""
        return data


class PaymentForm(SharesForm, ReceivedForm):
    """Cash or a check at the desk. ``key`` makes one payment of a form that is sent twice."""

    invoice = forms.UUIDField(required=False, widget=forms.HiddenInput)
    tendered = MoneyFormField(
        label="Handed over, USD",
        required=False,
        help_text="For cash: the receipt then says how much change to give.",
    )
    keep_rest = forms.BooleanField(label="Keep what is over as credit", required=False)
    paid_by = forms.ChoiceField(
        label="Who paid",
        required=False,
        help_text="It goes to what is due first of theirs, and nobody else's.",
        error_messages={"invalid_choice": "Choose who paid among those who pay for this client."},
    )

    field_order = (
        "code",
        "paid_by",
        "amount",
        "method",
        "tendered",
        "reference",
        "received_on",
        "goes_to",
        "keep_rest",
    )

    def __init__(
        self,
        *args: Any,
        opened: Sequence[OpenInvoice] = (),
        payers: Sequence[tuple[UUID, str]] = (),
        **kwargs: Any,
    ) -> None:
        """``payers``: who besides the client may have paid; nobody is asked where there is none."""
        super().__init__(*args, **kwargs)
        self.offer(opened)
        if payers:
            paid_by: Any = self.fields["paid_by"]
            paid_by.choices = [("", "The client"), *((str(pk), name) for pk, name in payers)]
        else:
            del self.fields["paid_by"]
        first = "amount" if kwargs.get("client") else "code"
        self.fields[first].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        data = ReceivedForm.clean(self)
        if data.get("goes_to") == AS_CREDIT:
            data["keep_rest"] = True
        if data.get("method") != Payment.Method.CASH or not data.get("tendered"):
            data["tendered"] = ZERO
        tendered, amount = data["tendered"], data.get("amount")
        if tendered and amount and tendered < amount:
            self.add_error("tendered", f"{tendered.dollars} is less than {amount.dollars}.")
        self.check_shares()
        return data


class InvoiceFilterForm(forms.Form):
    """Which invoices a list shows."""

    state = forms.ChoiceField(
        label="State", choices=[("", "All"), ("open", "Open")], required=False
    )
    client = forms.UUIDField(required=False, widget=forms.HiddenInput)
