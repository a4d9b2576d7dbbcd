"""What payers want of sessions by telehealth, from a day on."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.tenancy import PracticeKey, PracticeModel


class PayerRule(PracticeModel):
    """The place of service and the modifiers that a payer wants for telehealth, on some days.

    On a day, the rule counts that started last; of two that start on one day, the one that was set
    last. It is advice: nothing is refused by it. A wrong one is set anew from the same day.
    """

    class Remote(models.TextChoices):
        """By what means."""

        VIDEO = "VIDEO", "By video"
        AUDIO = "AUDIO", "By sound alone"

    payer = PracticeKey("clients.Payer")
    remote = models.CharField(max_length=5, choices=Remote)
    place_of_service = models.CharField(
        max_length=2, blank=True, db_comment="Two digits; '' if where the client was."
    )
    modifiers = models.CharField(
        max_length=11, blank=True, db_comment="Up to four, in order, with spaces between."
    )
    starts_on = models.DateField(db_comment="The first business date of a session it is for.")
    ends_on = models.DateField(null=True, db_comment="The last one.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id payer remote place_of_service modifiers starts_on ends_on set_at"
        " set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billing_payerrule_by_some_means", condition=Q(remote__in=["VIDEO", "AUDIO"])
            ),
            models.CheckConstraint(
                name="billing_payerrule_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="billing_payerrule_four_modifiers",
                condition=Q(modifiers="") | Q(modifiers__regex=r"^[A-Z0-9]{2}( [A-Z0-9]{2}){0,3}$"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice_id", "payer", "starts_on", "set_at", "id"],
                name="billing_payerrule_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id} from {self.starts_on}"

    @property
    def audit_label(self) -> str:
        return ""
