"""Clients from a file: upload it, name its columns, look at each row; then all come in, or none."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts import progress
from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from accounts.worker import wake
from audit.actions import Action
from audit.services import events
from clients import tasks
from clients.csv_import import Unreadable
from clients.forms.imports import ColumnsForm, ConfirmForm, UploadForm
from clients.models import ClientImport
from clients.selectors import import_undos, imports
from clients.services import imports as services
from clients.services import taking_back


class ImportUpload(PracticeView):
    """Choose a file, or go on with one that waits."""

    permission = Permission.CLIENT_IMPORT
    change_permission = Permission.CLIENT_CREATE
    takes_files = True

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(UploadForm())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            with transaction.atomic():
                run = services.upload(
                    content=form.content(), now=timezone.now(), by=request.membership
                )
        except Unreadable as error:
            holds_card = isinstance(error, services.HoldsCardNumber)
            reason = "a card number" if holds_card else "no table"
            events.record(Action.CLIENT_FILE_REFUSED, reason=reason)
            form.add_error("file", str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect("clients:import_columns", run.pk)

    def show(self, form: UploadForm, status: int = HTTPStatus.OK) -> HttpResponse:
        waiting = imports.waiting(self.request.membership, now=timezone.now())
        return self.page("clients/import/upload.html", status=status, form=form, waiting=waiting)


class ImportRunView(PracticeView):
    """Base of the pages of one run, which only its owner sees."""

    permission = Permission.CLIENT_IMPORT
    change_permission = Permission.CLIENT_CREATE

    @cached_property
    def run(self) -> ClientImport:
        return get_object_or_404(imports.mine(self.request.membership), pk=self.kwargs["pk"])

    @cached_property
    def content(self) -> bytes:
        """The file of a run that is not confirmed; otherwise there is nothing to look into."""
        content = imports.content_of(self.run)
        if content is None or self.run.is_over or self.run.confirmed_at:
            raise Http404
        return content


class ImportColumns(ImportRunView):
    """Which field each column holds."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        events.record(Action.CLIENT_FILE_VIEWED, target=self.run)
        return self.show(self.form(), HTTPStatus.OK)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form()
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        ordered = imports.date_order(self.content, form.chosen)
        if not form.require_order(ordered):
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        services.name_columns(
            run=self.run,
            columns=form.chosen,
            date_order=form.cleaned_data["date_order"] or ordered.order or "",
        )
        return redirect("clients:import_check", self.run.pk)

    @cached_property
    def looked(self) -> imports.Looked:
        return imports.look(self.run, self.content)

    def form(self) -> ColumnsForm:
        return ColumnsForm(
            self.request.POST if self.request.method == "POST" else None,
            initial={"date_order": self.run.date_order},
            columns=self.looked.columns,
            asks_words=bool(self.looked.words),
            may_assign=self.may(Permission.ASSIGNMENT_CHANGE),
        )

    def show(self, form: ColumnsForm, status: int) -> HttpResponse:
        return self.page(
            "clients/import/columns.html",
            status=status,
            run=self.run,
            form=form,
            rows=form.rows(),
            words=self.looked.words,
            is_remembered=self.looked.is_remembered,
            before=imports.before(self.run),
        )


class ImportCheck(ImportRunView):
    """What would become of each row; and, confirmed with a fresh second factor, all of it."""

    step_up = True

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        if self.run.columns is None:
            return redirect("clients:import_columns", self.run.pk)
        return self.show(ConfirmForm(), HTTPStatus.OK)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        if self.run.confirmed_at or self.run.is_over:
            return redirect("clients:import_run", self.run.pk)
        if self.run.columns is None:
            return redirect("clients:import_columns", self.run.pk)
        form = ConfirmForm(request.POST)
        form.is_valid()
        if self.checked.alike_count:
            form.require_answer()
        if form.errors:
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.confirm(
                run=self.run,
                checked=self.checked,
                adds_alike=form.cleaned_data["alike"] == "ADD",
                now=timezone.now(),
                by=request.membership,
            )
        except (services.NotClean, services.NothingToAdd, services.ImportOver) as error:
            form.add_error(None, str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        wake(tasks.take_in_file, practice_id=request.practice.pk, run_id=self.run.pk)
        return redirect("clients:import_run", self.run.pk)

    @cached_property
    def checked(self) -> imports.Checked:
        return imports.check(self.run, self.content, today=timezone.localdate())

    def show(self, form: ConfirmForm, status: int) -> HttpResponse:
        checked = self.checked
        events.record(
            Action.CLIENT_FILE_CHECKED,
            target=self.run,
            count=checked.rows_count,
            wrong=checked.wrong_rows_count,
        )
        return self.page(
            "clients/import/check.html",
            status=status,
            run=self.run,
            checked=checked,
            form=form,
            before=imports.before(self.run),
        )


class ImportRun(ImportRunView):
    """How far a run is; and once it is over, what became of it.

    The page asks for this by itself while it waits, which keeps nobody signed in.
    """

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        if not (self.run.confirmed_at or self.run.is_over):
            return redirect("clients:import_columns", self.run.pk)
        undo = import_undos.of(self.run)
        work = undo if undo and not undo.refused_at else self.run
        return self.fragment(
            "clients/import/_run.html",
            page="clients/import/run.html",
            run=self.run,
            undo=undo,
            done=progress.done(work.pk),
        )


class ImportUndo(ImportRunView):
    """Take the clients of a file out again, or see who stands in the way."""

    step_up = True

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_added()
        try:
            undo = taking_back.ask(run=self.run, now=timezone.now(), by=request.membership)
        except taking_back.HeldBack:
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY)
        except taking_back.NothingToTakeBack as error:
            messages.warning(request, str(error))
        else:
            wake(tasks.take_file_back, practice_id=request.practice.pk, undo_id=undo.pk)
        return redirect("clients:import_run", self.run.pk)

    def require_added(self) -> None:
        if not self.run.created_count:
            raise Http404

    def show(self, status: int = HTTPStatus.OK) -> HttpResponse:
        self.require_added()
        held = import_undos.held_back(self.run)
        events.record(Action.CLIENT_FILE_UNDO_LOOKED, target=self.run, count=held.count)
        return self.page("clients/import/undo.html", status=status, run=self.run, held=held)


class ImportDiscard(ImportRunView):
    """Throw a file away that was not confirmed."""

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        services.discard(run=self.run, now=timezone.now())
        messages.success(request, "The file is gone. Nothing of it was added.")
        return redirect("clients:import")
