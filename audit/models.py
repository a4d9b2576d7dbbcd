"""The rows of the log. Only ``audit_append`` writes events; nobody changes one."""

from typing import ClassVar

from django.db import models


class Event(models.Model):
    """That somebody did or saw something. Holds ids and counts, never names or values.

    The table is partitioned by month and made by SQL; ``hash`` chains it to the event before.
    """

    pk = models.CompositePrimaryKey("practice_id", "seq", "at")
    practice_id = models.UUIDField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    action = models.TextField()
    person_id = models.UUIDField(null=True)
    target_kind = models.TextField()
    target_id = models.UUIDField(null=True)
    label = models.TextField()
    facts = models.JSONField()
    commitment = models.BinaryField(null=True)
    hash = models.BinaryField()
    # The database works these out of what is above, to find by them; nobody writes them.
    area = models.TextField()
    address = models.TextField()
    export = models.TextField()
    is_refusal = models.BooleanField()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "FINANCIAL": "facts",
        "PUBLIC": "practice_id seq at action person_id target_kind target_id label commitment hash"
        " area address export is_refusal",
    }

    class Meta:
        db_table = "audit_event"

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class Head(models.Model):
    """Where a practice's chain stands: its last number and hash. Moves forward only."""

    practice_id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "practice_id seq hash"}

    class Meta:
        db_table = "audit_head"

    def __str__(self) -> str:
        return f"head at {self.seq}"


class Touch(models.Model):
    """That an event touched a client's record. The event's hash covers the set of its touches."""

    pk = models.CompositePrimaryKey("practice_id", "client_id", "seq")
    practice_id = models.UUIDField()
    client_id = models.UUIDField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "practice_id client_id seq at"}

    class Meta:
        db_table = "audit_touch"
        indexes = [models.Index(fields=["practice_id", "seq"], name="audit_touch_of_event")]

    def __str__(self) -> str:
        return f"{self.seq} {self.client_id}"


class Checkpoint(models.Model):
    """A signed statement of how long a chain was and which hash it had, with the one before it."""

    pk = models.CompositePrimaryKey("practice_id", "size")
    practice_id = models.UUIDField()
    size = models.BigIntegerField()
    hash = models.BinaryField()
    at = models.DateTimeField()
    previous = models.BinaryField(db_comment="Hash of the checkpoint before; zeros for the first.")
    key_id = models.TextField()
    signature = models.BinaryField(db_comment="Ed25519")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "practice_id size hash at previous key_id signature"
    }

    class Meta:
        db_table = "audit_checkpoint"
        indexes = [
            models.Index(fields=["practice_id", "at"], name="audit_checkpoint_by_time"),
        ]

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"


class Archive(models.Model):
    """That the events after ``after``, up to ``size``, were moved out into files.

    The chain in the database begins after the newest one; only the owner writes them.
    """

    pk = models.CompositePrimaryKey("practice_id", "size")
    practice_id = models.UUIDField()
    size = models.BigIntegerField()
    after = models.BigIntegerField(db_comment="Of the archive before; 0 for the first.")
    hash = models.BinaryField()
    files_sha256 = models.BinaryField()
    archived_at = models.DateTimeField(db_comment="UTC.")

    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "PUBLIC": "practice_id size after hash files_sha256 archived_at"
    }

    class Meta:
        db_table = "audit_archive"

    def __str__(self) -> str:
        return f"archive of {self.size}"


class Value(models.Model):
    """What an event changed, sealed before it arrives here. Key rotation may re-seal it.

    The event holds a commitment to the value, so the chain outlives the shredding of a key.
    """

    pk = models.CompositePrimaryKey("practice_id", "seq")
    practice_id = models.UUIDField()
    seq = models.BigIntegerField()
    ciphertext = models.BinaryField()
    key_version = models.PositiveIntegerField()

    FIELD_CLASSES: ClassVar[dict[str, str]] = {"PUBLIC": "practice_id seq ciphertext key_version"}

    class Meta:
        db_table = "audit_value"

    def __str__(self) -> str:
        return f"values of {self.seq}"
