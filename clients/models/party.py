"""Who is responsible for what a client's care costs, and in which parts."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.fields import EncryptedText
from accounts.tenancy import PracticeKey, PracticeModel
from clients.models.client import Client


class ResponsibleParty(PracticeModel):
    """A person or an organisation that pays for a client, or the client themself.

    A party belongs to one client: whoever pays for two is a party of each. What stands here is the
    party's own and is shown to no other party. For the client themself it is empty: the client's
    record tells it.
    """

    class Kind(models.TextChoices):
        """What the party is."""

        CLIENT = "CLIENT", "The client"
        PERSON = "PERSON", "Another person"
        ORGANISATION = "ORGANISATION", "An organisation"

    class Relation(models.TextChoices):
        """What the party is to the client."""

        SELF = "SELF", "The client"
        PARENT = "PARENT", "Parent"
        GUARDIAN = "GUARDIAN", "Guardian"
        SPOUSE = "SPOUSE", "Spouse or partner"
        CHILD = "CHILD", "Child"
        RELATIVE = "RELATIVE", "Another relative"
        EMPLOYER = "EMPLOYER", "Employer"
        AGENCY = "AGENCY", "Agency or court"
        OTHER = "OTHER", "Somebody else"

    client = PracticeKey(Client, related_name="parties")
    kind = models.CharField(max_length=12, choices=Kind)
    relation = models.CharField(max_length=8, choices=Relation)
    name = EncryptedText(max_chars=200)
    phone = EncryptedText(max_chars=40)
    email = EncryptedText(max_chars=254)
    postal_address = EncryptedText(max_chars=500)
    starts_on = models.DateField(null=True, db_comment="Null where nobody said.")
    ends_on = models.DateField(null=True, db_comment="The last day.")
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(db_comment="UTC.")
    added_by = PracticeKey("accounts.Membership")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PHI": "name phone email postal_address",
        "PUBLIC": "id practice_id client kind relation starts_on ends_on version added_at added_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "client"],
                condition=Q(kind="CLIENT"),
                name="clients_responsibleparty_client_once",
            ),
            models.CheckConstraint(
                name="clients_responsibleparty_self_is_the_client",
                condition=Q(kind="CLIENT", relation="SELF")
                | (Q(kind__in=["PERSON", "ORGANISATION"]) & ~Q(relation="SELF")),
            ),
            models.CheckConstraint(
                name="clients_responsibleparty_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.relation} of {self.client_id}"


class Split(PracticeModel):
    """How a client's costs are divided from a day on, until a later split takes over.

    It is never edited: a new one is decided, or this one is taken back.
    """

    client = PracticeKey(Client, related_name="splits")
    starts_on = models.DateField(db_comment="Date of service.")
    share_count = models.PositiveSmallIntegerField(db_comment="So that no share joins it later.")
    decided_at = models.DateTimeField(db_comment="UTC.")
    decided_by = PracticeKey("accounts.Membership")
    revoked_at = models.DateTimeField(null=True, db_comment="UTC.")
    revoked_by = PracticeKey("accounts.Membership", null=True)

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "id practice_id client starts_on share_count decided_at decided_by revoked_at"
        " revoked_by",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "client", "starts_on"],
                condition=Q(revoked_at=None),
                name="clients_split_one_from_a_day",
            ),
            models.CheckConstraint(
                name="clients_split_revoked_by_someone",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} from {self.starts_on}"


class SplitShare(PracticeModel):
    """One party's part of a split: a fixed sum, a percentage of what remains, or the rest.

    Fixed sums come first, in their order, as far as the amount goes; percentages are of what then
    remains; the rest is what is left. So either one share is the rest and the percentages stay
    below 100, or none is and they make 100: the database holds it at the end of the transaction.
    """

    class Kind(models.TextChoices):
        """How the part is measured."""

        PERCENT = "PERCENT", "Percentage"
        FIXED = "FIXED", "Fixed sum"
        REST = "REST", "The rest"

    split = PracticeKey(Split, related_name="shares")
    party = PracticeKey(ResponsibleParty)
    kind = models.CharField(max_length=7, choices=Kind)
    basis_points = models.PositiveIntegerField(null=True, db_comment="Hundredths of a percent.")
    fixed_cents = models.BigIntegerField(null=True, db_comment="Per session.")
    place = models.PositiveSmallIntegerField(db_comment="Decides whose an odd cent is.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "basis_points fixed_cents",
        "PUBLIC": "id practice_id split party kind place",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "split", "party"], name="clients_splitshare_party_once"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "split", "place"], name="clients_splitshare_in_order"
            ),
            models.UniqueConstraint(
                fields=["practice_id", "split"],
                condition=Q(kind="REST"),
                name="clients_splitshare_one_rest",
            ),
            models.CheckConstraint(
                name="clients_splitshare_measured_one_way",
                condition=Q(
                    kind="PERCENT",
                    basis_points__isnull=False,
                    basis_points__gte=1,
                    basis_points__lte=10_000,
                    fixed_cents=None,
                )
                | Q(kind="FIXED", basis_points=None, fixed_cents__isnull=False, fixed_cents__gte=1)
                | Q(kind="REST", basis_points=None, fixed_cents=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.split_id}"
