"""What people choose and mend of the records that came in."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from django import forms

from accounts.models import Membership
from billing.models import ExternalCode, FhirSource, RejectedRecord, ServiceCode

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class Mendable(Protocol):
    """A value that a person may set."""

    @property
    def path(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def text(self) -> str: ...


class MendForm(forms.Form):
    """The values of a record that a person may set; a field is named by its number in the list."""

    def __init__(self, values: Sequence[Mendable], *args: Any) -> None:
        super().__init__(*args)
        self.paths = {f"value-{number}": value.path for number, value in enumerate(values)}
        for name, value in zip(self.paths, values, strict=True):
            self.fields[name] = forms.CharField(
                label=value.label,
                required=False,
                max_length=500,
                initial=value.text,
                help_text=value.path,
                strip=False,
                widget=forms.TextInput(attrs=PLAIN),
            )

    def by_path(self) -> dict[str, str]:
        """Return JSON path → text, of the values that were sent."""
        sent = {name: path for name, path in self.paths.items() if name in self.data}
        return {path: self.cleaned_data[name] for name, path in sent.items()}

    def name_of(self, path: str) -> str | None:
        """Return the field of a path."""
        return next((name for name, each in self.paths.items() if each == path), None)


class DismissForm(forms.Form):
    """Why a record is not taken in."""

    reason = forms.ChoiceField(
        label="Why it is not taken in",
        choices=[("", "Choose why"), *RejectedRecord.Dismissal.choices],
        error_messages={"required": "Choose why.", "invalid_choice": "Choose why."},
    )


class MappingForm(forms.Form):
    """What each name of the other system stands for here."""

    def __init__(
        self,
        rows: Sequence[ExternalCode],
        people: Sequence[Membership],
        services: Sequence[ServiceCode],
        *args: Any,
    ) -> None:
        super().__init__(*args)
        self.rows = list(rows)
        whose = [("", "Nobody yet"), *((str(each.pk), each.display_name) for each in people)]
        which = [("", "Nothing yet"), *((str(s.pk), f"{s.code} {s.label}") for s in services)]
        for row in self.rows:
            is_person = row.kind == ExternalCode.Kind.PRACTITIONER
            now = row.member_id if is_person else row.service_code_id
            choices = whose if is_person else which
            if now and str(now) not in dict(choices):
                choices = [*choices, (str(now), "As it is now")]
            self.fields[f"code-{row.pk}"] = forms.ChoiceField(
                label=row.words, required=False, initial=str(now or ""), choices=choices
            )

    def lines(self) -> list[tuple[ExternalCode, Any]]:
        """Return each name with its field."""
        return [(row, self[f"code-{row.pk}"]) for row in self.rows]

    def chosen(self) -> dict[UUID, UUID | None]:
        """Return what was chosen, id of the name → id or None; what was not sent is left out."""
        found: dict[UUID, UUID | None] = {}
        for row in self.rows:
            name = f"code-{row.pk}"
            if name in self.data:
                text = self.cleaned_data[name]
                found[row.pk] = UUID(text) if text else None
        return found


class SourceForm(forms.Form):
    """Where the medical-record system is, and who we are there."""

    base_url = forms.CharField(
        label="FHIR address",
        max_length=300,
        help_text="Such as https://fhir.example.com/r4, as the system's makers give it.",
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "url"}),
        error_messages={"required": "Type the address of the FHIR server."},
    )
    client_id = forms.CharField(
        label="Client id",
        max_length=200,
        help_text="What the system calls us once our public key is registered there.",
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"required": "Type the client id."},
    )
    algorithm = forms.ChoiceField(
        label="Kind of key",
        choices=FhirSource.Algorithm.choices,
        error_messages={"required": "Choose a kind of key."},
    )
    is_enabled = forms.BooleanField(
        label="Pull by itself, every quarter of an hour", required=False
    )
