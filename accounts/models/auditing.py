"""What an auditor works with: packs of evidence, samples, and requests to be shown something."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedBytes, EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel

SAMPLE_MAX = 500
OWN_WORDS_MAX_CHARS = 500
HEX_DIGEST = r"^[0-9a-f]{64}$"


class EvidencePack(PracticeModel):
    """A zip of evidence: asked for, made sealed by the worker, and gone once fetched or a day old.

    Its id is the id of the export. What it was stays: its digest tells whether a copy is whole.
    """

    key = models.UUIDField(db_comment="Of the form that it was asked for by; once.")
    requested_at = models.DateTimeField(db_comment="UTC.")
    requested_by = PracticeKey("accounts.Membership")
    finished_at = models.DateTimeField(null=True, db_comment="UTC; made, or given up.")
    fetched_at = models.DateTimeField(null=True, db_comment="UTC.")
    expired_at = models.DateTimeField(null=True, db_comment="UTC.")
    refusal = models.CharField(
        max_length=11,
        blank=True,
        default="",
        choices=[
            ("FAILED", "It failed again and again"),
            ("NOT_ALLOWED", "Whoever asked for it may not take evidence away any more"),
        ],
    )
    event_count = models.BigIntegerField(default=0, db_comment="Events of the log in it.")
    file_count = models.PositiveIntegerField(default=0)
    byte_count = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="", db_comment="Of the zip; hex.")
    is_sound = models.BooleanField(
        default=False, db_comment="Whether the log was whole and the books sound when it was made."
    )
    content = EncryptedBytes(null=True, passing=True, db_comment="Null before and after.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "content",
        "PUBLIC": "id practice_id key requested_at requested_by finished_at fetched_at expired_at"
        " refusal event_count file_count byte_count sha256 is_sound",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="accounts_evidencepack_key_once"
            ),
            models.CheckConstraint(
                name="accounts_evidencepack_refused_for_a_reason",
                condition=Q(refusal="")
                | Q(
                    refusal__in=["FAILED", "NOT_ALLOWED"],
                    finished_at__isnull=False,
                    fetched_at=None,
                    content__isnull=True,
                    sha256="",
                ),
            ),
            models.CheckConstraint(
                name="accounts_evidencepack_gone_when_over",
                condition=Q(fetched_at=None, expired_at=None) | Q(content__isnull=True),
            ),
            models.CheckConstraint(
                name="accounts_evidencepack_made_before_it_is_over",
                condition=Q(content__isnull=True, fetched_at=None, expired_at=None, sha256="")
                | Q(finished_at__isnull=False, sha256__regex=HEX_DIGEST),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "requested_at"],
                condition=Q(finished_at=None),
                name="accounts_evidencepack_waiting",
            ),
        ]

    def __str__(self) -> str:
        return "an evidence pack"

    @property
    def audit_label(self) -> str:
        return ""

    @property
    def is_ready(self) -> bool:
        return bool(self.finished_at and not (self.refusal or self.fetched_at or self.expired_at))


class DrawnSample(PracticeModel):
    """A sample: what it was drawn out of, by which seed, and what was drawn, in order.

    The first ``size`` of the population by SHA-256 of ``seed:id``, so that an outsider draws the
    same. It holds no more than there was: the accounts_drawnsample_whole constraint counts.
    """

    class Population(models.TextChoices):
        """Out of what it is drawn."""

        EVENTS = "EVENTS", "Events of the log"
        ENTRIES = "ENTRIES", "Entries of the ledger"
        PAYMENTS = "PAYMENTS", "Payments"
        INVOICES = "INVOICES", "Invoices"
        GIVEN = "GIVEN", "Refunds and write-offs"

    population = models.CharField(max_length=8, choices=Population)
    since = models.DateField(db_comment="Business date in the practice's time zone.")
    until = models.DateField(db_comment="The last such date.")
    size = models.PositiveSmallIntegerField(db_comment="How many were asked for.")
    seed = models.CharField(max_length=40, db_comment="Letters, digits, hyphens.")
    population_count = models.BigIntegerField()
    population_sha256 = models.CharField(
        max_length=64, db_comment="Of its ids, sorted as text, one a line; hex."
    )
    picked = models.JSONField(db_comment="Ids in the order drawn; numbers of events.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    drawn_at = models.DateTimeField(db_comment="UTC.")
    drawn_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id population since until size seed population_count"
        " population_sha256 picked key drawn_at drawn_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="accounts_drawnsample_key_once"
            ),
            models.CheckConstraint(
                name="accounts_drawnsample_of_days_in_order", condition=Q(since__lte=F("until"))
            ),
            models.CheckConstraint(
                name="accounts_drawnsample_in_form",
                condition=Q(
                    population__in=["EVENTS", "ENTRIES", "PAYMENTS", "INVOICES", "GIVEN"],
                    seed__regex=r"^[A-Za-z0-9-]{1,40}$",
                    population_sha256__regex=HEX_DIGEST,
                    size__range=(1, SAMPLE_MAX),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "drawn_at"], name="accounts_drawnsample_newest"),
        ]

    def __str__(self) -> str:
        return f"sample {self.seed}"

    @property
    def audit_label(self) -> str:
        return ""


class AuditRequest(PracticeModel):
    """What an auditor asks to be shown, by a day. It is open until they accept, or take it back."""

    own_words = EncryptedText(max_chars=OWN_WORDS_MAX_CHARS, db_comment="What is asked for.")
    due_on = models.DateField(db_comment="Business date in the practice's time zone.")
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    asked_at = models.DateTimeField(db_comment="UTC.")
    asked_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "own_words",
        "PUBLIC": "id practice_id due_on key asked_at asked_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="accounts_auditrequest_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["practice_id", "due_on"], name="accounts_auditrequest_by_day"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def audit_label(self) -> str:
        return ""


class AuditRequestStep(PracticeModel):
    """What became of a request, step by step; the last step is its state.

    The audit_request_step_fits trigger holds the order: an answer, then yes or once more,
    by whoever asked and did not give the answer; and nothing after yes.
    """

    class Kind(models.TextChoices):
        """What was done."""

        ANSWERED = "ANSWERED", "Answered"
        AGAIN = "AGAIN", "Asked again"
        ACCEPTED = "ACCEPTED", "Accepted"
        WITHDRAWN = "WITHDRAWN", "Taken back"

    request = PracticeKey(AuditRequest, related_name="steps")
    turn = models.PositiveSmallIntegerField(db_comment="From 1, without a gap.")
    kind = models.CharField(max_length=9, choices=Kind)
    own_words = EncryptedText(max_chars=OWN_WORDS_MAX_CHARS, db_comment="May be empty.")
    page = models.CharField(
        max_length=40, blank=True, default="", db_comment="Name of a page that the answer leads to."
    )
    done_at = models.DateTimeField(db_comment="UTC.")
    done_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "own_words",
        "PUBLIC": "id practice_id request turn kind page done_at done_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "request", "turn"], name="accounts_auditrequeststep_turn"
            ),
            models.CheckConstraint(
                name="accounts_auditrequeststep_in_form",
                condition=Q(
                    kind__in=["ANSWERED", "AGAIN", "ACCEPTED", "WITHDRAWN"],
                    page__regex=r"^[a-z-]{0,40}$",
                    turn__gte=1,
                )
                & (Q(page="") | Q(kind="ANSWERED")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.request_id}"
