"""Papers of bills: kept sealed, and handed out as they came."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from billing.forms.recurring import PaperForm
from billing.models import Bill, BillFile
from billing.services import bill_files
from billing.views.base import BillingView


class BillPaperNew(BillingView):
    """Keep a paper with a bill."""

    permission = Permission.BILL_CHANGE
    takes_files = True

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(get_object_or_404(Bill, pk=pk), PaperForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        bill, form = get_object_or_404(Bill, pk=pk), PaperForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                bill_files.add(
                    bill=bill, content=form.content(), now=timezone.now(), by=request.membership
                )
            except bill_files.NotTaken as error:
                form.add_error("file", str(error))
            else:
                messages.success(request, f"The paper is kept with {bill.reference}.")
                return redirect("billing:bill", bill.pk)
        return self.show(bill, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, bill: Bill, form: PaperForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/bills/paper.html", status=status, bill=bill, form=form)


class BillPaper(BillingView):
    """A paper of a bill, as it came."""

    permission = Permission.BILL_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        paper = bill_files.hand_out(
            file=get_object_or_404(BillFile.objects.select_related("bill"), pk=pk)
        )
        return HttpResponse(
            paper.content,
            content_type=paper.content_type,
            headers={
                "Content-Disposition": f'attachment; filename="{paper.file_name}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )
