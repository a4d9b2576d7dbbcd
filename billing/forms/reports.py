"""What a report is asked. What cannot be read counts as not asked: there is always a report."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from billing.forms import DayField
from billing.selectors.tables import Asked
from ledger.days import FIRST_DAY
from ledger.selectors import chart, journal

MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


class ReportForm(forms.Form):
    """Base: as of a day, and as known at a moment. Any other field is a choice of the report."""

    DATES: ClassVar[frozenset[str]] = frozenset({"since", "as_of", "known_at"})

    as_of = DayField(label="As of")
    known_at = forms.DateTimeField(
        label="As the books stood at",
        required=False,
        input_formats=[MOMENT_FORMAT, f"{MOMENT_FORMAT}:%S", f"{MOMENT_FORMAT}:%S.%f"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT_FORMAT),
        help_text="Empty for now. A moment leaves out every entry that was posted after it.",
        error_messages={"invalid": "Enter a day and a time."},
    )

    def clean_known_at(self) -> datetime | None:
        """Books know nothing of a moment to come; nor does every moment exist in UTC."""
        moment: datetime | None = self.cleaned_data["known_at"]
        if moment is None:
            return None
        if moment.date() < FIRST_DAY:
            raise forms.ValidationError("There were no books yet. Choose a later moment.")
        if moment > timezone.now():
            raise forms.ValidationError("This moment is not here yet. Choose an earlier one.")
        return moment

    @classmethod
    def usual(cls, today: date) -> dict[str, str]:
        """Return what is asked for where nothing is said."""
        return {"as_of": f"{today:%Y-%m-%d}"}

    @classmethod
    def sent(cls, given: Mapping[str, str], *, today: date) -> "ReportForm":
        names = cls.base_fields.keys()
        said = {name: given[name] for name in names if given.get(name)}
        return cls(cls.usual(today) | said)

    def asked(self, *, today: date) -> Asked:
        """Return what is asked, with the usual for what cannot be read."""
        self.is_valid()
        found = self.cleaned_data
        usual = type(self)(self.usual(today))
        usual.is_valid()
        as_of = found.get("as_of") or today
        since = found.get("since") or usual.cleaned_data.get("since")
        return Asked(
            as_of=as_of,
            since=min(since, as_of.replace(day=1)) if since and since > as_of else since,
            known_at=found.get("known_at"),
            choices={
                name: str(found.get(name) or usual.cleaned_data.get(name, ""))
                for name in self.fields
                if name not in self.DATES
            },
        )


class PeriodForm(ReportForm):
    """From one day to another, both included: this month where nothing is said."""

    since = DayField(label="From", help_text="Empty for the first entry.")

    field_order: Iterable[str] | None = ("since", "as_of", "known_at")

    @classmethod
    def sent(cls, given: Mapping[str, str], *, today: date) -> "ReportForm":
        """An empty first day, unlike one that is not spoken of, is that of the first entry."""
        if given.get("since") == "":
            first = f"{journal.first_day() or today:%Y-%m-%d}"
            given = {**given, "since": min(first, given.get("as_of") or first)}
        return super().sent(given, today=today)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].label = "To"

    @classmethod
    def usual(cls, today: date) -> dict[str, str]:
        return {"since": f"{today.replace(day=1):%Y-%m-%d}", "as_of": f"{today:%Y-%m-%d}"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, as_of = data.get("since"), data.get("as_of")
        if since and as_of and as_of < since:
            self.add_error("as_of", "The last day lies before the first.")
        return data


class AccountForm(PeriodForm):
    """One account of the chart over a time, or all of them."""

    account = forms.ChoiceField(label="Account", required=False)

    field_order: Iterable[str] | None = ("account", "since", "as_of", "known_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = [(each.role, f"{each.code} {each.name}") for each in chart.accounts()]
        fields: Any = self.fields
        fields["account"].choices = [("", "All accounts"), *accounts]
