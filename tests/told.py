"""What an event tells of its act, without from where it was asked."""

from audit.models import Event
from audit.sentences import ORIGIN


def said(event: Event) -> dict[str, str | int]:
    """Return an event's own facts."""
    return {name: value for name, value in event.facts.items() if name not in ORIGIN}
