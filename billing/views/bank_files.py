"""Files of bank lines: chosen, looked through, and taken in whole or thrown away."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.bank_files import Unreadable, columns
from billing.forms.bank import BankFileForm, ClosingForm, ColumnsForm
from billing.models import BankFile
from billing.selectors import bank
from billing.services import bank_files as files
from billing.views.bank import BankView
from ledger.money import Money

PREVIEWED = 20
"""Lines of a file that are shown before it is taken in."""


class BankUpload(BankView):
    """Choose a file of bank lines."""

    permission = Permission.BANK_MATCH
    takes_files = True

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(BankFileForm(accounts=self.accounts))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = BankFileForm(request.POST, request.FILES, accounts=self.accounts)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            with transaction.atomic():
                file = files.upload(
                    account=form.cleaned_data["account"],
                    content=form.content(),
                    now=timezone.now(),
                    by=request.membership,
                )
        except Unreadable as error:
            form.add_error("file", str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect("billing:bank_file", file.pk)

    def show(self, form: BankFileForm, status: int = HTTPStatus.OK) -> HttpResponse:
        found = [file for account in self.accounts for file in bank.files_of(account.id)]
        return self.page("billing/bank/upload.html", status=status, form=form, files=found)


class BankFilePage(BankView):
    """What a file would add, row by row where it cannot be read; then it is taken in whole."""

    permission = Permission.BANK_MATCH

    @cached_property
    def file(self) -> BankFile:
        return get_object_or_404(BankFile, pk=self.kwargs["pk"])

    @cached_property
    def headings(self) -> columns.Head | None:
        """The headings of a CSV file; an OFX file needs nobody to explain it."""
        if self.file.format == BankFile.Format.OFX or self.file.content is None:
            return None
        return columns.head_of(bytes(self.file.content))

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        if self.file.finished_at is not None:
            return self.show(None, None)
        if self.headings is None:
            return self.show(ClosingForm(), files.check(file=self.file, mapping=None))
        initial = columns.guess(self.headings.names)
        return self.show(ColumnsForm(initial=initial, names=self.headings.names), None)

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        try:
            return self.took(request)
        except files.Over as error:  # A second click, or somebody else's.
            messages.warning(request, str(error))
            return redirect(f"{reverse('billing:bank_lines')}?account={self.file.account_id}")

    def took(self, request: StaffRequest) -> HttpResponse:
        if self.file.finished_at is not None:
            raise files.Over("This file was taken in or thrown away already.")
        form = self.form()
        if not form.is_valid():
            return self.show(form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
        mapping = form.mapping() if isinstance(form, ColumnsForm) else None
        try:
            if "take_in" not in request.POST:
                return self.show(form, files.check(file=self.file, mapping=mapping))
            with transaction.atomic():
                file = files.take_in(
                    file=self.file,
                    mapping=mapping,
                    closing=form.closing(),
                    now=timezone.now(),
                    by=request.membership,
                )
        except Unreadable as error:
            form.add_error("order" if mapping else None, str(error))
            return self.show(form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
        except files.Faulty as error:
            form.add_error(None, str(error))
            checked = files.check(file=self.file, mapping=mapping)
            return self.show(form, checked, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"{_lines(file.added)} new, {file.known:,} here already.")
        return redirect(f"{reverse('billing:bank_lines')}?account={file.account_id}")

    def form(self) -> ClosingForm:
        if self.headings is None:
            return ClosingForm(self.request.POST)
        return ColumnsForm(self.request.POST, names=self.headings.names)

    def show(
        self, form: ClosingForm | None, checked: files.Checked | None, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        read = checked.read if checked else None
        lines = read.lines[:PREVIEWED] if read and not read.problems else []
        if lines:
            events.record(Action.BANK_LINE_LISTED, count=len(lines))
        return self.page(
            "billing/bank/file.html",
            status=status,
            file=self.file,
            head=self.headings if form is not None and not lines else None,
            form=form,
            has_columns=self.headings is not None,
            checked=checked,
            lines=[(line.booked_on, line.words, Money(line.cents)) for line in lines],
            closing=Money(read.closing.cents) if read and read.closing else None,
        )


class BankFileDiscard(BankView):
    """Throw a file away that was not taken in."""

    permission = Permission.BANK_MATCH

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        file = get_object_or_404(BankFile, pk=pk)
        try:
            files.discard(file=file, now=timezone.now(), by=request.membership)
        except files.Over as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The file is thrown away. Nothing was added.")
        return redirect("billing:bank_upload")


def _lines(count: int) -> str:
    return "1 line is" if count == 1 else f"{count:,} lines are"
