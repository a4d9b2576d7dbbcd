"""What a search reads of a client, in one sealed value."""

from typing import ClassVar

from django.db import models

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client

LONGEST = 20_000
NUMBERS = "\n\n"
"""An empty line stands before telephone numbers and dates."""


class SearchText(PracticeModel):
    """Everything by which a client is found, folded, one line each; the code is the first line.

    It repeats what stands elsewhere and can be made anew at any time.
    """

    client = PracticeKey(Client)
    text = EncryptedText(max_chars=LONGEST)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PHI": "text", "PUBLIC": "id practice_id client"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "client"], name="clients_searchtext_one_per_client"
            ),
        ]

    def __str__(self) -> str:
        return f"search text of {self.client_id}"
