"""Files of a medical-record system that somebody chooses."""

from collections.abc import Sequence
from typing import Any

from django import forms

MOST_FILES = 50
TOO_MUCH = "Choose at least one file, and at most 10 MB altogether."


class ChosenFiles(forms.FileInput):
    """A control with which several files are chosen at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each of which may be empty."""

    widget = ChosenFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        files = [super(FilesField, self).clean(each, initial) for each in given if each]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"Choose at most {MOST_FILES} files at a time.")
        return files


class FilesForm(forms.Form):
    """FHIR files. Their names are never kept."""

    chosen = FilesField(
        label="FHIR files",
        allow_empty_file=True,
        widget=ChosenFiles(attrs={"accept": ".json,application/fhir+json,application/json"}),
        help_text=f"Up to {MOST_FILES} files and 10 MB altogether; each holds a bundle or a single"
        " record, in JSON.",
        error_messages={"required": TOO_MUCH, "invalid": TOO_MUCH},
    )

    def contents(self) -> list[bytes]:
        return [bytes(each.read()) for each in self.cleaned_data["chosen"]]
