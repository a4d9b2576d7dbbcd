"""Everything that a person can be granted, and what the built-in roles hold."""

from dataclasses import dataclass, field
from enum import StrEnum


class Permission(StrEnum):
    """One thing a person can be granted; the value is Django's permission name."""

    ACCESS_REVIEW = "accounts.access_review"
    ACCOUNT_CHANGE = "accounts.account_change"
    ALERT_WORK = "accounts.alert_work"
    API_TOKEN_CHANGE = "accounts.api_token_change"  # noqa: S105  # the name of a right
    APPROVAL_DECIDE = "accounts.approval_decide"
    ASSIGNMENT_CHANGE = "accounts.assignment_change"
    AUDIT_ANSWER = "accounts.audit_answer"
    AUDIT_WORK = "accounts.audit_work"
    BANK_MATCH = "accounts.bank_match"
    BILLING_CYCLE_CHANGE = "accounts.billing_cycle_change"
    BILLING_RUN = "accounts.billing_run"
    BILL_CHANGE = "accounts.bill_change"
    BILL_PAY = "accounts.bill_pay"
    BILL_VIEW = "accounts.bill_view"
    CARD_PAYMENT_START = "accounts.card_payment_start"
    CLIENT_CHANGE = "accounts.client_change"
    CLIENT_CREATE = "accounts.client_create"
    CLIENT_EXPORT = "accounts.client_export"
    CLIENT_IDENTITY_VIEW = "accounts.client_identity_view"
    CLIENT_IMPORT = "accounts.client_import"
    CLIENT_MERGE = "accounts.client_merge"
    CLIENT_VIEW = "accounts.client_view"
    CLIENT_VIEW_ALL = "accounts.client_view_all"
    CONSENT_RECORD = "accounts.consent_record"
    CONSENT_TEXT_CHANGE = "accounts.consent_text_change"
    CONSENT_VIEW = "accounts.consent_view"
    COVERAGE_CHANGE = "accounts.coverage_change"
    COVERAGE_VIEW = "accounts.coverage_view"
    CREDIT_TRANSFER = "accounts.credit_transfer"
    DIAGNOSIS_CHANGE = "accounts.diagnosis_change"
    DIAGNOSIS_VIEW = "accounts.diagnosis_view"
    DRAWER_COUNT = "accounts.drawer_count"
    EHR_CONNECT = "accounts.ehr_connect"
    EMERGENCY_OPEN = "accounts.emergency_open"
    EMERGENCY_REVIEW = "accounts.emergency_review"
    ESTIMATE_MAKE = "accounts.estimate_make"
    FEE_AGREEMENT_CHANGE = "accounts.fee_agreement_change"
    FEE_AGREEMENT_VIEW = "accounts.fee_agreement_view"
    FEE_WAIVE = "accounts.fee_waive"
    INTAKE_MANAGE = "accounts.intake_manage"
    INVOICE_ISSUE = "accounts.invoice_issue"
    INVOICE_VIEW = "accounts.invoice_view"
    INVOICE_VOID = "accounts.invoice_void"
    KEY_CHANGE = "accounts.key_change"
    LETTER_CHANGE = "accounts.letter_change"
    LETTER_SEND = "accounts.letter_send"
    LETTER_VIEW = "accounts.letter_view"
    LOG_REVIEW = "accounts.log_review"
    LOG_VIEW = "accounts.log_view"
    MEMBER_CHANGE = "accounts.member_change"
    MEMBER_ID_SHOW = "accounts.member_id_show"
    MEMBER_VIEW = "accounts.member_view"
    PAY_LINK_MAKE = "accounts.pay_link_make"
    PARTICULARS_CHANGE = "accounts.particulars_change"
    PACKAGE_END = "accounts.package_end"
    PAYMENT_CORRECT = "accounts.payment_correct"
    PAYMENT_PLAN_AGREE = "accounts.payment_plan_agree"
    PAYMENT_RECORD = "accounts.payment_record"
    PERIOD_CLOSE = "accounts.period_close"
    PERIOD_POST = "accounts.period_post"
    QUESTION_ANSWER = "accounts.question_answer"
    RECORD_RELEASE = "accounts.record_release"
    REFUND_RECORD = "accounts.refund_record"
    REPORT_EXPORT = "accounts.report_export"
    REPORT_VIEW = "accounts.report_view"
    ROLE_CHANGE = "accounts.role_change"
    SECURITY_CHANGE = "accounts.security_change"
    SERVICE_CHANGE = "accounts.service_change"
    SESSION_RECORD = "accounts.session_record"
    SESSION_VIEW = "accounts.session_view"
    SUPERBILL_MAKE = "accounts.superbill_make"
    WRITE_OFF_RECORD = "accounts.write_off_record"

    @property
    def codename(self) -> str:
        return self.value.partition(".")[2]


WORDS: dict[Permission, tuple[str, str]] = {
    Permission.CLIENT_VIEW: ("Clients", "See the clients assigned to them"),
    Permission.CLIENT_VIEW_ALL: ("Clients", "See every client of the practice"),
    Permission.CLIENT_IDENTITY_VIEW: ("Clients", "See names, birth dates and contacts"),
    Permission.CLIENT_CREATE: ("Clients", "Add clients"),
    Permission.CLIENT_IMPORT: ("Clients", "Add clients from a file"),
    Permission.CLIENT_EXPORT: ("Clients", "Take the list of clients away as a file"),
    Permission.CLIENT_CHANGE: ("Clients", "Change records: names, contacts, who pays"),
    Permission.CLIENT_MERGE: ("Clients", "Merge two records of one client, always two people"),
    Permission.ASSIGNMENT_CHANGE: ("Clients", "Assign therapists to clients"),
    Permission.COVERAGE_VIEW: ("Clients", "See insurance, with member ids masked"),
    Permission.COVERAGE_CHANGE: ("Clients", "Add, correct and end insurance"),
    Permission.MEMBER_ID_SHOW: ("Clients", "Show whole member ids, each time on the log"),
    Permission.DIAGNOSIS_VIEW: ("Clients", "See diagnoses"),
    Permission.DIAGNOSIS_CHANGE: ("Clients", "Enter and end diagnoses"),
    Permission.CONSENT_VIEW: ("Clients", "See which consents were given"),
    Permission.CONSENT_RECORD: ("Clients", "Record consents and their withdrawal"),
    Permission.CONSENT_TEXT_CHANGE: ("Clients", "Publish the texts that clients consent to"),
    Permission.FEE_AGREEMENT_VIEW: ("Clients", "See agreements about fees"),
    Permission.FEE_AGREEMENT_CHANGE: ("Clients", "Agree on fees with clients"),
    Permission.INTAKE_MANAGE: ("Clients", "Mend and map what the medical-record system sends"),
    Permission.RECORD_RELEASE: ("Clients", "Hand out everything held about a client"),
    Permission.EMERGENCY_OPEN: ("Clients", "Open the record of any client in an emergency"),
    Permission.SESSION_VIEW: ("Sessions and invoices", "See sessions"),
    Permission.SESSION_RECORD: ("Sessions and invoices", "Plan and record sessions"),
    Permission.FEE_WAIVE: (
        "Sessions and invoices",
        "Charge less than is agreed, waive late fees, leave sessions unbilled",
    ),
    Permission.ESTIMATE_MAKE: (
        "Sessions and invoices",
        "Make good faith estimates, and note that they were given",
    ),
    Permission.SUPERBILL_MAKE: (
        "Sessions and invoices",
        "Make superbills, and note whom they were given to",
    ),
    Permission.INVOICE_VIEW: ("Sessions and invoices", "See invoices"),
    Permission.INVOICE_ISSUE: ("Sessions and invoices", "Issue invoices"),
    Permission.BILLING_RUN: (
        "Sessions and invoices",
        "See what the next billing invoices, and run it",
    ),
    Permission.BILLING_CYCLE_CHANGE: (
        "Sessions and invoices",
        "Set how often clients are billed",
    ),
    Permission.SERVICE_CHANGE: (
        "Sessions and invoices",
        "Set services, list fees, packages, and what missed appointments cost",
    ),
    Permission.INVOICE_VOID: ("Sessions and invoices", "Void invoices, so that they are not owed"),
    Permission.PAYMENT_RECORD: ("Money", "Take cash and check payments"),
    Permission.PAYMENT_PLAN_AGREE: ("Money", "Agree payment plans, and take them back"),
    Permission.PAYMENT_CORRECT: (
        "Money",
        "Correct payments, take money off invoices, and record checks that came back",
    ),
    Permission.DRAWER_COUNT: ("Money", "Count the drawer and take deposits to the bank"),
    Permission.REFUND_RECORD: ("Money", "Give money back to clients, up to a limit"),
    Permission.CREDIT_TRANSFER: (
        "Money",
        "Give credit of one client to another, up to the limit of refunds",
    ),
    Permission.PACKAGE_END: (
        "Money",
        "End packages: give unused sessions back, or let them expire",
    ),
    Permission.WRITE_OFF_RECORD: ("Money", "Write off what clients owe, up to a limit"),
    Permission.CARD_PAYMENT_START: ("Money", "Start card payments"),
    Permission.PAY_LINK_MAKE: ("Money", "Send clients links to pay by card, and withdraw them"),
    Permission.QUESTION_ANSWER: (
        "Money",
        "Answer what clients say of their invoices by pay links",
    ),
    Permission.APPROVAL_DECIDE: ("Money", "Approve refunds and write-offs above a limit"),
    Permission.LETTER_VIEW: ("Letters", "See letters to clients, and whether they went out"),
    Permission.LETTER_SEND: ("Letters", "Send statements and reminders, or hold them back"),
    Permission.LETTER_CHANGE: ("Letters", "Word letters to clients, and set when reminders go"),
    Permission.BILL_VIEW: ("Money out", "See vendors, bills, expenses and bank lines"),
    Permission.BILL_CHANGE: ("Money out", "Enter and correct bills and expenses"),
    Permission.BILL_PAY: ("Money out", "Pay bills"),
    Permission.BANK_MATCH: ("Money out", "Add bank lines from a file and match them"),
    Permission.REPORT_VIEW: ("Books", "See the trial balance and reports"),
    Permission.PERIOD_CLOSE: ("Books", "Close months, and reopen them with a second person"),
    Permission.PERIOD_POST: ("Books", "Post into months that are closed to others"),
    Permission.ACCOUNT_CHANGE: ("Books", "Name and number the accounts of the chart"),
    Permission.REPORT_EXPORT: ("Books", "Keep runs of reports, and take them away as files"),
    Permission.MEMBER_VIEW: ("People and security", "See the people of the practice"),
    Permission.MEMBER_CHANGE: ("People and security", "Invite people and end their access"),
    Permission.ROLE_CHANGE: ("People and security", "Change what people may do"),
    Permission.ACCESS_REVIEW: ("People and security", "Confirm each quarter who may do what"),
    Permission.EMERGENCY_REVIEW: ("People and security", "Review records opened in an emergency"),
    Permission.PARTICULARS_CHANGE: (
        "People and security",
        "Set the address, tax number and NPIs that documents name",
    ),
    Permission.SECURITY_CHANGE: (
        "People and security",
        "Set the rules for passwords, time limits and networks",
    ),
    Permission.KEY_CHANGE: (
        "People and security",
        "Change the keys that seal records, and destroy them with a second person",
    ),
    Permission.API_TOKEN_CHANGE: (
        "People and security",
        "Make tokens for programs, which do no more than their maker may, and revoke any",
    ),
    Permission.EHR_CONNECT: ("People and security", "Connect the medical-record system"),
    Permission.LOG_VIEW: ("People and security", "Read the log, and the cases that it raises"),
    Permission.ALERT_WORK: (
        "People and security",
        "Take on and close the cases that the log raises",
    ),
    Permission.AUDIT_WORK: (
        "People and security",
        "Examine the practice: draw samples, see packs of evidence, and ask to be shown more",
    ),
    Permission.AUDIT_ANSWER: ("People and security", "Answer what auditors ask to be shown"),
    Permission.LOG_REVIEW: ("People and security", "Review the log each week, and sign it off"),
}
"""Permission → (group, plain words), in the order in which an administrator reads them."""


@dataclass(frozen=True, slots=True)
class BuiltInRole:
    """A role that every practice starts with."""

    slug: str
    name: str
    description: str
    permissions: frozenset[Permission]
    limits: dict[str, int] = field(default_factory=dict)
    """Act → cents up to which the role does it alone; above, a second person agrees."""


P = Permission

BUILT_IN_ROLES = (
    BuiltInRole(
        "administrator",
        "Administrator",
        "Manages people, roles and security. Sees no client.",
        frozenset(
            {
                P.ACCESS_REVIEW,
                P.ALERT_WORK,
                P.API_TOKEN_CHANGE,
                P.APPROVAL_DECIDE,
                P.AUDIT_ANSWER,
                P.AUDIT_WORK,
                P.BANK_MATCH,
                P.BILLING_CYCLE_CHANGE,
                P.BILL_CHANGE,
                P.BILL_PAY,
                P.BILL_VIEW,
                P.CONSENT_TEXT_CHANGE,
                P.EHR_CONNECT,
                P.EMERGENCY_REVIEW,
                P.KEY_CHANGE,
                P.LETTER_CHANGE,
                P.LOG_REVIEW,
                P.LOG_VIEW,
                P.MEMBER_CHANGE,
                P.MEMBER_VIEW,
                P.PARTICULARS_CHANGE,
                P.ROLE_CHANGE,
                P.SECURITY_CHANGE,
                P.SERVICE_CHANGE,
            }
        ),
        limits={"PAY_BILL": 5_000_00},
    ),
    BuiltInRole(
        "accountant",
        "Accountant",
        "Keeps the books. Sees client codes and amounts, no names.",
        frozenset(
            {
                P.ACCOUNT_CHANGE,
                P.APPROVAL_DECIDE,
                P.AUDIT_ANSWER,
                P.BANK_MATCH,
                P.BILLING_CYCLE_CHANGE,
                P.BILLING_RUN,
                P.BILL_CHANGE,
                P.BILL_PAY,
                P.BILL_VIEW,
                P.CLIENT_EXPORT,
                P.CLIENT_MERGE,
                P.CLIENT_VIEW,
                P.CLIENT_VIEW_ALL,
                P.CREDIT_TRANSFER,
                P.DRAWER_COUNT,
                P.FEE_AGREEMENT_CHANGE,
                P.FEE_AGREEMENT_VIEW,
                P.INVOICE_VIEW,
                P.INVOICE_VOID,
                P.PACKAGE_END,
                P.LETTER_SEND,
                P.LETTER_VIEW,
                P.PAYMENT_CORRECT,
                P.PAYMENT_PLAN_AGREE,
                P.PAYMENT_RECORD,
                P.PERIOD_CLOSE,
                P.PERIOD_POST,
                P.QUESTION_ANSWER,
                P.REFUND_RECORD,
                P.REPORT_EXPORT,
                P.REPORT_VIEW,
                P.SERVICE_CHANGE,
                P.WRITE_OFF_RECORD,
            }
        ),
        limits={"PAY_BILL": 5_000_00, "REFUND": 500_00, "WRITE_OFF": 200_00},
    ),
    BuiltInRole(
        "front-desk",
        "Front desk",
        "Adds clients, records sessions, issues invoices and takes payments.",
        frozenset(
            {
                P.ASSIGNMENT_CHANGE,
                P.BILLING_CYCLE_CHANGE,
                P.BILLING_RUN,
                P.CARD_PAYMENT_START,
                P.CLIENT_CHANGE,
                P.CLIENT_CREATE,
                P.CLIENT_EXPORT,
                P.CLIENT_IDENTITY_VIEW,
                P.CLIENT_IMPORT,
                P.CLIENT_MERGE,
                P.CLIENT_VIEW,
                P.CLIENT_VIEW_ALL,
                P.CONSENT_RECORD,
                P.CONSENT_VIEW,
                P.COVERAGE_CHANGE,
                P.COVERAGE_VIEW,
                P.CREDIT_TRANSFER,
                P.DRAWER_COUNT,
                P.ESTIMATE_MAKE,
                P.FEE_AGREEMENT_CHANGE,
                P.FEE_AGREEMENT_VIEW,
                P.FEE_WAIVE,
                P.INTAKE_MANAGE,
                P.INVOICE_ISSUE,
                P.INVOICE_VIEW,
                P.INVOICE_VOID,
                P.LETTER_SEND,
                P.LETTER_VIEW,
                P.MEMBER_ID_SHOW,
                P.PAY_LINK_MAKE,
                P.PACKAGE_END,
                P.PAYMENT_CORRECT,
                P.PAYMENT_PLAN_AGREE,
                P.PAYMENT_RECORD,
                P.QUESTION_ANSWER,
                P.REFUND_RECORD,
                P.SESSION_RECORD,
                P.SESSION_VIEW,
                P.SUPERBILL_MAKE,
            }
        ),
        limits={"REFUND": 100_00, "WAIVE": 200_00},
    ),
    BuiltInRole(
        "therapist",
        "Therapist",
        "Sees the clients assigned to them, their sessions and balances.",
        frozenset(
            {
                P.CLIENT_IDENTITY_VIEW,
                P.CLIENT_VIEW,
                P.CONSENT_RECORD,
                P.CONSENT_VIEW,
                P.COVERAGE_VIEW,
                P.DIAGNOSIS_CHANGE,
                P.DIAGNOSIS_VIEW,
                P.EMERGENCY_OPEN,
                P.ESTIMATE_MAKE,
                P.INVOICE_VIEW,
                P.RECORD_RELEASE,
                P.SESSION_RECORD,
                P.SESSION_VIEW,
                P.SUPERBILL_MAKE,
            }
        ),
    ),
    BuiltInRole(
        "auditor",
        "Auditor",
        "Reads the log and the books, and changes nothing.",
        frozenset(
            {
                P.AUDIT_WORK,
                P.BILL_VIEW,
                P.LOG_VIEW,
                P.MEMBER_VIEW,
                P.REPORT_EXPORT,
                P.REPORT_VIEW,
            }
        ),
    ),
)
