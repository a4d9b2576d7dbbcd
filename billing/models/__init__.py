"""Billing's rows: what is charged, invoiced, received and printed."""

from billing.models.add_on import KnownAddOn, SessionAddOn
from billing.models.appointment import (
    Appointment,
    AppointmentOutcome,
    AppointmentSeries,
    OutcomeTakenBack,
)
from billing.models.bank import BankFile, BankLine, BankMatch
from billing.models.bill import (
    Bill,
    BillLine,
    BillPayment,
    BillPaymentTakenBack,
    BillTakenBack,
    TakenBackReason,
    Vendor,
)
from billing.models.coding import KnownDetail, SessionCoding
from billing.models.counter import Counter
from billing.models.credit_transfer import Agreement, CreditTransfer, TransferReason
from billing.models.cycle import BillingCycle, CycleRun, CycleRunClient, Rhythm
from billing.models.document import Document, DocumentBody
from billing.models.drawer import (
    Deposit,
    DepositReason,
    DepositTakenBack,
    DrawerCount,
    DrawerReason,
)
from billing.models.estimate import (
    Estimate,
    EstimateItem,
    EstimateNote,
    EstimateOverrun,
    EstimateRequest,
    EstimateText,
)
from billing.models.group import Group, GroupHour, GroupMember, GroupMemberLeft
from billing.models.intake import ExternalCode, RejectedRecord
from billing.models.invoice import Invoice, InvoiceLine, InvoiceLineText
from billing.models.letter import (
    Letter,
    LetterCameBack,
    LetterHold,
    LetterHoldEnded,
    LetterKind,
    LetterWording,
)
from billing.models.missed import MissedFee, MissedPolicy, NotBilled, NotBilledTakenBack
from billing.models.package import (
    Package,
    PackageOffer,
    PackageOfferCode,
    PackageOfferEnded,
)
from billing.models.pay_link import LinkWish, PayLink, PayVisit
from billing.models.payer_rule import PayerRule
from billing.models.payment import Payment, PaymentApplication
from billing.models.payment_plan import (
    PaymentPlan,
    PaymentPlanTakenBack,
    PaymentPlanText,
    PlanBackReason,
    PlanInstallment,
    PlanInvoice,
)
from billing.models.question import InvoiceQuestion, QuestionAnswer
from billing.models.recurring import BillFile, RecurringBill
from billing.models.redemption import (
    PackageBackReason,
    PackageEnd,
    PackageEndTakenBack,
    PackageRedemption,
    RedemptionTakenBack,
)
from billing.models.refund import (
    Refund,
    RefundBackReason,
    RefundPaid,
    RefundReason,
    RefundTakenBack,
)
from billing.models.reminder import Reminder, ReminderPolicy, ReminderStep
from billing.models.report_file import ReportFile
from billing.models.report_run import ReportRun
from billing.models.returned_check import ReturnedCheck, ReturnReason
from billing.models.service import KnownCode, ServiceCode, ServiceFee
from billing.models.session import DiscountKind, Session
from billing.models.source import FhirSource
from billing.models.split_billing import SplitBilling
from billing.models.statement import AccountStatement, StatementRecord
from billing.models.statement_run import StatementRun, StatementRunItem
from billing.models.stripe import CardIntent, StripeAccount, WebhookEndpoint, WebhookEvent
from billing.models.superbill import (
    Superbill,
    SuperbillGiven,
    SuperbillLine,
    SuperbillRule,
    SuperbillText,
)
from billing.models.taking_back import (
    ApplicationTakenBack,
    PaymentReason,
    PaymentTakenBack,
    UnapplyReason,
)
from billing.models.upload import FhirFile
from billing.models.voiding import InvoiceVoided, VoidReason
from billing.models.write_off import WriteOff, WriteOffReason, WriteOffTakenBack

__all__ = [
    "AccountStatement",
    "Agreement",
    "ApplicationTakenBack",
    "Appointment",
    "AppointmentOutcome",
    "AppointmentSeries",
    "BankFile",
    "BankLine",
    "BankMatch",
    "Bill",
    "BillFile",
    "BillLine",
    "BillPayment",
    "BillPaymentTakenBack",
    "BillTakenBack",
    "BillingCycle",
    "CardIntent",
    "Counter",
    "CreditTransfer",
    "CycleRun",
    "CycleRunClient",
    "Deposit",
    "DepositReason",
    "DepositTakenBack",
    "DiscountKind",
    "Document",
    "DocumentBody",
    "DrawerCount",
    "DrawerReason",
    "Estimate",
    "EstimateItem",
    "EstimateNote",
    "EstimateOverrun",
    "EstimateRequest",
    "EstimateText",
    "ExternalCode",
    "FhirFile",
    "FhirSource",
    "Group",
    "GroupHour",
    "GroupMember",
    "GroupMemberLeft",
    "Invoice",
    "InvoiceLine",
    "InvoiceLineText",
    "InvoiceQuestion",
    "InvoiceVoided",
    "KnownAddOn",
    "KnownCode",
    "KnownDetail",
    "Letter",
    "LetterCameBack",
    "LetterHold",
    "LetterHoldEnded",
    "LetterKind",
    "LetterWording",
    "LinkWish",
    "MissedFee",
    "MissedPolicy",
    "NotBilled",
    "NotBilledTakenBack",
    "OutcomeTakenBack",
    "Package",
    "PackageBackReason",
    "PackageEnd",
    "PackageEndTakenBack",
    "PackageOffer",
    "PackageOfferCode",
    "PackageOfferEnded",
    "PackageRedemption",
    "PayLink",
    "PayVisit",
    "PayerRule",
    "Payment",
    "PaymentApplication",
    "PaymentPlan",
    "PaymentPlanTakenBack",
    "PaymentPlanText",
    "PaymentReason",
    "PaymentTakenBack",
    "PlanBackReason",
    "PlanInstallment",
    "PlanInvoice",
    "QuestionAnswer",
    "RecurringBill",
    "RedemptionTakenBack",
    "Refund",
    "RefundBackReason",
    "RefundPaid",
    "RefundReason",
    "RefundTakenBack",
    "RejectedRecord",
    "Reminder",
    "ReminderPolicy",
    "ReminderStep",
    "ReportFile",
    "ReportRun",
    "ReturnReason",
    "ReturnedCheck",
    "Rhythm",
    "ServiceCode",
    "ServiceFee",
    "Session",
    "SessionAddOn",
    "SessionCoding",
    "SplitBilling",
    "StatementRecord",
    "StatementRun",
    "StatementRunItem",
    "StripeAccount",
    "Superbill",
    "SuperbillGiven",
    "SuperbillLine",
    "SuperbillRule",
    "SuperbillText",
    "TakenBackReason",
    "TransferReason",
    "UnapplyReason",
    "Vendor",
    "VoidReason",
    "WebhookEndpoint",
    "WebhookEvent",
    "WriteOff",
    "WriteOffReason",
    "WriteOffTakenBack",
]
