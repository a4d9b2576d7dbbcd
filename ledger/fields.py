from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from ledger.money import Money

if TYPE_CHECKING:
    _MoneyColumn = models.BigIntegerField[Money, Money]
else:
    _MoneyColumn = models.BigIntegerField


class MoneyField(_MoneyColumn):
    """Whole cents in a BIGINT column, ``Money`` in Python."""

    description = "US dollars in whole cents"

    if TYPE_CHECKING:
        _pyi_lookup_exact_type: Money | int  # type: ignore[assignment]  # lookups take Money, and 0

    @property
    def validators(self) -> list[Any]:
        return []

    def from_db_value(
        self, value: int | Decimal | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> Money | None:
        return None if value is None else Money(int(value))

    def to_python(self, value: object) -> Money | None:
        if value is None or isinstance(value, Money):
            return value
        return Money(int(value)) if isinstance(value, str) else Money(value)  # type: ignore[arg-type]  # Money refuses what is not a whole number

    def get_prep_value(self, value: object) -> Any:
        """Return the cents; whole numbers pass, so that a constraint may say ``debit__gt=0``."""
        if isinstance(value, Money):
            return value.cents
        if value is None or type(value) is int or hasattr(value, "resolve_expression"):
            return value
        raise TypeError(f"{self.name} takes Money, not {type(value).__name__}.")

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))
