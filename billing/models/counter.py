from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeModel


class Counter(PracticeModel):
    """The last number given out in one series of documents, such as INV-2026.

    Its locked row is why numbers have no gap: whoever rolls back gives the number back too.
    """

    series = models.CharField(max_length=12)
    last = models.BigIntegerField(db_comment="The last number given out; 0 for none yet.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id series last"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "series"], name="billing_counter_series_once"
            ),
            models.CheckConstraint(name="billing_counter_counts_up", condition=Q(last__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"
