"""Documents as they were issued. They name the client, so they are for those who may know."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.selectors import payments, statements
from billing.selectors.documents import Subject, told_of
from billing.services import documents, party_papers
from billing.views.base import BillingView
from clients.services.restrictions import Restricted

KEPT_BACK = (
    "This is the paper of somebody who pays for the client, and a restriction keeps from others"
    " what it tells. Look at the client's record."
)


class AnswersWithPdf:
    """For pages that answer with a document as it was issued."""

    def handed_out(self, subject: Subject, by: Membership) -> HttpResponse:
        """Return the kept bytes, made first if need be, and tell the log of it."""
        printed = documents.render(subject, now=timezone.now(), by=by)
        events.record(
            Action.DOCUMENT_DOWNLOADED,
            target=printed.document,
            label=documents.label(subject),
            touched=told_of(subject),
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


class DocumentView(AnswersWithPdf, BillingView):
    """Base: the PDF of what ``subject`` returns."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        if not self.may(Permission.CLIENT_IDENTITY_VIEW):
            raise PermissionDenied
        subject = self.subject(pk)
        try:
            party_papers.require_open(subject)
        except Restricted:
            messages.warning(request, KEPT_BACK)
            return redirect("billing:client", subject.client_id)
        return self.handed_out(subject, request.membership)

    def subject(self, pk: UUID) -> Subject:
        raise NotImplementedError


class InvoicePdf(DocumentView):
    """An invoice."""

    def subject(self, pk: UUID) -> Subject:
        return self.visible_invoice(pk)


class ReceiptPdf(DocumentView):
    """The receipt of a payment."""

    def subject(self, pk: UUID) -> Subject:
        visible = payments.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        return get_object_or_404(visible.select_related("client"), pk=pk)


class StatementPdf(DocumentView):
    """A statement of account."""

    def subject(self, pk: UUID) -> Subject:
        found = statements.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        return get_object_or_404(found, pk=pk)
