"""What the practice holds of its clients."""

from clients.models.assignment import Assignment
from clients.models.client import Client, CodeCounter
from clients.models.client_import import ClientImport, ClientImportFile
from clients.models.contact import Address, Contact
from clients.models.coverage import Coverage
from clients.models.emergency import EmergencyAccess
from clients.models.external import ExternalRecord
from clients.models.merge import Merge
from clients.models.party import ResponsibleParty, Split, SplitShare
from clients.models.restriction import Restriction
from clients.models.search_text import SearchText

__all__ = [
    "Address",
    "Assignment",
    "Client",
    "ClientImport",
    "ClientImportFile",
    "CodeCounter",
    "Contact",
    "Coverage",
    "EmergencyAccess",
    "ExternalRecord",
    "Merge",
    "ResponsibleParty",
    "Restriction",
    "SearchText",
    "Split",
    "SplitShare",
]
