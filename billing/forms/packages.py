"""What people type about packages: the terms of an offer, a sale, and an end."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from billing.forms.bills import not_in_future
from billing.forms.fields import PLAIN, DayField, MoneyFormField
from billing.models import PackageOffer, ServiceCode
from billing.models.package import MOST_DAYS, MOST_SESSIONS, NAME_MAX_CHARS
from billing.selectors.package_pages import OfferRow
from billing.services.package_offers import Terms


class OfferForm(forms.Form):
    """The terms of a package that is offered from a day on."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="Your words for it",
        max_length=NAME_MAX_CHARS,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "Four sessions"}),
        help_text="Invoices say this.",
        error_messages={"required": "Enter what it is, in your own words."},
    )
    codes = forms.MultipleChoiceField(
        label="Services that it covers",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one service."},
    )
    sessions = forms.IntegerField(
        label="Sessions",
        min_value=1,
        max_value=MOST_SESSIONS,
        error_messages={"required": "Enter how many sessions it has."},
    )
    price = MoneyFormField(
        label="Price of all, USD", error_messages={"required": "Enter the price."}
    )
    valid_days = forms.IntegerField(
        label="Days to use them",
        min_value=1,
        max_value=MOST_DAYS,
        help_text="Counted from the day after the sale.",
        error_messages={"required": "Enter for how many days it is valid."},
    )
    used_counts = forms.ChoiceField(
        label="If it is given back, each used session counts",
        choices=PackageOffer.UsedCounts.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what a used session counts."},
    )
    forfeits = forms.BooleanField(
        label="Unused sessions expire: our terms and the law of our state allow it",
        required=False,
        help_text="Without this, what is not used stays the client's to be given back.",
    )
    offered_from = DayField(label="Offered from")

    def __init__(self, *args: Any, services: Iterable[ServiceCode], **kwargs: Any) -> None:
        """``services``: those that the practice has, by code."""
        super().__init__(*args, **kwargs)
        self.services = {str(each.pk): each for each in services}
        codes: Any = self.fields["codes"]
        codes.choices = [(pk, f"{each.code} {each.label}") for pk, each in self.services.items()]

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def terms(self) -> Terms:
        """Return what was typed, once it is valid."""
        typed = self.cleaned_data
        return Terms(
            name=typed["name"],
            sessions=typed["sessions"],
            price=typed["price"],
            valid_days=typed["valid_days"],
            forfeits=typed["forfeits"],
            used_counts=PackageOffer.UsedCounts(typed["used_counts"]),
            codes=[self.services[pk] for pk in typed["codes"]],
            offered_from=typed["offered_from"],
        )


class OfferEndForm(forms.Form):
    """From when on an offer is not sold any more."""

    ended_on = DayField(label="Not sold from")


class SaleForm(forms.Form):
    """Which package is sold, and on which day."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    offer = forms.ChoiceField(
        label="Package",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the package."},
    )
    sold_on = DayField(label="Sold on", help_text="Its invoice is dated so.")

    def __init__(self, *args: Any, offers: Iterable[OfferRow], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offer: Any = self.fields["offer"]
        offer.choices = [(str(each.pk), f"{each.name}: {each.terms}") for each in offers]

    def clean_sold_on(self) -> date:
        return not_in_future(self.cleaned_data["sold_on"], self.today)


class GiveBackForm(forms.Form):
    """That a package ends, on which day, and for the amount that was shown."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    shown = MoneyFormField()
    ended_on = DayField(label="On")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["shown"].widget = forms.HiddenInput()

    def clean_ended_on(self) -> date:
        return not_in_future(self.cleaned_data["ended_on"], self.today)


class ExpireForm(forms.Form):
    """The sum that was shown of what would expire."""

    key = forms.UUIDField()
    shown = MoneyFormField()
