"""How the browser treats what is typed about clients, and how it is kept: as it was typed."""

from typing import Any

from django import forms

from clients.names import trimmed, unfit

DATE_INPUT = {"type": "date"}
UNRECORDED = {"autocomplete": "off", "spellcheck": "false"}
"""The browser keeps nothing of a client, and sends no name to a spelling service."""


class AsTyped(forms.CharField):
    """A text that is kept letter by letter, or refused with a reason.

    Only the spaces at its ends are left off: nobody sees them, and phones add them.
    """

    def __init__(self, *, may_have_lines: bool = False, **kwargs: Any) -> None:
        self.may_have_lines = may_have_lines
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        if self.may_have_lines:
            text = text.replace("\r\n", "\n")
        why = unfit(text, may_have_lines=self.may_have_lines)
        if why:
            raise forms.ValidationError(why, code="unfit")
        return trimmed(text)
