"""Who has looked at a client's record: 45 CFR 164.528 and 164.312(b), in the client's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.selectors import log
from audit.actions import Action
from audit.selectors.log import ANYTHING, Wanted
from clients.models import Client, EmergencyAccess
from clients.selectors import families

IN_EMERGENCY, BY_PROGRAM, ON_PAGES = "Emergency access", "A program", "The practice's pages"
BY_PAY_LINK = "A pay link"

WHO = "Name and how to be reached"
MONEY = "Invoices and payments"
SESSIONS = "Sessions"
APPOINTMENTS = "Appointments"
LETTERS = "Letters"
A = Action

PARTS: Mapping[str, str] = {
    **dict.fromkeys((A.CLIENT_VIEWED, A.CLIENT_CREATED, A.CLIENT_CHANGED), "The record"),
    **dict.fromkeys((A.CLIENT_LISTED, A.CLIENT_SEARCHED), "A line in a list"),
    **dict.fromkeys((A.CLIENTS_ADDED, A.CLIENTS_REMOVED), "The record, with many in a file"),
    A.CLIENT_EXPORTED: "Name and how to be reached, in a file",
    **dict.fromkeys((A.CONTACT_ADDED, A.CONTACT_CHANGED, A.CONTACT_ENDED), "Contacts"),
    **dict.fromkeys((A.CONTACT_BROUGHT_BACK, A.ADDRESS_ADDED, A.ADDRESS_CHANGED), "Contacts"),
    **dict.fromkeys((A.ACCESS_REPORT_VIEWED, A.ACCESS_REPORT_TAKEN), "Who has looked"),
    A.RECORD_RELEASED: "Everything that is held",
    A.RECORD_RELEASE_VIEWED: "What was handed out",
    **dict.fromkeys((A.PARTY_ADDED, A.PARTY_CHANGED), "Who pays"),
    **dict.fromkeys((A.SPLIT_DECIDED, A.SPLIT_TAKEN_BACK), "Who pays"),
    **dict.fromkeys((A.RESTRICTION_SET, A.RESTRICTION_ENDED), "What is kept back"),
    A.DISCLOSURE_BLOCKED: "Nothing: it was kept back",
    **dict.fromkeys((A.CLIENT_ASSIGNED, A.CLIENT_UNASSIGNED, A.COVER_STARTED), "Therapists"),
    A.CLIENTS_ASSIGNED: "Therapists",
    A.EMERGENCY_OPENED: "The record",
    A.EMERGENCY_REVIEWED: "That the record was opened in an emergency",
    **dict.fromkeys((A.MERGE_ASKED, A.MERGE_REFUSED, A.MERGE_WITHDRAWN), "Two records of one"),
    **dict.fromkeys((A.CLIENTS_MERGED, A.CLIENTS_UNMERGED), "Two records of one"),
    **dict.fromkeys((A.COVERAGE_ADDED, A.COVERAGE_CORRECTED, A.COVERAGE_ENDED), "Insurance"),
    **dict.fromkeys((A.COVERAGE_WITHDRAWN, A.COVERAGE_VIEWED, A.COVERAGE_CHANGED), "Insurance"),
    A.MEMBER_ID_SHOWN: "Insurance, with the whole member id",
    **dict.fromkeys((A.DIAGNOSIS_ADDED, A.DIAGNOSIS_ENDED), "Diagnoses"),
    **dict.fromkeys((A.DIAGNOSIS_WITHDRAWN, A.DIAGNOSIS_VIEWED), "Diagnoses"),
    **dict.fromkeys((A.CONSENT_RECORDED, A.CONSENT_WITHDRAWN, A.CONSENT_VIEWED), "Consents"),
    **dict.fromkeys((A.FEE_AGREED, A.FEE_APPROVED, A.FEE_ENDED), "Fees"),
    **dict.fromkeys((A.FEE_WITHDRAWN, A.FEE_VIEWED), "Fees"),
    **dict.fromkeys((A.DIFFERENCE_KEPT, A.DIFFERENCE_LISTED), "What the other system says"),
    **dict.fromkeys(
        (A.SESSION_RECORDED, A.SESSION_CODED, A.SESSION_VIEWED, A.SESSION_LISTED), SESSIONS
    ),
    **dict.fromkeys((A.SESSION_NOT_BILLED, A.SESSION_BILLED_AFTER_ALL), MONEY),
    A.MISSED_FEE_WAIVED: MONEY,
    **dict.fromkeys((A.APPOINTMENT_PLANNED, A.APPOINTMENT_MOVED), APPOINTMENTS),
    **dict.fromkeys((A.APPOINTMENT_CANCELLED, A.APPOINTMENT_MISSED), APPOINTMENTS),
    **dict.fromkeys((A.APPOINTMENT_VIEWED, A.APPOINTMENT_LISTED), APPOINTMENTS),
    **dict.fromkeys((A.SERIES_PLANNED, A.SERIES_CHANGED, A.SERIES_CANCELLED), APPOINTMENTS),
    A.OUTCOME_TAKEN_BACK: APPOINTMENTS,
    **dict.fromkeys((A.GROUP_JOINED, A.GROUP_LEFT, A.GROUP_VIEWED), APPOINTMENTS),
    **dict.fromkeys((A.GROUP_HOURS_PLANNED, A.GROUP_HOUR_MOVED), APPOINTMENTS),
    **dict.fromkeys((A.GROUP_HOURS_CANCELLED, A.GROUP_HOUR_VIEWED), APPOINTMENTS),
    **dict.fromkeys((A.INVOICE_ISSUED, A.INVOICE_VIEWED, A.INVOICE_LISTED), MONEY),
    **dict.fromkeys((A.STATEMENT_MADE, A.STATEMENT_VIEWED), MONEY),
    **dict.fromkeys((A.DOCUMENT_RENDERED, A.DOCUMENT_DOWNLOADED), MONEY),
    **dict.fromkeys((A.PAYMENT_RECORDED, A.PAYMENT_VIEWED, A.PAYMENT_LISTED), MONEY),
    **dict.fromkeys((A.PAYMENT_APPLIED, A.CHECKOUT_STARTED, A.CARD_PAYMENT_POSTED), MONEY),
    **dict.fromkeys((A.PAYMENT_UNAPPLIED, A.PAYMENT_TAKEN_BACK, A.CREDIT_LISTED), MONEY),
    **dict.fromkeys((A.ESTIMATE_ISSUED, A.ESTIMATE_VIEWED, A.ESTIMATE_LISTED), MONEY),
    **dict.fromkeys((A.ESTIMATE_NOTED, A.ESTIMATE_ASKED, A.ESTIMATE_EXCEEDED), MONEY),
    **dict.fromkeys((A.SUPERBILL_MADE, A.SUPERBILL_VIEWED, A.SUPERBILL_LISTED), MONEY),
    A.SUPERBILL_GIVEN: MONEY,
    **dict.fromkeys((A.PAYMENT_PLAN_AGREED, A.PAYMENT_PLAN_TAKEN_BACK), MONEY),
    **dict.fromkeys((A.PAYMENT_PLAN_VIEWED, A.PAYMENT_PLAN_LISTED), MONEY),
    A.INVOICE_VOIDED: MONEY,
    **dict.fromkeys((A.CREDIT_MOVED, A.CREDIT_ARRIVED, A.CHECK_SENT_BACK), MONEY),
    **dict.fromkeys((A.CREDIT_CAME_BACK, A.CREDIT_WENT_BACK), MONEY),
    **dict.fromkeys((A.REFUNDED, A.REFUND_TAKEN_BACK), MONEY),
    **dict.fromkeys((A.WRITTEN_OFF, A.WRITE_OFF_TAKEN_BACK, A.SMALL_BALANCE_LISTED), MONEY),
    **dict.fromkeys((A.PAY_LINK_MADE, A.PAY_LINK_LISTED, A.PAY_LINK_WITHDRAWN), MONEY),
    **dict.fromkeys((A.LINKS_WANTED, A.LINKS_NOT_WANTED), WHO),
    **dict.fromkeys((A.QUESTION_ASKED, A.QUESTION_ANSWERED), MONEY),
    **dict.fromkeys((A.QUESTION_LISTED, A.QUESTION_VIEWED), MONEY),
    **dict.fromkeys((A.PAY_LINK_OPENED, A.PAY_ACCOUNT_VIEWED), MONEY),
    **dict.fromkeys((A.BILLING_CYCLE_SET, A.BILLING_CYCLE_VIEWED, A.BILLING_PREVIEWED), MONEY),
    A.BILLING_RUN_VIEWED: MONEY,
    **dict.fromkeys((A.PACKAGE_SOLD, A.PACKAGE_VIEWED, A.PACKAGE_LISTED), MONEY),
    **dict.fromkeys((A.PACKAGE_REDEEMED, A.PACKAGE_GIVEN_BACK_TO, A.PACKAGE_GOES_ON), MONEY),
    **dict.fromkeys((A.LETTER_WRITTEN, A.LETTER_LISTED, A.LETTER_CAME_BACK), LETTERS),
    **dict.fromkeys((A.LETTER_HOLD_SET, A.LETTER_HOLD_ENDED, A.REMINDER_LISTED), LETTERS),
    **dict.fromkeys((A.STATEMENT_RUN_LISTED, A.STATEMENT_RUN_PRINTED), MONEY),
    A.STATEMENT_RUN_FAILED: "Nothing: no statement could be made",
    A.PAY_LINK_REFUSED: "Nothing: the answer was wrong",
    A.REPORT_VIEWED: "What is open, by code",
    A.REPORT_EXPORTED: "Amounts of a report, by code, in a file",
    A.REPORT_RUN_REPEATED: "Amounts of a report, by code",
    A.EVIDENCE_PACK_MADE: "Amounts of a report, by code, in a file",
    A.SAMPLE_VIEWED: "An amount, without name or code",
    A.SAMPLE_EXPORTED: "An amount, without name or code, in a file",
    A.ENTRY_VIEWED: MONEY,
}
"""What was seen or changed, by its name and never by its value. Every act that touches a client
has its part: a test compares this with all that is recorded."""


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody saw or changed something of the record, told to the client."""

    number: int
    at: datetime
    action: str
    sentence: str
    who: str
    role: str
    part: str
    way: str


def of(
    client: Client,
    asked: Wanted = ANYTHING,
    *,
    before_seq: int | None = None,
    limit: int = log.PAGE,
) -> list[Look]:
    """Return who looked at any record of a person, newest first; what was merged into the record
    belongs to it.
    """
    records = families.records_of(client)
    found = log.looks_at(records, asked, before_seq=before_seq, limit=limit)
    emergencies = _emergencies(records)
    return [
        Look(
            number=each.number,
            at=each.at,
            action=each.action,
            sentence=each.sentence,
            who=each.who,
            role=each.role,
            part=PARTS.get(each.action, "The record"),
            way=_way(each, emergencies),
        )
        for each in found
    ]


def _emergencies(records: list[UUID]) -> list[tuple[UUID | None, datetime, datetime]]:
    opened = EmergencyAccess.objects.filter(client__in=records)
    return list(opened.values_list("member__person_id", "opened_at", "ends_at"))


def _way(look: log.Look, emergencies: list[tuple[UUID | None, datetime, datetime]]) -> str:
    if look.is_program:
        return BY_PROGRAM
    if look.is_pay_link:
        return BY_PAY_LINK
    for person, since, until in emergencies:
        if person == look.person_id and since <= look.at <= until:
            return IN_EMERGENCY
    return ON_PAGES
