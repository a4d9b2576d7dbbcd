"""What documents say of a practice and of its therapists: address, tax number, NPI.

Each saving is a row of its own; the newest counts. So what stood on a document can be told later.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.practice import Membership
from accounts.tenancy import PracticeKey, PracticeModel

NPI_DIGITS = 10
TAX_ID_DIGITS = 9


class PracticeParticulars(PracticeModel):
    """What documents say of the practice. The newest row counts.

    The check digit of its NPI is held by the constraint accounts_practiceparticulars_npi_right.
    """

    legal_name = models.CharField(max_length=120)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=60)
    region = models.CharField(max_length=2, db_comment="State by its two letters.")
    postal_code = models.CharField(max_length=10)
    phone = models.CharField(max_length=20)
    tax_id = models.CharField(max_length=9, db_comment="EIN, its digits alone; never an SSN.")
    npi = models.CharField(max_length=10, blank=True, db_comment="Type 2; '' if it has none.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id legal_name street city region postal_code phone tax_id npi"
        " set_at set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_practiceparticulars_whole",
                condition=~Q(legal_name="") & ~Q(street="") & ~Q(city="") & ~Q(phone=""),
            ),
            models.CheckConstraint(
                name="accounts_practiceparticulars_in_form",
                condition=Q(tax_id__regex=r"^[0-9]{9}$")
                & Q(region__regex=r"^[A-Z]{2}$")
                & Q(postal_code__regex=r"^[0-9]{5}(-[0-9]{4})?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name

    @property
    def audit_label(self) -> str:
        return ""


class TherapistParticulars(PracticeModel):
    """What documents say of a therapist. The newest row of each member counts.

    The check digit of the NPI is held by the constraint accounts_therapistparticulars_npi_right.
    """

    member = PracticeKey(Membership, related_name="particulars")
    legal_name = models.CharField(max_length=120, db_comment="As in the NPI registry.")
    credentials = models.CharField(max_length=40, db_comment="Such as LCSW.")
    license_number = models.CharField(max_length=40)
    license_region = models.CharField(max_length=2, db_comment="State by its two letters.")
    npi = models.CharField(max_length=10, db_comment="Type 1.")
    set_at = models.DateTimeField(db_comment="UTC.")
    set_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id member legal_name credentials license_number license_region npi"
        " set_at set_by",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_therapistparticulars_whole",
                condition=~Q(legal_name="") & ~Q(license_number=""),
            ),
            models.CheckConstraint(
                name="accounts_therapistparticulars_in_form",
                condition=Q(license_region__regex=r"^[A-Z]{2}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name

    @property
    def audit_label(self) -> str:
        return ""
