from ledger.models.books import Account, ClockTime, JournalEntry, KnownPoint, Posting
from ledger.models.items import ItemSnapshot, ItemTotal
from ledger.models.periods import (
    CloseKind,
    MonthTotal,
    Period,
    PeriodClose,
    PeriodReopen,
    PeriodSnapshot,
    ReopenReason,
)

__all__ = [
    "Account",
    "ClockTime",
    "CloseKind",
    "ItemSnapshot",
    "ItemTotal",
    "JournalEntry",
    "KnownPoint",
    "MonthTotal",
    "Period",
    "PeriodClose",
    "PeriodReopen",
    "PeriodSnapshot",
    "Posting",
    "ReopenReason",
]
