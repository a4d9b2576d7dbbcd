"""What is typed before a practice's keys are destroyed."""

from django import forms


class ShreddingForm(forms.Form):
    """The practice's short name, typed out: nobody destroys one by a slip."""

    name = forms.CharField(label="The practice's short name", max_length=60)
