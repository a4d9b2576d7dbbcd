"""What people type about payment plans: how much, how often and from when, and why one ends."""

from django import forms

from billing.forms.fields import DayField, MoneyFormField
from billing.models import PaymentPlan, PlanBackReason


class PaymentPlanForm(forms.Form):
    """The installments of a plan. ``key`` makes one of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    installment = MoneyFormField(
        label="Each installment",
        help_text="The last one is the rest, and may be less.",
        error_messages={"required": "Enter how much each installment is."},
    )
    every = forms.ChoiceField(
        label="How often",
        choices=PaymentPlan.Every.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how often."},
    )
    starts_on = DayField(
        label="The first one by",
        help_text="Months are counted from this day: after January 31 comes the last of February.",
    )


class PlanTakeBackForm(forms.Form):
    """Why a plan counts no more."""

    reason = forms.ChoiceField(
        label="Why",
        choices=PlanBackReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
