"""Documents as they were issued. They name the client, so they are for those who may know."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.selectors import payments, statements
from billing.selectors.documents import Subject, told_of
from billing.services import documents
from billing.views.base import BillingView


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
        return self.handed_out(self.subject(pk), request.membership)

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
