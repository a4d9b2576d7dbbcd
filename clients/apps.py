from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The people whom a practice bills, who cares for them, and who insures them."""

    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"
