"""Which database role reads and writes a model. Migrations run as the owner only."""

from django.db import models

GATE_MODELS = frozenset(
    {
        "breachedpassword",
        "knowndevice",
        "passkey",
        "passkeychallenge",
        "passwordreset",
        "passwordresetask",
        "pastpassword",
        "recoverycode",
        "signinsession",
        "signinticket",
        "signintry",
        "sprayalarm",
        "totpdevice",
        "user",
    }
)


class RoleRouter:
    """Users and sign-in go through ``gate``; everything else through ``default`` (``app``)."""

    def db_for_read(self, model: type[models.Model], **hints: object) -> str | None:
        behind = model._meta.app_label == "accounts" and model._meta.model_name in GATE_MODELS
        return "gate" if behind else "default"

    db_for_write = db_for_read

    def allow_relation(self, one: models.Model, other: models.Model, **hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "owner"
