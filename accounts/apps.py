from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Practices, people, roles, tenancy, keys and sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
