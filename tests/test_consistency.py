"""Rules that hold for every model, found by reflection: a new model is covered on its first day."""

import pytest
from django.db import models

from accounts.fields import EncryptedField
from tests.catalogue import OUR_MODELS, TENANT_MODELS

CLASSES = {"PHI", "SECRET", "FINANCIAL", "PUBLIC"}
VAGUE = {"data", "info", "flag", "value", "misc"}

each_model = pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)


def classes_of(model: type[models.Model]) -> dict[str, str]:
    """Return field → class, as the model declares it."""
    declared: dict[str, str] = {}
    for kind, names in model.FIELD_CLASSES.items():  # type: ignore[attr-defined]  # what this tests
        assert kind in CLASSES, f"{model._meta.label}: {kind} is no class"
        for name in names.split():
            assert name not in declared, f"{model._meta.label}.{name} is classified twice"
            declared[name] = kind
    return declared


@each_model
def test_every_field_is_classified_once(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.concrete_fields}

    assert set(classes_of(model)) == names


@each_model
def test_what_tells_about_a_person_is_sealed_and_nothing_else_is(model: type[models.Model]) -> None:
    for name, kind in classes_of(model).items():
        is_sealed = isinstance(model._meta.get_field(name), EncryptedField)
        assert is_sealed == (kind in {"PHI", "SECRET"}), f"{model._meta.label}.{name} is {kind}"


@each_model
def test_by_whom_stands_beside_when(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.concrete_fields}
    for name in names:
        if name.endswith("_by"):
            when = name.removesuffix("_by")
            assert {f"{when}_at", f"{when}_on"} & names, f"{model._meta.label}.{name}"


@each_model
def test_nothing_is_deleted_by_deleting_something_else(model: type[models.Model]) -> None:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.on_delete is models.PROTECT, str(field)


@each_model
def test_no_field_has_a_vague_name(model: type[models.Model]) -> None:
    assert {field.name for field in model._meta.concrete_fields} & VAGUE == set()


FILLED = [model for model in TENANT_MODELS if model._meta.app_label != "audit"]
"""Audit's rows are written by its append function, which knows the practice itself."""


@pytest.mark.parametrize("model", FILLED, ids=lambda model: model._meta.label)
def test_the_tenant_is_filled_by_the_database(model: type[models.Model]) -> None:
    assert model._meta.get_field("practice_id").has_db_default()  # type: ignore[union-attr]  # a plain field
