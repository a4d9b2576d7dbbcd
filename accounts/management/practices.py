"""Which practices a command is about."""

from uuid import UUID

from django.core.management.base import CommandError

from accounts.selectors import doors


def named(slug: str) -> UUID:
    """Return the id of the practice with a slug.

    Raises:
        CommandError: there is none.
    """
    found = doors.practice_of_slug(slug)
    if found is None:
        raise CommandError("There is no practice with this slug.")
    return found
