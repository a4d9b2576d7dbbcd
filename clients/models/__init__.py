"""What the practice holds of its clients."""

from clients.models.assignment import Assignment
from clients.models.client import Client, CodeCounter
from clients.models.client_import import ClientImport, ClientImportFile
from clients.models.consent import Consent, ConsentText
from clients.models.contact import Address, Contact
from clients.models.coverage import Coverage, Payer
from clients.models.diagnosis import Diagnosis, DiagnosisCode
from clients.models.emergency import EmergencyAccess
from clients.models.external import ExternalRecord
from clients.models.fee_agreement import FeeAgreement
from clients.models.import_undo import ClientImportUndo
from clients.models.merge import Merge
from clients.models.party import ResponsibleParty, Split, SplitShare
from clients.models.release import Release
from clients.models.restriction import Restriction
from clients.models.search_text import SearchText

__all__ = [
    "Address",
    "Assignment",
    "Client",
    "ClientImport",
    "ClientImportFile",
    "ClientImportUndo",
    "CodeCounter",
    "Consent",
    "ConsentText",
    "Contact",
    "Coverage",
    "Diagnosis",
    "DiagnosisCode",
    "EmergencyAccess",
    "ExternalRecord",
    "FeeAgreement",
    "Merge",
    "Payer",
    "Release",
    "ResponsibleParty",
    "Restriction",
    "SearchText",
    "Split",
    "SplitShare",
]
