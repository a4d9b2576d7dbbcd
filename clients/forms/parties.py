"""Who is responsible for a client's costs, in which parts, and what is kept back."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from clients.forms.inputs import UNRECORDED
from clients.forms.record import EditForm, day, line
from clients.models import ResponsibleParty, Restriction, SplitShare
from clients.splits import Share

AMOUNT = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?")
LARGEST_PERCENT = 10_000
WAYS = [("", "Nothing"), *SplitShare.Kind.choices]


class PartyForm(EditForm):
    """Somebody who is responsible."""

    kind = forms.ChoiceField(
        label="Who",
        choices=ResponsibleParty.Kind.choices,
        initial=ResponsibleParty.Kind.PERSON,
        widget=forms.RadioSelect,
    )
    relation = forms.ChoiceField(
        label="To the client",
        choices=[("", "Choose"), *ResponsibleParty.Relation.choices],
        error_messages={"required": "Choose what this party is to the client."},
    )
    name = line("Name", 200, "Empty for the client: the record tells it.")
    phone = line("Phone", 40)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs=UNRECORDED),
        error_messages={"invalid": "This is not an e-mail address."},
    )
    postal_address = forms.CharField(
        label="Postal address",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={**UNRECORDED, "rows": 3}),
        help_text="No other party ever sees it.",
    )
    starts_on = day("From", "Empty where nobody said.")
    ends_on = day("Last day", "Empty while it goes on.")

    def clean_postal_address(self) -> str:
        return str(self.cleaned_data["postal_address"]).replace("\r\n", "\n")


class PartyChangeForm(PartyForm):
    """The same of a party whose kind stays."""

    kind = forms.ChoiceField(choices=ResponsibleParty.Kind.choices, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name != "kind"}


class SplitForm(EditForm):
    """Each party's part from a day of service on."""

    starts_on = day("For sessions from", required=True)

    def __init__(self, *args: Any, parties: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = parties
        for number, (_, name) in enumerate(parties):
            self.fields[f"way_{number}"] = forms.ChoiceField(
                label=f"{isolated(name)} pays", choices=WAYS, required=False
            )
            self.fields[f"amount_{number}"] = forms.CharField(
                label=f"{isolated(name)}: percent or dollars",
                max_length=12,
                required=False,
                widget=forms.TextInput(attrs={**UNRECORDED, "inputmode": "decimal"}),
            )

    @property
    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Return each party's name with its two controls."""
        return [
            (name, self[f"way_{number}"], self[f"amount_{number}"])
            for number, (_, name) in enumerate(self.parties)
        ]

    def clean(self) -> None:
        self.shares: list[Share] = []
        for number, (party_id, _) in enumerate(self.parties):
            way = self.cleaned_data.get(f"way_{number}", "")
            if way == SplitShare.Kind.REST:
                self.shares.append(Share(party_id))
            elif way:
                self._measure(number, party_id, is_percent=way == SplitShare.Kind.PERCENT)
            elif self.cleaned_data.get(f"amount_{number}"):
                self.add_error(f"way_{number}", "Say whether it is a percentage or a fixed sum.")

    def _measure(self, number: int, party_id: UUID, *, is_percent: bool) -> None:
        name = f"amount_{number}"
        found = AMOUNT.fullmatch(self.cleaned_data.get(name, "").rstrip("% ").lstrip("$ "))
        hundredths = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
        if not hundredths or (is_percent and hundredths > LARGEST_PERCENT):
            example = "60 or 33.33" if is_percent else "50 or 50.00"
            self.add_error(name, f"Enter a number, such as {example}.")
        elif is_percent:
            self.shares.append(Share(party_id, basis_points=hundredths))
        else:
            self.shares.append(Share(party_id, fixed_cents=hundredths))

    @property
    def first_day(self) -> date:
        found: date = self.cleaned_data["starts_on"]
        return found


def isolated(name: str) -> str:
    """Return a name whose direction leaves the words beside it alone (Unicode UAX 9, 2.4)."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"


class RestrictionForm(EditForm):
    """What is kept back, for which days of service."""

    kind = forms.ChoiceField(
        label="Rule",
        choices=Restriction.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the rule."},
    )
    starts_on = day("For services from", "Empty for all before.")
    ends_on = day("For services until", "Empty for all to come.")
