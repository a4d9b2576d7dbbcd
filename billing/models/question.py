"""What clients say of their invoices by a pay link, and what the practice answers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice, InvoiceLine
from billing.models.pay_link import PayLink
from billing.models.payment import Payment
from ledger.fields import MoneyField

OWN_WORDS_MAX_CHARS = 200


class InvoiceQuestion(PracticeModel):
    """That a client says they paid an invoice already, or does not understand a line of it.

    It waits until it has its ``QuestionAnswer``, and no reminder goes to the client before. The
    billing_invoicequestion_fits trigger sees that the link is the invoice's client's.
    """

    class Kind(models.TextChoices):
        """What it is about."""

        PAID = "PAID", "Paid already"
        LINE = "LINE", "Question about a line"

    class How(models.TextChoices):
        """How it was paid, by what the client says."""

        CASH = "CASH", "Cash at the practice"
        CHECK = "CHECK", "Check"
        CARD = "CARD", "Card"
        BANK = "BANK", "Transfer from a bank"

    class Doubt(models.TextChoices):
        """What is not right about a line, by what the client says."""

        ABSENT = "ABSENT", "I was not there"
        AMOUNT = "AMOUNT", "It costs less, as I understood"
        INSURER = "INSURER", "My insurance should pay it"
        TWICE = "TWICE", "It was billed before"
        UNKNOWN = "UNKNOWN", "I do not know what it is"

    invoice = PracticeKey(Invoice, related_name="questions")
    line = PracticeKey(InvoiceLine, null=True, related_name="questions")
    link = PracticeKey(PayLink, related_name="questions")
    kind = models.CharField(max_length=4, choices=Kind)
    how = models.CharField(max_length=5, choices=How, blank=True)
    paid_on = models.DateField(null=True, db_comment="By what the client says.")
    amount = MoneyField(  # type: ignore[misc]  # null is a word of its own here
        null=True, db_comment="Cents, by what the client says; null for all of it."
    )
    doubt = models.CharField(max_length=7, choices=Doubt, blank=True)
    own_words = EncryptedText(
        max_chars=OWN_WORDS_MAX_CHARS, db_comment="In the client's words; may be empty."
    )
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    asked_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "own_words",
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id invoice line link kind how paid_on doubt key asked_at",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_invoicequestion_key_once"
            ),
            models.CheckConstraint(
                name="billing_invoicequestion_is_of_its_kind",
                condition=Q(kind="PAID", line=None, doubt="", paid_on__isnull=False)
                & Q(how__in=["CASH", "CHECK", "CARD", "BANK"])
                | Q(kind="LINE", line__isnull=False, how="", paid_on=None, amount=None)
                & Q(doubt__in=["ABSENT", "AMOUNT", "INSURER", "TWICE", "UNKNOWN"]),
            ),
            models.CheckConstraint(
                name="billing_invoicequestion_of_money", condition=Q(amount=None) | Q(amount__gt=0)
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "asked_at"], name="billing_invoicequestion_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.invoice_id}"

    @property
    def audit_label(self) -> str:
        return str(self.invoice.number)


class QuestionAnswer(PracticeModel):
    """What the practice answers to a question of a client, who reads it behind their pay link.

    ``payment`` is the one that was found: it pays the invoice, or no answer says that it does.
    """

    class Outcome(models.TextChoices):
        """What was found."""

        FOUND = "FOUND", "Found, and it pays the invoice"
        NOT_FOUND = "NOT_FOUND", "Not found"
        MENDED = "MENDED", "Put right"
        STANDS = "STANDS", "It is right as it stands"

    question = PracticeKey(InvoiceQuestion, related_name="answers")
    outcome = models.CharField(max_length=9, choices=Outcome)
    payment = PracticeKey(Payment, null=True)
    own_words = EncryptedText(
        max_chars=OWN_WORDS_MAX_CHARS, db_comment="For the client; may be empty."
    )
    answered_at = models.DateTimeField(db_comment="UTC.")
    answered_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "own_words",
        "PUBLIC": "id practice_id question outcome payment answered_at answered_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "question"], name="billing_questionanswer_once"
            ),
            models.CheckConstraint(
                name="billing_questionanswer_names_what_was_found",
                condition=Q(outcome="FOUND", payment__isnull=False)
                | Q(outcome__in=["NOT_FOUND", "MENDED", "STANDS"], payment=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} to {self.question_id}"
