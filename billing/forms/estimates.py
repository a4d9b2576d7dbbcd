"""What people type about good faith estimates: three steps of one form, and what is noted."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import Membership
from accounts.selectors import members
from billing.forms.fields import DayField, MoneyFormField
from billing.models import EstimateNote, EstimateOverrun, ServiceCode
from billing.models.estimate import ITEMS_MAX, TIMES_MAX, Way
from billing.selectors import service_codes
from billing.services.estimates import Expected, Words

SERVICES, WORDS, REVIEW = "services", "words", "review"
STEPS = (SERVICES, WORDS, REVIEW)
WORDS_FIELDS = ("primary", "separate", "names_diagnoses", "wanted")
PRIMARY_CHARS, SEPARATE_CHARS = 200, 1_000


class EstimateForm(forms.Form):
    """An estimate, item by item. Every step sends all of it; what it does not show is hidden."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    since = DayField(label="From")
    until = DayField(label="To", help_text="Twelve months at most.")
    primary = forms.CharField(
        label="Main service, in plain words",
        max_length=PRIMARY_CHARS,
        help_text="As the client would say it, such as: talking therapy, once a week.",
        error_messages={"required": "Say in plain words what the main service is."},
    )
    separate = forms.CharField(
        label="What has to be booked apart",
        max_length=SEPARATE_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="One on each line, such as testing elsewhere. Empty if nothing is expected.",
    )
    names_diagnoses = forms.BooleanField(
        label="Name the diagnoses, as they are known today",
        required=False,
        help_text="Then only those who see diagnoses can open it and hand it over.",
    )
    wanted = forms.ChoiceField(
        label="How the client wants it",
        choices=Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the client wants it."},
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        alone: Membership | None,
        sees_diagnoses: bool,
        **kwargs: Any,
    ) -> None:
        """``alone`` is the therapist who estimates their own services only."""
        super().__init__(*args, **kwargs)
        found = members.therapists()
        if alone is not None:
            found = found.filter(pk=alone.pk)
        self.therapists = {str(each.pk): each for each in found}
        people = [
            ("", "Nobody"),
            *((pk, each.display_name) for pk, each in self.therapists.items()),
        ]
        offered = service_codes.offered(on=today)
        services = [("", "Choose"), *((str(e.id), f"{e.code} {e.label}, {e.fee}") for e in offered)]
        for place in range(1, ITEMS_MAX + 1):
            self.fields[f"therapist_{place}"] = forms.ChoiceField(
                label=f"Therapist {place}", choices=people, required=False
            )
            self.fields[f"service_{place}"] = forms.ChoiceField(
                label=f"Service {place}", choices=services, required=False
            )
            self.fields[f"times_{place}"] = forms.IntegerField(
                label=f"How many {place}", min_value=1, max_value=TIMES_MAX, required=False
            )
            self.fields[f"charge_{place}"] = MoneyFormField(label=f"Each {place}", required=False)
        if not sees_diagnoses:
            del self.fields["names_diagnoses"]

    def rows(self) -> list[tuple[forms.BoundField, ...]]:
        """Return the items' controls: therapist, service, how many, and what each costs."""
        return [
            tuple(self[f"{name}_{place}"] for name in ("therapist", "service", "times", "charge"))
            for place in range(1, ITEMS_MAX + 1)
        ]

    def words_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in WORDS_FIELDS if name in self.fields]

    def services_fields(self) -> list[forms.BoundField]:
        return [self["since"], self["until"], *(field for row in self.rows() for field in row)]

    def clean(self) -> dict[str, Any]:
        """Add ``expected``, the items, and ``words``."""
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day lies before the first.")
        data["expected"] = self._expected()
        data["words"] = Words(
            primary=" ".join(str(data.get("primary", "")).split()),
            separate=str(data.get("separate", "")).strip(),
            names_diagnoses=bool(data.get("names_diagnoses")),
        )
        return data

    def wrong_step(self) -> str:
        """Return the first step that has something to mend."""
        of_words = {*WORDS_FIELDS}
        return WORDS if self.errors.keys() and self.errors.keys() <= of_words else SERVICES

    def _expected(self) -> list[Expected]:
        expected: list[Expected] = []
        codes = {str(each.pk): each for each in service_codes.all_codes()}
        for place in range(1, ITEMS_MAX + 1):
            item = self._item(place, codes)
            if item is None:
                continue
            if any(
                (e.therapist, e.service_code) == (item.therapist, item.service_code)
                for e in expected
            ):
                self.add_error(f"service_{place}", "This service stands above already.")
            expected.append(item)
        if not expected and not self.errors:
            self.add_error("service_1", "Choose at least one service.")
        return expected

    def _item(self, place: int, codes: dict[str, ServiceCode]) -> Expected | None:
        names = [f"{name}_{place}" for name in ("therapist", "service", "times", "charge")]
        if self.errors.keys() & set(names):
            return None
        typed: dict[str, Any] = dict(zip(names, map(self.cleaned_data.get, names), strict=True))
        who, what, times, charge = typed.values()
        if not what and times is None and charge is None:
            return None
        missing = {
            names[0]: "" if who else "Choose who provides it.",
            names[1]: "" if what else "Choose the service.",
            names[2]: "" if times is not None else "Enter how many are expected.",
            names[3]: "" if charge is not None else "Enter what each is expected to cost.",
        }
        for name, words in missing.items():
            if words:
                self.add_error(name, words)
        if any(missing.values()):
            return None
        return Expected(self.therapists[who], codes[what], times, charge)


class EstimateNoteForm(forms.Form):
    """That an estimate was given, or what the client said: how, and when."""

    kind = forms.ChoiceField(
        label="What happened",
        choices=EstimateNote.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )
    way = forms.ChoiceField(
        label="How",
        choices=Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how."},
    )
    happened_on = DayField(label="On")


class EstimateAskedForm(forms.Form):
    """When a client asked for an estimate."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    asked_on = DayField(label="Asked on")


class OverrunForm(forms.Form):
    """Why invoices are issued although they go far above an estimate."""

    over_estimate = forms.ChoiceField(
        label="Why they are issued all the same",
        choices=EstimateOverrun.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why, or make a new estimate first."},
    )
