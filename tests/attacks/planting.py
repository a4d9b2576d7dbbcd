"""A row in every tenant table that no service has filled: made of what its model says of itself.

So the attacks walk a new table from its first day, whatever else is known of it.
"""

import os
from datetime import time
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, models, transaction

from accounts import signatures
from accounts.fields import EncryptedBytes, EncryptedDate, EncryptedJSON, EncryptedText
from accounts.ids import uuid7
from tests.attacks import tables
from tests.billing import desk as at
from tests.catalogue import TENANT_MODELS

TRIES = 300
A_KEY = "a private key"
OF_ITS_OWN = {
    "accounts_networkrange.network": "127.0.0.0/8",
    "billing_fhirsource.private_key": A_KEY,
}
"""Values that the database knows the form of, by column."""


class NothingFits(Exception):
    """No row that was tried passed the table's constraints; name its values in OF_ITS_OWN."""


def plant() -> list[str]:
    """Give each table without a row in the open scope one; return the tables' names."""
    random, planted = Random(1), []
    empty = [
        model
        for model in TENANT_MODELS
        if tables.may(model._meta.db_table, "INSERT") and not model._default_manager.exists()
    ]
    while empty:
        ready = [model for model in empty if not (_needs(model) & set(empty))]
        for model in ready or empty[:1]:
            _plant_one(model, random)
            planted.append(model._meta.db_table)
            empty.remove(model)
    return planted


def first_ids() -> dict[str, UUID]:
    """Return table → the id of its first row in the open scope."""
    with_id = [m for m in TENANT_MODELS if "id" in {f.name for f in m._meta.concrete_fields}]
    return {
        model._meta.db_table: UUID(
            str(model._default_manager.order_by("id").values_list("id", flat=True)[0])
        )
        for model in with_id
    }


def _needs(model: type[models.Model]) -> set[Any]:
    return {
        field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and not field.null
    } - {model}


def _plant_one(model: type[models.Model], random: Random) -> None:
    for attempt in range(TRIES):
        values = {
            field.name: _value(field, random, plain=attempt == 0)
            for field in model._meta.concrete_fields
            if field.name not in {"id", "practice_id"}
        }
        try:
            with transaction.atomic():
                model._default_manager.create(**values)
            return
        except IntegrityError:
            continue
    raise NothingFits(model._meta.db_table)


def _value(field: Any, random: Random, *, plain: bool) -> Any:
    """Return a value; ``plain`` is the state in which a row begins: nothing decided, nobody yet."""
    if field.null and (plain or random.random() < 0.5):
        return None
    if field.has_default() and (plain or random.random() < 0.5):
        return field.get_default()
    own = OF_ITS_OWN.get(f"{field.model._meta.db_table}.{field.name}")
    if own == A_KEY:
        return signatures.make_signing_key("ES384")
    if own is not None:
        return own
    if field.choices:
        return random.choice([value for value, _ in field.choices])
    if field.is_relation:
        return random.choice(list(field.related_model._default_manager.all()))
    return _of_kind(field, random)


def _of_kind(field: Any, random: Random) -> Any:
    text = uuid4().hex
    made: list[tuple[type, Any]] = [
        (EncryptedJSON, {"planted": text}),
        (EncryptedDate, at.TODAY),
        (EncryptedBytes, text.encode()),
        (EncryptedText, text),
        (models.EmailField, f"{text}@mail.example"),
        (models.CharField, text[: field.max_length]),
        (models.TextField, text),
        (models.DateTimeField, at.NOW),
        (models.DateField, at.TODAY),
        (models.TimeField, time(10)),
        (models.BinaryField, os.urandom(32)),
        (models.UUIDField, uuid7()),
        (models.BooleanField, random.random() < 0.5),
        (models.JSONField, {}),
        (models.IntegerField, random.randint(1, 10)),
    ]
    return next(value for kind, value in made if isinstance(field, kind))
