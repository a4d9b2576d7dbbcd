"""What administrators tick and type: roles of a member, permissions and limits of a role."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms

from accounts.models import Role
from accounts.permissions import Permission
from accounts.selectors import limits, roles
from accounts.selectors.roles import HeldRole

LARGEST_CENTS = 1_000_000_00
"""A limit of more than a million dollars is a slip of the finger."""

_TYPED = re.compile(r"(?P<dollars>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<cents>[0-9]{1,2}))?")


class MemberRolesForm(forms.Form):
    """Which roles a member is to hold; ``seen`` are those they held when it was shown."""

    roles = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(),
        required=False,
        label="Roles",
        widget=forms.CheckboxSelectMultiple,
    )

    seen = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        for name, found in {"roles": roles.in_use(), "seen": Role.objects.all()}.items():
            field = cast("forms.ModelMultipleChoiceField[Role]", self.fields[name])
            field.queryset = found


def cell(role_id: UUID, permission: Permission) -> str:
    """Return how a form names one role's holding of one permission."""
    return f"{role_id}:{permission.codename}"


def cells(role_id: UUID, permissions: Iterable[Permission]) -> list[str]:
    return [cell(role_id, permission) for permission in sorted(permissions)]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a role held when it was shown, and what it is to hold."""

    role: HeldRole
    seen: frozenset[Permission]
    wanted: frozenset[Permission]


class MatrixForm(forms.Form):
    """Which roles were shown, what they held then, and what they are to hold, cell by cell."""

    role = forms.MultipleChoiceField()
    seen = forms.MultipleChoiceField(required=False)
    may = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, found: list[HeldRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        every = [(cell(role.pk, may), "") for role in found for may in Permission]
        for name in ("seen", "may"):
            cast(forms.MultipleChoiceField, self.fields[name]).choices = every
        cast(forms.MultipleChoiceField, self.fields["role"]).choices = [
            (str(role.pk), role.name) for role in found
        ]

    def wishes(self) -> list[Wish]:
        """Return what is wished for each role that the form covers."""
        covered = set(self.cleaned_data["role"])
        seen, wanted = set(self.cleaned_data["seen"]), set(self.cleaned_data["may"])
        return [
            Wish(role, _of(role, seen), _of(role, wanted))
            for role in self.found
            if str(role.pk) in covered
        ]


class RoleNameForm(forms.Form):
    """What a role is called, and what it is for."""

    name = forms.CharField(label="Name", max_length=60, strip=True)
    description = forms.CharField(
        label="In a sentence", max_length=200, help_text="People read it where roles are given."
    )


class RoleCopyForm(RoleNameForm):
    """A new role, which begins as another one."""

    original = forms.ModelChoiceField(
        queryset=Role.objects.none(), label="Begins as", empty_label=None
    )
    field_order = ["original", "name", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Role]", self.fields["original"]).queryset = roles.in_use()


class CentsField(forms.Field):
    """An amount as people type it, such as 135 or 1,350.50, in whole cents."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "inputmode": "decimal", "maxlength": "20"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        match = _TYPED.fullmatch(str(value).strip())
        if match is None:
            raise forms.ValidationError("Enter an amount in dollars and cents, such as 135.00.")
        cents = int(match["dollars"].replace(",", "") + (match["cents"] or "").ljust(2, "0"))
        if cents > LARGEST_CENTS:
            raise forms.ValidationError(f"Enter at most {LARGEST_CENTS // 100:,}.")
        return cents

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 100:,}.{value % 100:02}" if isinstance(value, int) else value


class LimitsForm(forms.Form):
    """Up to which sums a role acts alone; ``seen_…`` is what stood there when it was shown."""

    def __init__(self, *args: Any, stand: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for act in limits.MONEY_ACTS:
            self.fields[act.value] = CentsField(
                label=f"{act.label}s up to",
                initial=stand.get(act, 0),
                error_messages={"required": "Enter an amount; 0 for never alone."},
            )
            self.fields[f"seen_{act.value}"] = forms.IntegerField(
                initial=stand.get(act, 0), widget=forms.HiddenInput
            )

    def wanted(self) -> dict[str, int]:
        return {act.value: self.cleaned_data[act.value] for act in limits.MONEY_ACTS}

    def seen(self) -> dict[str, int]:
        return {act.value: self.cleaned_data[f"seen_{act.value}"] for act in limits.MONEY_ACTS}


def _of(role: HeldRole, named: set[str]) -> frozenset[Permission]:
    return frozenset(may for may in Permission if cell(role.pk, may) in named)
