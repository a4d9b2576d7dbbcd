from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only log of who did and saw what. Knows no other app."""

    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"
