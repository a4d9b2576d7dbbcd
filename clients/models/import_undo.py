"""Taking the clients of a file out again."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client_import import ClientImport


class ClientImportUndo(PracticeModel):
    """That somebody had the clients of a file taken out again: all of them, or none.

    Over is one of two: they are gone (``finished_at``), or something had been added to one of
    them, so that all stayed (``refused_at``). Then it can be asked for again.
    """

    run = PracticeKey(ClientImport)
    asked_at = models.DateTimeField(db_comment="UTC.")
    asked_by = PracticeKey("accounts.Membership")
    finished_at = models.DateTimeField(null=True, db_comment="UTC.")
    refused_at = models.DateTimeField(null=True, db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id run asked_at asked_by finished_at refused_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "run"],
                condition=Q(refused_at=None),
                name="clients_clientimportundo_once",
            ),
            models.CheckConstraint(
                name="clients_clientimportundo_ends_once",
                condition=Q(finished_at=None) | Q(refused_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"undo of {self.run_id}"

    @property
    def audit_label(self) -> str:
        return ""
