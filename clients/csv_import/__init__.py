"""Clients in a CSV file as other systems write it, read into plain rows. No database.

Nothing is guessed silently: what cannot be told is asked, and what cannot be read is refused with
the row, the column and the way to mend it.
"""

from clients.csv_import.columns import Field, guess
from clients.csv_import.dates import DateOrder, Ordered, order_of
from clients.csv_import.decoding import Decoded, Unreadable, decode
from clients.csv_import.people import Person, Problem, Reader
from clients.csv_import.tables import Row, rows_of

__all__ = [
    "DateOrder",
    "Decoded",
    "Field",
    "Ordered",
    "Person",
    "Problem",
    "Reader",
    "Row",
    "Unreadable",
    "decode",
    "guess",
    "order_of",
    "rows_of",
]
