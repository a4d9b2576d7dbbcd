"""Networks that somebody types, and the roles that are bound to them."""

from typing import cast

from django import forms

from accounts.forms.invitations import ONE_LINE
from accounts.models import Role
from accounts.selectors.networks import Network
from accounts.services import networks


class NetworkForm(forms.Form):
    """A network from which people may work."""

    network = forms.CharField(
        label="Network or address",
        max_length=60,
        help_text="Such as 203.0.113.0/24, 2001:db8::/48 or one address.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Type a network, like 203.0.113.0/24."},
    )
    label = forms.CharField(
        label="What it is",
        max_length=60,
        help_text="Such as: office, VPN.",
        validators=[ONE_LINE],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say what it is, like: office."},
    )

    def clean_network(self) -> Network:
        try:
            return networks.parsed(self.cleaned_data["network"])
        except networks.NotANetwork as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class BoundRolesForm(forms.Form):
    """Which roles work from the practice's networks only."""

    roles = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(),
        required=False,
        label="Only from these networks",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        roles = cast("forms.ModelMultipleChoiceField[Role]", self.fields["roles"])
        roles.queryset = Role.objects.filter(retired_at=None).order_by("name", "id")
