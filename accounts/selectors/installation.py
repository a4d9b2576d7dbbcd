"""The state of the installation itself."""

from accounts.models import DemoMark


def is_demo() -> bool:
    """Return whether this database carries the demo's mark."""
    return DemoMark.objects.exists()
