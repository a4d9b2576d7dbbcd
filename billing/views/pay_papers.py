"""A client's papers behind a pay link: the bytes that were issued, under neutral names."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.selectors import members
from billing.models import Payment, PaymentPlan
from billing.selectors import standing, statements, superbills
from billing.selectors.documents import Subject
from billing.views.documents import AnswersWithPdf
from billing.views.pay_base import VisitView
from clients.models import Client
from clients.selectors import families


class PaperView(AnswersWithPdf, VisitView):
    """Base: the PDF of what ``subject`` returns, of the records of the link's client alone."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        subject = self.subject(pk, families.records_of(self.visit.link.payer))
        return self.handed_out(subject, members.automaton())

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        raise NotImplementedError


class PayInvoicePdf(PaperView):
    """An invoice that stands."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        found = standing.invoices().filter(client__in=records, party=None)
        return get_object_or_404(found.select_related("client"), pk=pk)


class PayReceiptPdf(PaperView):
    """The receipt of a payment that stands."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        found = standing.received(Payment.objects.filter(client__in=records, party=None))
        return get_object_or_404(found.select_related("client"), pk=pk)


class PayStatementPdf(PaperView):
    """A statement of account."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        found = statements.telling_only_of(Client.objects.filter(pk__in=records))
        return get_object_or_404(found.filter(party=None), pk=pk)


class PayPlanPdf(PaperView):
    """A payment plan of the client's own, as it was agreed."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        found = PaymentPlan.objects.filter(client__in=records, party=None)
        return get_object_or_404(found.select_related("client"), pk=pk)


class PaySuperbillPdf(PaperView):
    """A superbill that was put behind the client's mailed link, as long as it tells what is so."""

    def subject(self, pk: UUID, records: list[UUID]) -> Subject:
        if self.visit.link.sent_at is None:
            raise Http404
        found = superbills.behind_link(records).select_related("client", "replaces")
        superbill = get_object_or_404(found, pk=pk)
        if superbills.changes([superbill]):
            raise Http404
        return superbill
