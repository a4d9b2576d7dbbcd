"""Payment plans: what is open of some invoices, promised in installments. Nothing is posted."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedJSON
from accounts.tenancy import PracticeKey, PracticeModel
from billing.models.invoice import Invoice
from ledger.fields import MoneyField

INSTALLMENTS_MAX = 60
INVOICES_MAX = 50
START_DAYS_MAX = 366
"""How far ahead the first installment may lie."""


class PlanBackReason(models.TextChoices):
    """Why a payment plan counts no more."""

    BROKEN = "BROKEN", "The client did not keep it"
    ANEW = "ANEW", "Another one was agreed"
    MISTAKE = "MISTAKE", "It was agreed by mistake"
    WISH = "WISH", "The client wishes so"


class PaymentPlan(PracticeModel):
    """An agreement to pay what was open of some invoices in installments, without interest or fee.

    ``party`` is who agreed to pay; null is the client. Each installment is ``installment``, and the
    last one the rest. Whether it is kept is never stored: it is what the invoices owe now, beside
    what may still be owed by then. The billing_paymentplan_whole trigger checks at commit that
    invoices and installments are as many as it says and ``total`` each.
    """

    class Every(models.TextChoices):
        """How far installments lie apart."""

        WEEK = "WEEK", "Every week"
        TWO_WEEKS = "TWO_WEEKS", "Every two weeks"
        MONTH = "MONTH", "Every month"

    reference = models.CharField(
        max_length=20, db_comment="Such as PP-2026-0001; without a gap in its year."
    )
    client = PracticeKey("clients.Client")
    party = PracticeKey(
        "clients.ResponsibleParty", null=True, db_comment="Who agreed to pay; null: the client."
    )
    total = MoneyField(db_comment="Cents, what was open of its invoices when it was agreed.")
    invoice_count = models.PositiveSmallIntegerField(db_comment="So that none joins it later.")
    every = models.CharField(max_length=9, choices=Every.choices)
    starts_on = models.DateField(db_comment="When the first installment is due.")
    installment = MoneyField(db_comment="Cents, each of them but the last.")
    installment_count = models.PositiveSmallIntegerField(db_comment="So that none joins it later.")
    said_commitment = models.BinaryField(
        db_comment="HMAC of the sealed words under the practice's key that does not rotate."
    )
    key = models.UUIDField(db_comment="Of the form that it came by; once.")
    agreed_on = models.DateField(db_comment="Business date in the practice's time zone.")
    agreed_at = models.DateTimeField(db_comment="UTC.")
    agreed_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "total installment",
        "PUBLIC": "id practice_id reference client party invoice_count every starts_on"
        " installment_count said_commitment key agreed_on agreed_at agreed_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "reference"], name="billing_paymentplan_reference_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "key"], name="billing_paymentplan_key_once"
            ),
            models.CheckConstraint(
                name="billing_paymentplan_in_some_installments",
                condition=Q(installment_count__gte=2, installment_count__lte=INSTALLMENTS_MAX),
            ),
            models.CheckConstraint(
                name="billing_paymentplan_of_some_invoices",
                condition=Q(invoice_count__gte=1, invoice_count__lte=INVOICES_MAX),
            ),
            models.CheckConstraint(
                name="billing_paymentplan_parts_of_the_whole",
                condition=Q(installment__gt=0, installment__lt=F("total")),
            ),
            models.CheckConstraint(
                name="billing_paymentplan_starts_then_or_later",
                condition=Q(starts_on__gte=F("agreed_on")),
            ),
            models.CheckConstraint(
                name="billing_paymentplan_every_so_often",
                condition=Q(every__in=["WEEK", "TWO_WEEKS", "MONTH"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "client", "agreed_at"], name="billing_paymentplan_of_client"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference


class PlanInvoice(PracticeModel):
    """An invoice that a payment plan is about, with what was open of it then.

    The billing_planinvoice_fits trigger holds that it stands, is of the plan's payer, owes just
    this, and is in no other plan that stands.
    """

    plan = PracticeKey(PaymentPlan, related_name="invoices")
    invoice = PracticeKey(Invoice, related_name="plans")
    open = MoneyField(db_comment="Cents, open of it when the plan was agreed.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "open",
        "PUBLIC": "id practice_id plan invoice",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "plan", "invoice"], name="billing_planinvoice_once"
            ),
            models.CheckConstraint(name="billing_planinvoice_owes", condition=Q(open__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} in {self.plan_id}"


class PlanInstallment(PracticeModel):
    """One installment of a payment plan: how much, and the last day on which it is not late."""

    plan = PracticeKey(PaymentPlan, related_name="installments")
    position = models.PositiveSmallIntegerField(db_comment="From 1, in the order due.")
    due_on = models.DateField(db_comment="The last business date on which it is not late.")
    amount = MoneyField(db_comment="Cents.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "amount",
        "PUBLIC": "id practice_id plan position due_on",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "plan", "position"], name="billing_planinstallment_once"
            ),
            models.CheckConstraint(
                name="billing_planinstallment_is_money", condition=Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="billing_planinstallment_from_one", condition=Q(position__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} installment {self.position}"


class PaymentPlanText(PracticeModel):
    """The words of a payment plan as it was agreed, sealed apart so that keys can rotate."""

    plan = PracticeKey(PaymentPlan, related_name="texts")
    said = EncryptedJSON()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PHI": "said", "PUBLIC": "id practice_id plan"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "plan"], name="billing_paymentplantext_once"
            ),
        ]

    def __str__(self) -> str:
        return f"words of {self.plan_id}"


class PaymentPlanTakenBack(PracticeModel):
    """A payment plan counts no more: its invoices are owed as they are due by themselves."""

    plan = PracticeKey(PaymentPlan, related_name="taken_back")
    reason = models.CharField(max_length=7, choices=PlanBackReason)
    taken_back_at = models.DateTimeField(db_comment="UTC.")
    taken_back_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id plan reason taken_back_at taken_back_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "plan"], name="billing_paymentplantakenback_once"
            ),
            models.CheckConstraint(
                name="billing_paymentplantakenback_for_a_reason",
                condition=Q(reason__in=PlanBackReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} taken back"
