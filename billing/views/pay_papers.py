"""A client's papers behind a pay link: the bytes that were issued, under neutral names."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.models import AccountStatement, Payment
from billing.selectors import standing
from billing.selectors.documents import Subject
from billing.services import documents
from billing.views.pay_base import VisitView
from clients.selectors import families


class PaperView(VisitView):
    """Base: the PDF of what ``subject`` returns, of the records of the link's client alone."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        subject = self.subject(pk, families.records_of(self.visit.link.payer))
        printed = documents.render(subject, now=timezone.now(), by=members.automaton())
        events.record(
            Action.DOCUMENT_DOWNLOADED,
            target=printed.document,
            label=documents.label(subject),
            touched=[subject.client_id],
        )
        return HttpResponse(
            printed.pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="{printed.file_name}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        raise NotImplementedError


class PayInvoicePdf(PaperView):
    """An invoice that stands."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        found = standing.invoices().filter(client__in=records)
        return get_object_or_404(found.select_related("client"), pk=pk)


class PayReceiptPdf(PaperView):
    """The receipt of a payment that stands."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        found = standing.received(Payment.objects.filter(client__in=records))
        return get_object_or_404(found.select_related("client"), pk=pk)


class PayStatementPdf(PaperView):
    """A statement of account."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        found = AccountStatement.objects.filter(client__in=records)
        return get_object_or_404(found.select_related("client"), pk=pk)
