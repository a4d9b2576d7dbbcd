"""FHIR files from a page: choose them, and see what became of each."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from accounts.worker import wake
from billing import tasks
from billing.forms.uploads import FilesForm
from billing.selectors import uploads
from billing.services import uploads as services
from billing.views.intake import IntakeView


class UploadView(IntakeView):
    """Base of both pages: they bring clients and sessions in, as a file of clients does."""

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | services.NEEDED


class FhirUpload(UploadView):
    """Choose files."""

    takes_files = True

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.show(FilesForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        form = FilesForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        batch = services.upload(contents=form.contents(), now=timezone.now(), by=request.membership)
        wake(tasks.take_in_files, practice_id=request.practice.pk, batch=batch)
        return redirect("billing:fhir_files", batch)

    def show(self, form: FilesForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/intake/upload.html",
            status=status,
            form=form,
            latest=uploads.latest(self.request.membership),
        )


class FhirFiles(UploadView):
    """What became of each file; only whoever chose them sees it.

    The page asks for this by itself while it waits, which keeps nobody signed in.
    """

    def get(self, request: StaffRequest, batch: UUID) -> HttpResponse:
        found = uploads.batch_of(request.membership, batch)
        if found is None:
            raise Http404
        return self.fragment(
            "billing/intake/_files.html", page="billing/intake/files.html", found=found
        )
