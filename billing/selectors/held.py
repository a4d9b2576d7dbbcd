"""Everything that is held about a client, as one document: 45 CFR 164.524.

``docs/RECORD.md`` describes it, field by field; ``SCHEMA`` changes when a reader would have to.
What no section holds is in ``LEFT_OUT`` with the reason; a test walks the models for both.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import edits
from accounts.fields import EncryptedField
from accounts.models import Membership
from accounts.selectors import members
from audit.actions import Action
from audit.selectors import values
from billing.models import (
    AccountStatement,
    ApplicationTakenBack,
    Appointment,
    AppointmentOutcome,
    AppointmentSeries,
    BillingCycle,
    CardIntent,
    CreditTransfer,
    CycleRunClient,
    Document,
    Estimate,
    EstimateItem,
    EstimateNote,
    EstimateOverrun,
    EstimateRequest,
    EstimateText,
    GroupMember,
    GroupMemberLeft,
    Invoice,
    InvoiceLine,
    InvoiceLineText,
    InvoiceQuestion,
    InvoiceVoided,
    Letter,
    LetterCameBack,
    LetterHold,
    LetterHoldEnded,
    LinkWish,
    MissedFee,
    NotBilled,
    NotBilledTakenBack,
    OutcomeTakenBack,
    Package,
    PackageEnd,
    PackageEndTakenBack,
    PackageRedemption,
    PayLink,
    Payment,
    PaymentApplication,
    PaymentPlan,
    PaymentPlanTakenBack,
    PaymentPlanText,
    PaymentTakenBack,
    PayVisit,
    PlanInstallment,
    PlanInvoice,
    QuestionAnswer,
    RedemptionTakenBack,
    Refund,
    RefundPaid,
    RefundTakenBack,
    Reminder,
    ReturnedCheck,
    Session,
    SessionAddOn,
    SessionCoding,
    SplitBilling,
    StatementRecord,
    StatementRunItem,
    Superbill,
    SuperbillGiven,
    SuperbillLine,
    SuperbillText,
    WriteOff,
    WriteOffTakenBack,
)
from billing.selectors import statements
from clients.models import (
    Address,
    Assignment,
    Client,
    Consent,
    Contact,
    Coverage,
    Diagnosis,
    EmergencyAccess,
    ExternalRecord,
    FeeAgreement,
    Merge,
    Release,
    ResponsibleParty,
    Restriction,
    Split,
    SplitShare,
)
from clients.selectors import families, looks
from ledger.money import Money
from ledger.selectors import subledger
from ledger.selectors.subledger import PartyLine

SCHEMA = "quietledger.client-record/1"
MOST_LOOKS = 50_000

Row = dict[str, Any]
More = Callable[[Any], Row]

SOMEBODY_ELSE = "It is somebody else's own, and the client's record says no more of them."
OPENS = "It opens the account; it stands on the statement that the client was given."
OF_NOBODY = "It tells nothing: a key, a keyed hash or a counter of this product."

LEFT_OUT: Mapping[str, str] = {
    "clients.SearchText": "It repeats the record, for searching.",
    "billing.DocumentBody": "The pages of the invoices that stand here line by line.",
    "billing.StatementRun": "The rule and the words of statements of many clients.",
    "clients.ClientImportFile": "A file of many people, emptied within a day.",
    "billing.FhirFile": "A file of many people, emptied once it is taken in.",
    "billing.RejectedRecord": "A record that became nobody's; it is emptied when it is settled.",
    "billing.ExternalCode": "What another system calls practitioners and services.",
    "billing.ReportFile": "A report by codes on its way to a colleague, gone within a day.",
    "billing.Group": "A group is called by a code; a client's own rows say when they were in one.",
    "billing.GroupHour": "When a group met; a client's own appointment says when they came.",
    "billing.PackageOffer": "What the practice sells; a client's package says which it was.",
    "billing.Vendor": "Whom the practice buys from.",
    "billing.Bill": "What the practice owes to a vendor.",
    "billing.BillPayment": "What the practice paid to a vendor.",
    "billing.BillFile": "A vendor's paper.",
    "billing.RecurringBill": "What the practice owes to a vendor again and again.",
    "billing.BankFile": "A file of the practice's bank, emptied once its lines are taken in, within"
    " a day.",
    "billing.DrawerCount": "What somebody counted in the practice's drawer.",
    "billing.Deposit": "Cash and checks of many clients that went to the bank in one bag.",
    "billing.BankLine": "What the practice's bank account moved; a deposit's words may name who"
    " paid.",
    "ledger.ItemTotal": "Sums of lines that stand here one by one, made anew at any close.",
    "billing.WebhookEvent": "The card company's report; what it did is a payment here.",
    "accounts.AlertSetting": "Why a rule by which the log raises cases was switched off.",
    "accounts.AlertStep": "What came of a case about a colleague.",
    "accounts.ApiWrite": "What a program was answered, kept a day so that it can ask again.",
    "accounts.Approval": "A colleague's yes to an act on a payment; it names the payment's number.",
    "accounts.LogReviewLine": "Which event of the log is reviewed, by its number.",
    "accounts.LogReviewMark": "What was decided on a line of a review; it names no client.",
    "accounts.AuditRequest": "What an auditor asks the practice to be shown; it names no client.",
    "accounts.AuditRequestStep": "What an auditor is answered; it names no client.",
    "accounts.DrawnSample": "Which rows of the practice an auditor drew, by their ids.",
    "accounts.EvidencePack": "The log and reports by codes on their way to an auditor, gone within"
    " a day.",
    "accounts.Draft": "What a colleague typed before their time was over; emptied within a day.",
    "accounts.Membership": "The practice's people.",
    "accounts.OutgoingMail": "Letters that went out or wait to; they tell nothing of a record.",
    "accounts.SignInSession": "Who of the practice is signed in.",
    "accounts.SignInTry": "Who tried to sign in.",
}
"""Model → why no section holds it, though it points at a client, may name one or is sealed."""


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of row. ``clients`` are the ways from it to its client, any of which may lead to
    one; ``but`` are the fields that are not told, with the reason.
    """

    name: str
    model: type[models.Model]
    clients: tuple[str, ...] = ("client",)
    but: Mapping[str, str] = field(default_factory=dict)
    more: More | None = None
    related: tuple[str, ...] = ()
    among: Callable[[QuerySet[Client]], QuerySet[Any]] | None = None
    """Which rows tell of some records and of nobody else, where the ways alone do not say it."""

    @property
    def fields(self) -> list[Any]:
        return [
            each
            for each in self.model._meta.concrete_fields
            if each.name not in {"practice_id", *self.but}
            and (isinstance(each, EncryptedField) or not isinstance(each, models.BinaryField))
        ]

    def rows(self, records: list[UUID]) -> QuerySet[Any]:
        wanted = Q()
        for way in self.clients:
            wanted |= Q(**{f"{way}__in": records})
        every = self.model._default_manager.all()
        among = self.among(Client.objects.filter(pk__in=records)) if self.among else every
        found = among.filter(wanted).order_by("pk")
        return found.select_related(*self.related) if self.related else found


def _consent(row: Consent) -> Row:
    return {"kind": row.text.kind, "version": row.text.version, "body": row.text.body}


def _plan_text(row: Any) -> Row:
    """Return what a plan says, and nothing of where somebody else lives who agreed it."""
    return {"said": {name: row.said[name] for name in row.said if name != "to"}}


def _external(row: ExternalRecord) -> Row:
    """Return what the other system said of the client, and nothing of a related person."""
    return {"said": None if row.kind == ExternalRecord.Kind.RELATED else row.said}


def _subscriber(row: Coverage) -> Row:
    own = row.relation == Coverage.Relation.SELF
    born = row.subscriber_birth_date if own else None
    return {"subscriber_birth_date": born.isoformat() if born else None}


def _line(row: PartyLine) -> Row:
    return {
        "id": str(row.id),
        "entry_id": str(row.entry_id),
        "entry_date": row.entry_date.isoformat(),
        "memo": row.memo,
        "account": row.account,
        "item": str(row.item) if row.item else None,
        "debit_cents": row.debit.cents,
        "credit_cents": row.credit.cents,
    }


def _service(row: Any) -> Row:
    code = row.service_code  # A line that sells a package has none.
    return {"service": code.code if code else None, "service_label": code.label if code else None}


def _offer(row: Package) -> Row:
    return {"offer": row.offer.name}


PARTYS_OWN = {"phone": SOMEBODY_ELSE, "email": SOMEBODY_ELSE, "postal_address": SOMEBODY_ELSE}

SERVICE = ("service_code",)

SECTIONS = (
    Section("records", Client, ("pk",)),
    Section("contacts", Contact),
    Section("addresses", Address),
    Section("responsible_parties", ResponsibleParty, but=PARTYS_OWN),
    Section("splits", Split),
    Section("split_shares", SplitShare, ("split__client",)),
    Section(
        "coverages",
        Coverage,
        but={"subscriber_birth_date": SOMEBODY_ELSE},
        more=_subscriber,
    ),
    Section("diagnoses", Diagnosis),
    Section("consents", Consent, more=_consent, related=("text",)),
    Section("fee_agreements", FeeAgreement),
    Section("restrictions", Restriction),
    Section("assignments", Assignment),
    Section("emergency_accesses", EmergencyAccess),
    Section("merges", Merge, ("kept", "merged")),
    Section("external_records", ExternalRecord, but={"said": SOMEBODY_ELSE}, more=_external),
    Section("releases", Release),
    Section("sessions", Session, more=_service, related=("service_code",)),
    Section("session_add_ons", SessionAddOn, ("session__client",), but={"key": OF_NOBODY}),
    Section("session_codings", SessionCoding, ("session__client",)),
    Section("appointment_series", AppointmentSeries, but={"key": OF_NOBODY}),
    Section(
        "appointments",
        Appointment,
        but={"key": OF_NOBODY, "group_hour": SOMEBODY_ELSE},
        more=_service,
        related=("service_code",),
    ),
    Section("group_members", GroupMember, but={"key": OF_NOBODY, "group": SOMEBODY_ELSE}),
    Section("group_members_left", GroupMemberLeft, ("member__client",)),
    Section("appointment_outcomes", AppointmentOutcome, ("appointment__client",)),
    Section("outcomes_taken_back", OutcomeTakenBack, ("outcome__appointment__client",)),
    Section("missed_fees", MissedFee, more=_service, related=("service_code",)),
    Section("not_billed", NotBilled, ("session__client", "missed_fee__client")),
    Section(
        "billed_after_all",
        NotBilledTakenBack,
        ("not_billed__session__client", "not_billed__missed_fee__client"),
    ),
    Section("billing_cycles", BillingCycle),
    Section("billing_runs", CycleRunClient),
    Section("split_billings", SplitBilling),
    Section("invoices", Invoice),
    Section(
        "invoice_lines",
        InvoiceLine,
        ("invoice__client",),
        more=_service,
        related=("service_code",),
    ),
    Section("invoice_line_texts", InvoiceLineText, ("line__invoice__client",)),
    Section("packages", Package, but={"key": OF_NOBODY}, more=_offer, related=("offer",)),
    Section("package_redemptions", PackageRedemption, ("package__client",)),
    Section("redemptions_taken_back", RedemptionTakenBack, ("redemption__package__client",)),
    Section("package_ends", PackageEnd, ("package__client",), but={"key": OF_NOBODY}),
    Section("package_ends_taken_back", PackageEndTakenBack, ("end__package__client",)),
    Section("payments", Payment, but={"key": OF_NOBODY}),
    Section(
        "payment_applications", PaymentApplication, ("payment__client",), but={"key": OF_NOBODY}
    ),
    Section("refunds", Refund, ("payment__client",), but={"key": OF_NOBODY}),
    Section("refunds_paid", RefundPaid, ("refund__payment__client",)),
    Section("refunds_taken_back", RefundTakenBack, ("refund__payment__client",)),
    Section("write_offs", WriteOff, ("invoice__client",), but={"key": OF_NOBODY}),
    Section("write_offs_taken_back", WriteOffTakenBack, ("write_off__invoice__client",)),
    Section("invoices_voided", InvoiceVoided, ("invoice__client",), but={"key": OF_NOBODY}),
    Section("applications_taken_back", ApplicationTakenBack, ("application__payment__client",)),
    Section(
        "payments_taken_back",
        PaymentTakenBack,
        ("payment__client",),
        but={"key": OF_NOBODY, "replacement": SOMEBODY_ELSE},
    ),
    Section("credit_given", CreditTransfer, ("payment__client",), but={"arrived": SOMEBODY_ELSE}),
    Section(
        "credit_received", CreditTransfer, ("arrived__client",), but={"payment": SOMEBODY_ELSE}
    ),
    Section("returned_checks", ReturnedCheck, ("taken_back__payment__client",)),
    Section("pay_links", PayLink, but={"key": OF_NOBODY, "text": OPENS}),
    Section("link_wishes", LinkWish),
    Section("pay_visits", PayVisit),
    Section("questions", InvoiceQuestion, ("invoice__client",), but={"key": OF_NOBODY}),
    Section("question_answers", QuestionAnswer, ("question__invoice__client",)),
    Section("card_payments", CardIntent, ("invoice__client", "client"), but={"key": OF_NOBODY}),
    Section(
        "statements",
        AccountStatement,
        but={"key": OF_NOBODY},
        among=statements.telling_only_of,
    ),
    Section("statement_records", StatementRecord),
    Section("statement_run_items", StatementRunItem),
    Section("letters", Letter),
    Section("reminders", Reminder, ("letter__client",)),
    Section("letters_come_back", LetterCameBack, ("letter__client",)),
    Section("letter_holds", LetterHold),
    Section("letter_holds_ended", LetterHoldEnded, ("hold__client",)),
    Section("estimates", Estimate, but={"key": OF_NOBODY}),
    Section("estimate_items", EstimateItem, ("estimate__client",), more=_service, related=SERVICE),
    Section("estimate_texts", EstimateText, ("estimate__client",)),
    Section("estimate_notes", EstimateNote, ("estimate__client",)),
    Section("estimate_requests", EstimateRequest, but={"key": OF_NOBODY}),
    Section("estimate_overruns", EstimateOverrun, ("invoice__client",)),
    Section("superbills", Superbill, but={"key": OF_NOBODY}),
    Section("superbill_lines", SuperbillLine, ("superbill__client",)),
    Section("superbill_texts", SuperbillText, ("superbill__client",)),
    Section("superbills_given", SuperbillGiven, ("superbill__client",), but={"key": OF_NOBODY}),
    Section("payment_plans", PaymentPlan, but={"key": OF_NOBODY}),
    Section("payment_plan_invoices", PlanInvoice, ("plan__client",)),
    Section("payment_plan_installments", PlanInstallment, ("plan__client",)),
    Section(
        "payment_plan_texts",
        PaymentPlanText,
        ("plan__client",),
        but={"said": SOMEBODY_ELSE},
        more=_plan_text,
    ),
    Section("payment_plans_taken_back", PaymentPlanTakenBack, ("plan__client",)),
    Section(
        "documents",
        Document,
        (
            "invoice__client",
            "payment__client",
            "statement__client",
            "estimate__client",
            "superbill__client",
            "payment_plan__client",
        ),
    ),
)

LEDGER_LINES = "ledger_lines"
"""The books' lines of the client: ledger.Posting by party."""

CHANGES, LOOKS = "changes", "looks"
"""Sections of the log: audit.Event, audit.Touch and audit.Value by client."""

BY_ID = frozenset({"audit.Event", "audit.Touch", "ledger.Posting"})
"""Models whose rows are found by the client's id alone, in the sections above."""

VALUES_OF_OTHERS = frozenset({Action.PARTY_CHANGED, Action.PARTY_ADDED})


def of(client: Client, *, now: datetime) -> Row:
    """Return everything held about a person, of all their records, ready for JSON.

    Amounts are whole cents, days and moments ISO 8601.
    """
    records = families.records_of(client)
    names = dict(Membership.objects.values_list("pk", "display_name"))
    seen = looks.of(client, limit=MOST_LOOKS)
    return {
        "schema": SCHEMA,
        "made_at": now.isoformat(),
        "practice": members.practice().name,
        "time_zone": str(timezone.get_current_timezone()),
        "client": client.code,
        **{
            section.name: [_row(section, row, names) for row in section.rows(records)]
            for section in SECTIONS
        },
        LEDGER_LINES: [_line(each) for each in subledger.lines_of(records)],
        CHANGES: list(_changes(seen)),
        LOOKS: [_look(each) for each in reversed(seen)],
        "left_out": left_out(),
    }


def left_out() -> list[Row]:
    """Return what is not told, and why, as the document itself says it."""
    tables = [{"what": name, "why": why} for name, why in sorted(LEFT_OUT.items())]
    fields = [
        {"what": f"{section.name}.{name}", "why": why}
        for section in SECTIONS
        for name, why in section.but.items()
    ]
    return tables + fields


def key_of(each: Any) -> str:
    """Return the name under which a column stands in the document."""
    if each.is_relation:
        return str(each.name if each.related_model is Membership else each.attname)
    return f"{each.name}_cents" if each.__class__.__name__ == "MoneyField" else str(each.name)


def _row(section: Section, row: Any, names: Mapping[UUID, str]) -> Row:
    told = {key_of(each): _value(each, row, names) for each in section.fields}
    return told | (section.more(row) if section.more else {})


def _value(each: Any, row: Any, names: Mapping[UUID, str]) -> Any:
    value = getattr(row, each.attname)
    if each.is_relation and each.related_model is Membership:
        return names.get(value)
    if isinstance(value, Money):
        return value.cents
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _changes(seen: list[looks.Look]) -> Iterator[Row]:
    """Yield what stood before and after each edit of the client's own fields, oldest first."""
    of_edits = {each.number: each for each in seen if each.action not in VALUES_OF_OTHERS}
    for number, sealed in values.of_events(of_edits).items():
        told = edits.opened(commitment=sealed.commitment, ciphertext=sealed.ciphertext)
        look = of_edits[number]
        yield {"at": look.at.isoformat(), "by": look.who, "action": look.action, **told}


def _look(each: looks.Look) -> Row:
    return {
        "number": each.number,
        "at": each.at.isoformat(),
        "who": each.who,
        "role": each.role,
        "what": each.sentence,
        "part": each.part,
        "way": each.way,
    }
