"""Files that banks hand out: CSV of any shape, and OFX 1 and 2. Pure: bytes in, lines out."""

from billing.bank_files.lines import Line, Problem, Read, Statement, Unreadable

__all__ = ["Line", "Problem", "Read", "Statement", "Unreadable"]
