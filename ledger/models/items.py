"""Open items added up to the end of the closed months, to be thrown away."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from ledger.fields import MoneyField
from ledger.models.books import Account, ClockTime


class ItemSnapshot(PracticeModel):
    """That the open items were added up to a day: the last of the first months without an open one.

    A practice has one at most. It goes when one of its months is reopened.
    """

    begins_on = models.DateField(db_comment="The first day of the first month of the books.")
    ends_on = models.DateField(db_comment="The last day that was added up.")
    made_at = models.DateTimeField(db_default=ClockTime(), editable=False, db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id begins_on ends_on made_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice_id"], name="ledger_itemsnapshot_once"),
        ]

    def __str__(self) -> str:
        return f"open items of {self.ends_on}"


class ItemTotal(PracticeModel):
    """What the postings of one open item add up to at the end of a snapshot's last day, in cents.

    Items at zero are left out. Dropping them changes no answer.
    """

    snapshot = PracticeKey(ItemSnapshot)
    account = PracticeKey(Account)
    party = models.UUIDField(db_comment="Whose subledger: an opaque id.")
    item = models.UUIDField(db_comment="Which open item of the party: an opaque id.")
    debit = MoneyField(db_comment="Cents.")
    credit = MoneyField(db_comment="Cents.")
    debit_count = models.PositiveIntegerField(db_comment="How many of its postings are debits.")
    first_on = models.DateField(
        db_comment="The day of its first debit, or else of its first posting."
    )

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "debit credit",
        "PUBLIC": "id practice_id snapshot account party item debit_count first_on",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "account", "party", "item"],
                # So that what all parties have is added up from the index alone.
                include=["snapshot", "debit", "credit", "debit_count", "first_on"],
                name="ledger_itemtotal_once",
            ),
            models.CheckConstraint(
                name="ledger_itemtotal_not_negative", condition=Q(debit__gte=0, credit__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.item} {self.debit} | {self.credit}"
