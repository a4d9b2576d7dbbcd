"""What belongs to the installation and to no practice."""

from typing import ClassVar

from django.db import models


class ContextKey(models.Model):
    """A key that signs scopes, as the two padded blocks of HMAC. Only the owner can read it."""

    key_id = models.PositiveIntegerField(primary_key=True)
    inner_block = models.BinaryField()
    outer_block = models.BinaryField()

    # SECRET in the database of those who verify with it: the owner's functions. Sealing it would
    # need the very scope that it verifies; no login role but the owner has a grant on it.
    FIELD_CLASSES: ClassVar = {"PUBLIC": "key_id inner_block outer_block"}

    def __str__(self) -> str:
        return f"context key {self.key_id}"


class DemoMark(models.Model):
    """Its one row says that this database is a demo: only then are codes of people shown."""

    marked_at = models.DateTimeField()

    FIELD_CLASSES: ClassVar = {"PUBLIC": "id marked_at"}

    def __str__(self) -> str:
        return f"demo since {self.marked_at:%Y-%m-%d}"
