"""What a person can show beside their password. Read through the gate."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Passkey, RecoveryCode, TotpDevice


@dataclass(frozen=True, slots=True)
class ShownPasskey:
    """A passkey, as its person sees it. ``is_backed_up``: their devices share it."""

    id: UUID
    name: str
    is_backed_up: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """A person's second steps, and how many recovery codes were not used yet."""

    app_since: datetime | None
    passkeys: list[ShownPasskey]
    recovery_left: int

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.app_since is not None)


def of(person_id: UUID) -> Factors:
    """Return everything that this person can show. Three queries."""
    apps = TotpDevice.objects.filter(user=person_id, confirmed_at__isnull=False)
    keys = Passkey.objects.filter(user=person_id).order_by("created_at", "id")
    return Factors(
        apps.values_list("confirmed_at", flat=True).first(),
        [shown(key) for key in keys],
        RecoveryCode.objects.filter(user=person_id, used_at=None).count(),
    )


def passkey(person_id: UUID, passkey_id: UUID) -> ShownPasskey | None:
    """Return one of this person's own passkeys."""
    found = Passkey.objects.filter(user=person_id, pk=passkey_id).first()
    return shown(found) if found else None


def shown(key: Passkey) -> ShownPasskey:
    """Return what is told of a passkey."""
    return ShownPasskey(key.pk, key.name, key.is_backed_up, key.created_at, key.last_used_at)
