"""What the gallery's examples show: invented people, codes and amounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator

from accounts.templatetags.face import STATES
from ledger.money import ZERO, Money

SURFACES = [
    "canvas",
    "surface",
    "sunken",
    "rail",
    "selected",
    "accent",
    "accent-soft",
    "good-soft",
    "warn-soft",
    "bad-soft",
    "info-soft",
    "plain-soft",
]
AT = datetime(2026, 3, 3, 14, 12, 44, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Plain", help_text="As it stands in the passport.")
    amount = forms.CharField(label="Amount", help_text="135, 135.00 and 1,350 all work.")
    service = forms.ChoiceField(label="Choose", choices=[("90834", "Session, 45 minutes")])
    how = forms.ChoiceField(
        label="One of few", choices=[("CASH", "Cash"), ("CHECK", "Check")], widget=forms.RadioSelect
    )
    roles = forms.MultipleChoiceField(
        label="Several",
        choices=[("a", "Accountant"), ("t", "Therapist")],
        widget=forms.CheckboxSelectMultiple,
    )
    receipt = forms.BooleanField(label="Send a receipt", help_text="With the short name only.")
    note = forms.CharField(label="Note for the log", widget=forms.Textarea(attrs={"rows": 3}))


class SampleFilter(forms.Form):
    """Filters over a table."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "All")])
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures of a strip."""

    label: str
    value: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Labeled:
    """An amount and what it is called."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal entry: a debit or a credit."""

    account: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log."""

    number: int
    at: datetime
    action: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Day:
    """The events of one day."""

    on: date
    events: list[Event]


EVENTS = [
    Event(
        48_216, AT, "accounts.request.refused", "Kwame Asante asked for something and was refused."
    ),
    Event(48_211, AT, "clients.client.viewed", "Rosalind Achebe opened client C-0182."),
    Event(48_207, AT, "billing.payment.recorded", "Rosalind Achebe recorded a payment of $65.00."),
]


def nothing(prefix: str) -> Mapping[str, Any]:
    return {}


def ids(prefix: str) -> Mapping[str, Any]:
    return {"id": f"{prefix}-dialog"}


def states(prefix: str) -> Mapping[str, Any]:
    return {"states": list(STATES)}


def forms_fine(prefix: str) -> Mapping[str, Any]:
    given = {"name": "Hannah Whitfield", "amount": "135.00", "how": "CASH", "roles": ["t"]}
    return {
        "fine": SampleForm(initial=given, prefix=f"{prefix}-fine"),
        "large": SampleForm(initial=given, prefix=f"{prefix}-large"),
    }


def forms_wrong(prefix: str) -> Mapping[str, Any]:
    part = f"{prefix}-wrong"
    typed = {f"{part}-name": "Hannah Whitfield", f"{part}-amount": "250.00"}
    form = SampleForm(typed, prefix=part)
    form.add_error("amount", "Only 135.00 of this payment can be refunded; 100.00 was on Feb 9.")
    form.add_error(None, "February is closed. Choose a date in March.")
    return {"wrong": form}


def filters(prefix: str) -> Mapping[str, Any]:
    return {"filters": SampleFilter(prefix=f"{prefix}-filter")}


def figures(prefix: str) -> Mapping[str, Any]:
    strip = [
        Figure("Clients owe", "$14,045.00", "$2,990.00 of it over 30 days", "#figures"),
        Figure("Credit not applied", "$410.00", "3 payments older than 7 days", ""),
        Figure("Sessions today", "12", "", ""),
    ]
    return {"figures": strip}


def amounts(prefix: str) -> Mapping[str, Any]:
    return {"plain": Money(135_000), "credit": Money(-5_000), "zero": ZERO}


def names(prefix: str) -> Mapping[str, Any]:
    return {"names": ["Amara Okonkwo", "أمينة حداد", ""]}


def facts(prefix: str) -> Mapping[str, Any]:
    lines = [Labeled("Late", Money(3_500)), Labeled("Due today", Money(13_500))]
    return {"facts": lines, "total": Labeled("Owes now", Money(17_000))}


def journal(prefix: str) -> Mapping[str, Any]:
    lines = [
        Line("1010 Undeposited funds", Money(2_000), None),
        Line("2000 Client credits", None, Money(2_000)),
    ]
    return {"lines": lines}


def buckets(prefix: str) -> Mapping[str, Any]:
    cents = {
        "Not yet due": 799_000,
        "1 to 30 days": 306_500,
        "31 to 60": 156_000,
        "61 to 90": 73_500,
        "91 to 120": 40_000,
        "Over 120": 29_500,
    }
    return {"buckets": [Labeled(label, Money(amount)) for label, amount in cents.items()]}


def log(prefix: str) -> Mapping[str, Any]:
    return {"days": [Day(AT.date(), EVENTS)]}


def event(prefix: str) -> Mapping[str, Any]:
    return {"event": EVENTS[-1]}


def page(prefix: str) -> Mapping[str, Any]:
    return {"page": Paginator(range(1, 1_205), 100).get_page(2), "noun": f"{prefix} events"}
