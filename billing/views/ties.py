"""Whether what a page adds up equals the ledger or the bank, in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tie:
    """Whether two sums are equal, a title that says so, and the sums in a sentence."""

    ok: bool
    title: str
    text: str
