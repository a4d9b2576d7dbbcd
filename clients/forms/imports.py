"""What people say about a file of clients."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms

from clients.csv_import import DateOrder, Field, Ordered
from clients.selectors.imports import Column

NOT_TAKEN = "Leave it out"
ORDERS = [
    (DateOrder.MONTH_FIRST.value, "Month first: 3/4/1990 is March 4"),
    (DateOrder.DAY_FIRST.value, "Day first: 3/4/1990 is 3 April"),
]


class UploadForm(forms.Form):
    """A file of clients. Its name is never kept."""

    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text="Up to 10 MB and 50,000 rows, with headings in the first row.",
        error_messages={
            "required": "Choose a file of at most 10 MB.",
            "invalid": "Choose a file of at most 10 MB.",
        },
    )

    def content(self) -> bytes:
        return bytes(self.cleaned_data["file"].read())


class ColumnsForm(forms.Form):
    """Which field each column holds, and what cannot be told from the file alone."""

    date_order = forms.ChoiceField(
        label="Dates", choices=ORDERS, required=False, widget=forms.RadioSelect
    )
    words_are_right = forms.BooleanField(
        label="These words look right",
        required=False,
        help_text="The file does not say how its letters are written down; it seems to be"
        " Windows-1252.",
    )

    def __init__(
        self,
        *args: Any,
        columns: Sequence[Column],
        asks_words: bool,
        may_assign: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns, self.asks_words = columns, asks_words
        offered = [each for each in Field if may_assign or each is not Field.THERAPIST]
        choices = [("", NOT_TAKEN), *((each.value, each.label) for each in offered)]
        for place, column in enumerate(columns):
            self.fields[name_of(place)] = forms.ChoiceField(
                label=column.heading,
                choices=choices,
                required=False,
                initial=column.likely.value if column.likely in offered else "",
                widget=forms.Select(attrs={"aria-label": f"Field in column {column.heading}"}),
            )
        if not asks_words:
            del self.fields["words_are_right"]

    @property
    def chosen(self) -> list[Field | None]:
        """Return the field of each column, in order."""
        named = [self.cleaned_data.get(name_of(place)) for place in range(len(self.columns))]
        return [Field(name) if name else None for name in named]

    def clean(self) -> None:
        """Demand what a client needs, each field once, and an answer about the letters."""
        if self.errors:
            return
        counted = Counter(column for column in self.chosen if column)
        for twice in (field for field, count in counted.items() if count > 1):
            self.add_error(None, f"“{twice.label}” is chosen for two columns.")
        if not counted.keys() & {Field.GIVEN_NAMES, Field.FAMILY_NAME, Field.NAME}:
            self.add_error(None, "Say which column holds the name.")
        if Field.NAME in counted and counted.keys() & {Field.GIVEN_NAMES, Field.FAMILY_NAME}:
            self.add_error(None, "Take the name from one column or from two, not from both.")
        if Field.BIRTH_DATE not in counted:
            self.add_error(None, "Say which column holds the birth date.")
        if self.asks_words and not self.cleaned_data.get("words_are_right"):
            self.add_error(
                "words_are_right",
                "If they look wrong, save the file as CSV UTF-8 and upload it again.",
            )

    def require_order(self, ordered: Ordered) -> bool:
        """Say whether the order of dates is known: proved by the file, or chosen."""
        if ordered.is_open and not self.cleaned_data["date_order"]:
            self.add_error(
                "date_order", f"{ordered.example} could be two days. Choose how to read it."
            )
            return False
        return True

    def rows(self) -> list[tuple[Column, forms.BoundField]]:
        """Return each column with its control."""
        return [(column, self[name_of(place)]) for place, column in enumerate(self.columns)]


class ConfirmForm(forms.Form):
    """What becomes of the rows that look like clients."""

    alike = forms.ChoiceField(
        label="Rows that look like somebody",
        choices=[
            ("SKIP", "Leave them out"),
            ("ADD", "Add them too: they are other people"),
        ],
        required=False,
        widget=forms.RadioSelect,
    )

    def require_answer(self) -> None:
        if not self.cleaned_data["alike"]:
            self.add_error("alike", "Choose one of the two.")


def name_of(place: int) -> str:
    """Return the name of the control of a column."""
    return f"column_{place}"
