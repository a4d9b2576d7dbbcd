"""Letters as they will be read, before they are written."""

from datetime import datetime

from billing.models import LetterKind
from billing.models.pay_link import LINK_LIFE
from billing.services import letter_words, link_making, offered_links
from clients.models import Client

IN_ITS_PLACE = "…"
"""What stands for a link: it is made when the letter is, and stands in no page."""


def to_client(
    client: Client, kind: LetterKind, *, is_discreet: bool, practice: str, now: datetime
) -> tuple[str, str]:
    """Return subject and body of a letter as it would go to a client now."""
    words, page = letter_words.of(kind, is_discreet=is_discreet), None
    carries = kind in letter_words.OFFERS and not is_discreet and offered_links.goes_along(client)
    if carries or kind == LetterKind.PAY_LINK:
        page = link_making.page_of(IN_ITS_PLACE, expires_at=now + LINK_LIFE)
    if carries:
        words = letter_words.offering(words)
    return words.filled(letter_words.values(practice=practice, page=page))


def of_words(kind: LetterKind, words: letter_words.Words, *, practice: str) -> tuple[str, str]:
    """Return how words of a kind are read, with a page to pay at where there may be one."""
    if kind not in letter_words.OFFERS:
        return words.filled(letter_words.sample(kind, practice=practice))
    shown = letter_words.values(practice=practice, page=letter_words.SAMPLE_PAGE)
    return letter_words.offering(words).filled(shown)
