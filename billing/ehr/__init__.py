"""The medical-record system as a FHIR server: who we are to it, and what changed there.

Nothing here knows the database. Addresses are typed by a person or told by that server, so every
connection passes ``guard``. No call is made inside a transaction.
"""

from billing.ehr.client import Changes, by_person, changed_since, try_out
from billing.ehr.errors import Busy, Forbidden, NotFhir, PullFailed, Refused, TooLarge, Unreachable
from billing.ehr.keys import public_key_set
from billing.ehr.talk import Connection

__all__ = [
    "Busy",
    "Changes",
    "Connection",
    "Forbidden",
    "NotFhir",
    "PullFailed",
    "Refused",
    "TooLarge",
    "Unreachable",
    "by_person",
    "changed_since",
    "public_key_set",
    "try_out",
]
