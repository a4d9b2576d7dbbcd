"""What billing knows of one client, as FHIR R4 resources. No name leaves here, only our ids."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import fields
from accounts.api.problems import documented
from accounts.permissions import Permission
from audit.actions import Action
from audit.services import events
from billing.api.fhir import Json, OfPatientQuery, OutView, coded, patient, url, usd
from billing.models import Invoice, InvoiceLine, Payment, PaymentApplication, Session
from billing.selectors import balances, disclosures, invoices, payments, sessions, standing
from ledger.money import ZERO, Money

CPT = "http://www.ama-assn.org/go/cpt"
PAYMENT_TYPE = "http://terminology.hl7.org/CodeSystem/payment-type"
BALANCE = "urn:quietledger:fhir:account-balance"
SEARCHED: Any = {200: dict[str, Any], **documented(400, 401, 403, 404, 406, 429, fhir=True)}


class Accounts(OutView):
    """The account of a client: what is open, as an extension, since R4 has no balance."""

    permission = Permission.CLIENT_VIEW
    query = OfPatientQuery
    kind = "Account"

    @extend_schema(
        operation_id="fhir_account_search", parameters=[OfPatientQuery], responses=SEARCHED
    )
    def get(self, request: Request) -> Response:
        """Search the account of a client: there is one."""
        client = self.client(self.asked["patient"])
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        only = type(client).objects.filter(pk=client.pk)
        return self.searched(self.page(only), [account(client)])


class OneAccount(OutView):
    """One account, by its client's id."""

    permission = Permission.CLIENT_VIEW
    kind = "Account"

    @extend_schema(operation_id="fhir_account_read", responses=SEARCHED)
    def get(self, request: Request, client_id: UUID) -> Response:
        """Read the account of a client."""
        client = self.client(client_id)
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return Response(account(client))


class Invoices(OutView):
    """The invoices of a client."""

    permission = Permission.INVOICE_VIEW
    query = OfPatientQuery
    kind = "Invoice"
    is_of_a_day = True

    @extend_schema(
        operation_id="fhir_invoice_search", parameters=[OfPatientQuery], responses=SEARCHED
    )
    def get(self, request: Request) -> Response:
        """Search the invoices of a client."""
        client = self.client(self.asked["patient"])
        found = billed(Invoice.objects.filter(client=client))
        page = self.page(found, kept_back=disclosures.OF_INVOICE)
        events.record(
            Action.INVOICE_LISTED, touched=[client.pk], count=len(page.rows), **page.facts
        )
        open_now = invoices.balances_due([client.pk])
        return self.searched(page, (invoice(each, open_now) for each in page.rows))


class OneInvoice(OutView):
    """One invoice."""

    permission = Permission.INVOICE_VIEW
    kind = "Invoice"
    is_of_a_day = True

    @extend_schema(operation_id="fhir_invoice_read", responses=SEARCHED)
    def get(self, request: Request, invoice_id: UUID) -> Response:
        """Read an invoice."""
        wanted = get_object_or_404(billed(Invoice.objects.all()), pk=invoice_id)
        client = self.client(wanted.client_id)
        self.refuse(client, disclosures.of_invoice(wanted))
        events.record(Action.INVOICE_VIEWED, target=wanted, touched=[wanted.client_id])
        return Response(invoice(wanted, invoices.balances_due([wanted.client_id])))


class ChargeItems(OutView):
    """The sessions of a client, at their fees."""

    permission = Permission.SESSION_VIEW
    query = OfPatientQuery
    kind = "ChargeItem"
    is_of_a_day = True

    @extend_schema(
        operation_id="fhir_chargeitem_search", parameters=[OfPatientQuery], responses=SEARCHED
    )
    def get(self, request: Request) -> Response:
        """Search the charges of a client: a session each."""
        client = self.client(self.asked["patient"])
        found = disclosures.with_days(
            held(Session.objects.filter(client=client)), zone=timezone.get_current_timezone()
        )
        page = self.page(found, kept_back=disclosures.OF_SESSION)
        events.record(
            Action.SESSION_LISTED, touched=[client.pk], count=len(page.rows), **page.facts
        )
        return self.searched(page, map(charge_item, page.rows))


class OneChargeItem(OutView):
    """One session, at its fee."""

    permission = Permission.SESSION_VIEW
    kind = "ChargeItem"
    is_of_a_day = True

    @extend_schema(operation_id="fhir_chargeitem_read", responses=SEARCHED)
    def get(self, request: Request, session_id: UUID) -> Response:
        """Read a charge."""
        wanted = get_object_or_404(held(Session.objects.all()), pk=session_id)
        client = self.client(wanted.client_id)
        on = timezone.localdate(wanted.started_at)
        self.refuse(client, disclosures.on_days(client, [on]))
        events.record(Action.SESSION_VIEWED, target=wanted, label=client.code, touched=[client.pk])
        return Response(charge_item(wanted))


class PaymentReconciliations(OutView):
    """The payments of a client, and which invoices they paid."""

    permission = Permission.INVOICE_VIEW
    query = OfPatientQuery
    kind = "PaymentReconciliation"

    @extend_schema(
        operation_id="fhir_paymentreconciliation_search",
        parameters=[OfPatientQuery],
        responses=SEARCHED,
    )
    def get(self, request: Request) -> Response:
        """Search the payments of a client."""
        client = self.client(self.asked["patient"])
        page = self.page(applied(Payment.objects.filter(client=client)))
        events.record(Action.PAYMENT_LISTED, touched=[client.pk], count=len(page.rows))
        return self.searched(page, map(payment_reconciliation, page.rows))


class OnePaymentReconciliation(OutView):
    """One payment."""

    permission = Permission.INVOICE_VIEW
    kind = "PaymentReconciliation"

    @extend_schema(operation_id="fhir_paymentreconciliation_read", responses=SEARCHED)
    def get(self, request: Request, payment_id: UUID) -> Response:
        """Read a payment."""
        wanted = get_object_or_404(applied(Payment.objects.all()), pk=payment_id)
        self.client(wanted.client_id)
        events.record(Action.PAYMENT_VIEWED, target=wanted, touched=[wanted.client_id])
        return Response(payment_reconciliation(wanted))


def billed(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Return invoices with their lines, in the order printed."""
    lines = InvoiceLine.objects.select_related("service_code").order_by("position")
    marked = rows.annotate(stands=standing.ISSUED)
    return marked.prefetch_related(Prefetch("lines", lines))


def held(rows: QuerySet[Session]) -> QuerySet[Session]:
    return rows.annotate(is_billed=sessions.BILLED).select_related("service_code")


def applied(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return payments with what they pay, and whether they stand."""
    parts = standing.applications().order_by("applied_on", "id")
    marked = rows.annotate(stands=standing.RECEIVED)
    return marked.prefetch_related(Prefetch("applications", parts))


def account(client: Any) -> Json:
    owed = balances.balances_of([client.pk], on=timezone.localdate())
    balance = owed.get(client.pk, balances.NOTHING)
    return {
        "resourceType": "Account",
        "id": str(client.pk),
        "extension": [{"url": BALANCE, "valueMoney": usd(balance.net)}],
        "identifier": [{"system": url("client-code", {}), "value": client.code}],
        "status": "active",
        "name": client.code,
        "subject": [patient(client.pk)],
    }


def invoice(row: Any, open_now: dict[UUID, Money]) -> Json:
    is_open = open_now.get(row.pk, ZERO) > ZERO
    status = "issued" if is_open else "balanced"
    return {
        "resourceType": "Invoice",
        "id": str(row.pk),
        "identifier": [{"system": url("invoice-number", {}), "value": row.number}],
        "status": status if row.stands else "cancelled",
        "subject": patient(row.client_id),
        "date": row.issued_on.isoformat(),
        "account": {"reference": f"Account/{row.client_id}"},
        "lineItem": [line_item(line) for line in row.lines.all()],
        "totalNet": usd(row.total),
        "totalGross": usd(row.total),
    }


def line_item(line: InvoiceLine) -> Json:
    """Return a line: a charge at its list fee less a discount, a missed hour, or a package."""
    if line.session_id is None:
        what = line.service_code.label if line.service_code else "Prepaid sessions"
        return {
            "sequence": line.position,
            "chargeItemCodeableConcept": {"text": what},
            "priceComponent": [{"type": "base", "amount": usd(line.amount)}],
        }
    base = {
        "type": "base",
        "code": coded(CPT, line.service_code.code),
        "amount": usd(line.amount + line.discount),
    }
    less = {"type": "discount", "amount": usd(-line.discount)}
    return {
        "sequence": line.position,
        "chargeItemReference": {"reference": f"ChargeItem/{line.session_id}"},
        "priceComponent": [base, less] if line.discount else [base],
    }


def charge_item(row: Any) -> Json:
    return {
        "resourceType": "ChargeItem",
        "id": str(row.pk),
        "status": "billed" if row.is_billed else "billable",
        "code": coded(CPT, row.service_code.code, row.service_code.label),
        "subject": patient(row.client_id),
        "occurrenceDateTime": fields.written(row.started_at),
        "performer": [{"actor": {"reference": f"Practitioner/{row.therapist_id}"}}],
        "quantity": {
            "value": row.minutes,
            "unit": "min",
            "system": "http://unitsofmeasure.org",
            "code": "min",
        },
        "priceOverride": usd(row.fee),
        "enteredDate": fields.written(row.recorded_at),
        "account": [{"reference": f"Account/{row.client_id}"}],
    }


def payment_reconciliation(row: Any) -> Json:
    parts = [part(each) for each in row.applications.all()]
    return {
        "resourceType": "PaymentReconciliation",
        "id": str(row.pk),
        "identifier": [{"system": url("receipt-number", {}), "value": row.receipt}],
        "status": "active" if row.stands else "cancelled",
        "created": fields.written(row.recorded_at),
        "outcome": "complete",
        "disposition": payments.HOW[Payment.Method(row.method)],
        "paymentDate": row.received_on.isoformat(),
        "paymentAmount": usd(row.amount),
    } | ({"detail": parts} if parts else {})


def part(row: PaymentApplication) -> Json:
    return {
        "identifier": {"system": url("payment-application", {}), "value": str(row.pk)},
        "type": coded(PAYMENT_TYPE, "payment"),
        "request": {"reference": f"Invoice/{row.invoice_id}"},
        "date": row.applied_on.isoformat(),
        "amount": usd(row.amount),
    }


RESOURCES: Iterable[type[OutView]] = (Accounts, ChargeItems, Invoices, PaymentReconciliations)
