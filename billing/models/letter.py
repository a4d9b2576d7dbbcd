"""Letters to clients: what each was for, where it went, and in which words."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.payment import Payment
from billing.models.statement import AccountStatement

SUBJECT_CHARS = 120
BODY_CHARS = 2_000


class LetterKind(models.TextChoices):
    """What a letter to a client is for."""

    STATEMENT = "STATEMENT", "Statement"
    REMINDER = "REMINDER", "Reminder"
    RECEIPT = "RECEIPT", "Receipt"
    PAY_LINK = "PAY_LINK", "Link to pay"


KINDS = [kind.value for kind in LetterKind]


class LetterWording(PracticeModel):
    """A practice's own words for a kind of letter. Never changed: a newer version follows.

    They are about no client. ``is_default`` goes back to the words of the product.
    """

    kind = models.CharField(max_length=9, choices=LetterKind)
    version = models.PositiveIntegerField(db_comment="1, 2, 3 … of the kind.")
    is_default = models.BooleanField(db_comment="Back to the words of the product; none here.")
    subject = models.CharField(max_length=SUBJECT_CHARS, blank=True)
    body = models.TextField(max_length=BODY_CHARS, blank=True)
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id kind version is_default subject body set_at set_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "version"],
                name="billing_letterwording_version_once",
            ),
            models.CheckConstraint(
                name="billing_letterwording_kind_known", condition=Q(kind__in=KINDS)
            ),
            models.CheckConstraint(
                name="billing_letterwording_words_or_default",
                condition=Q(is_default=True, subject="", body="")
                | (Q(is_default=False) & ~Q(subject="") & ~Q(body="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    @property
    def audit_label(self) -> str:
        return str(self.get_kind_display()).lower()


class Letter(PracticeModel):
    """A letter to a client's own e-mail address. Whether it went out is told by its ``mail``.

    A letter that is sent once more is a row of its own that ``repeats`` the first.
    """

    client = PracticeKey("clients.Client")
    kind = models.CharField(max_length=9, choices=LetterKind)
    contact = PracticeKey("clients.Contact")
    contact_version = models.PositiveIntegerField(db_comment="Of the contact when it was written.")
    is_discreet = models.BooleanField(db_comment="Without the practice's name, as is wished.")
    wording = PracticeKey(LetterWording, null=True)
    statement = PracticeKey(AccountStatement, null=True, related_name="letters")
    payment = PracticeKey(Payment, null=True, related_name="letters")
    repeats = PracticeKey("self", null=True)
    mail = PracticeKey("accounts.OutgoingMail")
    written_on = models.DateField(db_comment="Business date in the practice's time zone.")
    written_at = models.DateTimeField(db_comment="UTC.")
    written_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client kind contact contact_version is_discreet wording statement"
        " payment repeats mail written_on written_at written_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(name="billing_letter_kind_known", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(
                name="billing_letter_is_of_its_kind",
                condition=Q(kind="STATEMENT", statement__isnull=False, payment=None)
                | Q(kind="RECEIPT", statement=None, payment__isnull=False)
                | Q(kind__in=["REMINDER", "PAY_LINK"], statement=None, payment=None),
            ),
            models.CheckConstraint(
                name="billing_letter_repeats_another",
                condition=Q(repeats=None) | ~Q(repeats=F("id")),
            ),
            models.UniqueConstraint(fields=["practice_id", "mail"], name="billing_letter_one_mail"),
            models.UniqueConstraint(
                fields=["practice_id", "repeats"], name="billing_letter_repeated_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "statement"],
                condition=Q(repeats=None),
                name="billing_letter_of_statement_once",
            ),
            models.UniqueConstraint(
                fields=["practice_id", "payment"],
                condition=Q(repeats=None),
                name="billing_letter_of_payment_once",
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "-written_at"], name="billing_letter_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.client_id}"


class LetterCameBack(PracticeModel):
    """That a letter came back after it was sent: its address does not work as it stands."""

    letter = PracticeKey(Letter, related_name="came_back")
    noted_at = models.DateTimeField(db_comment="UTC.")
    noted_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "id practice_id letter noted_at noted_by"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "letter"], name="billing_lettercameback_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} came back"


class LetterHold(PracticeModel):
    """That a client gets no statements and reminders, from now on, until a day or until it ends."""

    class Reason(models.TextChoices):
        """Why nothing is sent."""

        ASKED = "ASKED", "The client asked for none"
        DISPUTE = "DISPUTE", "What is owed is disputed"
        PLAN = "PLAN", "They pay in parts, as agreed"
        CARE = "CARE", "It would do harm now"

    client = PracticeKey("clients.Client")
    reason = models.CharField(max_length=7, choices=Reason)
    until = models.DateField(null=True, db_comment="The last day; null until somebody ends it.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client reason until set_at set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_letterhold_reason_known",
                condition=Q(reason__in=["ASKED", "DISPUTE", "PLAN", "CARE"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of {self.client_id}"


class LetterHoldEnded(PracticeModel):
    """That letters go to a client again."""

    hold = PracticeKey(LetterHold, related_name="ended")
    ended_at = models.DateTimeField(db_comment="UTC.")
    ended_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id hold ended_at ended_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "hold"], name="billing_letterholdended_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id} ended"
