"""Fields of JSON that take what they say and nothing that could be meant."""

import re
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.card_numbers import holds_card_number

CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
WITH_OFFSET = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
EARLIEST_YEAR = 1900
LATEST_YEAR = 2200


class Strict(serializers.Serializer[Any]):
    """What is sent has these fields and no others: a misspelt one is not passed over."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(name)[:60] for name in data.keys() - self.fields.keys())
            if unknown:
                raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such field."))
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A string that was sent as one, without a card number in it."""

    default_error_messages = {"card": "Card numbers have no place here."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if holds_card_number(data):
            self.fail("card")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number that was sent as one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Id(serializers.UUIDField):
    """An id as we write it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not CANONICAL.fullmatch(data):
            self.fail("invalid", value="it")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "date-time"})
class Moment(serializers.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """A moment with its offset from UTC."""

    default_error_messages = {
        "invalid": "Write a moment like 2026-03-02T14:00:00-05:00.",
        "year": "This year cannot be meant.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not WITH_OFFSET.fullmatch(data):
            self.fail("invalid")
        try:
            moment = datetime.fromisoformat(data.upper())
        except ValueError:
            self.fail("invalid")
        if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            self.fail("year")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return written(value)


def written(moment: datetime) -> str:
    """Return a moment as we write it: UTC, to the microsecond where it has any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
