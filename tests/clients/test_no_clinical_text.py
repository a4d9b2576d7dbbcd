"""Psychotherapy notes have no place here (45 CFR 164.501): no field could take them.

Every field of the clients' app that takes free text stands in this list, with the most characters
that it may hold and what it is for. A new one is reviewed by being added here.
"""

import pytest
from django.db import models

from accounts.fields import EncryptedBytes, EncryptedJSON, EncryptedText
from tests.catalogue import OUR_MODELS

REVIEWED = {
    "Address.city": 100,
    "Address.country": 100,
    "Address.postal_code": 20,
    "Address.region": 100,
    "Address.street": 500,
    "Client.code": 20,
    "ClientImport.columns": None,
    "ClientImport.date_order": 3,
    "ClientImportFile.content": None,
    "Client.family_name": 200,
    "Client.given_names": 200,
    "Client.language": 35,
    "Client.preferred_name": 200,
    "Client.pronouns": 60,
    "Client.sort_name": 400,
    "Client.written_name": 400,
    "ConsentText.body": None,
    "Contact.label": 60,
    "Contact.number_or_address": 254,
    "Coverage.group_number": 80,
    "Coverage.member_id": 80,
    "Coverage.payer_name": 200,
    "Coverage.plan_name": 200,
    "Coverage.subscriber_family_name": 200,
    "Coverage.subscriber_given_names": 200,
    "Diagnosis.code": 7,
    "DiagnosisCode.code": 7,
    "DiagnosisCode.title": 300,
    "ExternalRecord.differs": 200,
    "ExternalRecord.said": None,
    "Payer.claims_id": 80,
    "Payer.member_id_form": 80,
    "Payer.member_id_hint": 120,
    "Payer.name": 200,
    "Release.recipient": 200,
    "Release.recipient_address": 500,
    "Release.sha256": 64,
    "ResponsibleParty.email": 254,
    "ResponsibleParty.name": 200,
    "ResponsibleParty.phone": 40,
    "ResponsibleParty.postal_address": 500,
    "SearchText.text": 20_000,
}
"""None where something else bounds it: a file's own limit, the fields that are read of a record, or
that a text is the practice's own and of no client.
"""

NOTES = {
    *("anamnesis", "clinical", "comment", "comments", "impression", "memo", "narrative"),
    *("note", "notes", "observation", "psychotherapy", "remark", "remarks", "soap", "symptoms"),
}
"""Words of which no field's name is made."""

OF_THE_BOOKS = {"ledger.JournalEntry.memo"}
"""Written by the posting of a business event, never typed."""

OF_CLIENTS = [model for model in OUR_MODELS if model._meta.app_label == "clients"]


def takes_text(field: models.Field) -> bool:  # type: ignore[type-arg]  # of any value
    if field.choices or isinstance(field, models.UUIDField):
        return False
    kinds = (models.CharField, models.TextField, models.JSONField)
    return isinstance(field, (*kinds, EncryptedText, EncryptedJSON, EncryptedBytes))


def most_characters(field: object) -> int | None:
    return getattr(field, "max_chars", None) or getattr(field, "max_length", None)


@pytest.mark.parametrize("model", OF_CLIENTS, ids=lambda model: model.__name__)
def test_every_free_text_about_a_client_was_reviewed(model: type[models.Model]) -> None:
    found = {
        f"{model.__name__}.{field.name}": most_characters(field)
        for field in model._meta.concrete_fields
        if takes_text(field)
    }

    assert found == {name: REVIEWED.get(name, "not reviewed") for name in found}


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_no_field_of_any_model_is_called_for_notes(model: type[models.Model]) -> None:
    names = {
        field.name
        for field in model._meta.concrete_fields
        if f"{model._meta.label}.{field.name}" not in OF_THE_BOOKS
    }

    assert [name for name in names if NOTES & set(name.split("_"))] == []
