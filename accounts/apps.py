from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Practices, people, roles, tenancy, keys and sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401  # it registers itself
