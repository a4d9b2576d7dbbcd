"""Runs of statements: the rule, a look at everybody, how far the worker is, and what is printed."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts import worker
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing import tasks
from billing.forms.statement_runs import StatementRunForm
from billing.models import StatementRun
from billing.selectors import statement_runs
from billing.services import statement_bundles
from billing.services import statement_runs as services
from billing.views.base import BillingView, wanted_id
from clients.selectors import clients
from ledger.money import Money

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
USUALLY_AT_LEAST = Money(10_00)
USUALLY_DAYS_APART = 25
SHOWN_PROBLEMS = 100


class StatementRunView(BillingView):
    """Base: runs are about every client, so they are for those who see every client."""

    permission = Permission.LETTER_SEND

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.CLIENT_VIEW_ALL}

    @cached_property
    def run(self) -> StatementRun:
        return get_object_or_404(statement_runs.runs(), pk=self.kwargs["pk"])

    def named(self, ids: Any) -> dict[UUID, Any]:
        """Return clients as this reader may see them; the log then knows that they were shown."""
        people = clients.shown(ids, permissions=self.request.permissions)
        events.record(Action.STATEMENT_RUN_LISTED, touched=people, count=len(people))
        return people


class StatementRuns(StatementRunView):
    """The runs so far, and the rule of the next one."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        initial = {
            "key": uuid4(),
            "at_least": USUALLY_AT_LEAST,
            "days_apart": USUALLY_DAYS_APART,
        }
        return self.show(StatementRunForm(initial=initial))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = StatementRunForm(request.POST)
        if not form.is_valid():
            return self.show(form, UNFIT)
        try:
            run = services.draw_up(
                clients=self.visible_clients(),
                **form.cleaned_data,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.NobodyOwes as error:
            form.add_error("at_least", str(error))
        except services.BadMessage as error:
            form.add_error("message", str(error))
        except (services.OneWaits, services.KeyReused) as error:
            form.add_error(None, str(error))
        else:
            return redirect("billing:statement_run", run.pk)
        return self.show(form, UNFIT)

    def show(self, form: StatementRunForm, status: int = HTTPStatus.OK) -> HttpResponse:
        page = self.paged(statement_runs.runs())
        waits = statement_runs.runs().filter(started_at=None, dropped_at=None).first()
        problems: list[Any] = []
        if form.is_bound and "at_least" in form.cleaned_data and "days_apart" in form.cleaned_data:
            problems = self.problems(form.cleaned_data["at_least"], form.cleaned_data["days_apart"])
        return self.page(
            "billing/statement_runs/list.html",
            status=status,
            form=None if waits else form,
            waits=waits,
            page=page,
            runs=[(run, statement_runs.progress(run)) for run in page.object_list],
            problems=problems,
            problem_count=len(problems),
        )

    def problems(self, at_least: Money, days_apart: int) -> list[Any]:
        """Return who owes enough and gets no statement, with why."""
        found = statement_runs.candidates(
            self.visible_clients(), until=self.today, at_least=at_least, days_apart=days_apart
        )
        left = [each for each in found if each.problem]
        people = self.named([each.client_id for each in left[:SHOWN_PROBLEMS]])
        return [(each, people.get(each.client_id)) for each in left]


class StatementRunPage(StatementRuns):
    """One run: everybody in it while it is drawn up, then how far it is, then what came of it."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        if request.htmx and not self.run.is_drawn_up:
            return self.progress()
        return self.show_run()

    def progress(self) -> HttpResponse:
        """Answer how far the run is; once it is over, have the whole page looked at anew."""
        told = self.told()
        answer = self.fragment("billing/statement_runs/_progress.html", **told)
        if told["progress"].is_over:
            answer["HX-Refresh"] = "true"
        return answer

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        """Keep the choice of the page that was sent; then start the run, if that was asked."""
        try:
            services.choose(
                run=self.run,
                shown=self.ids("shown"),
                kept=self.ids("kept"),
                now=timezone.now(),
            )
            if "start" not in request.POST:
                messages.success(request, "The choice is kept.")
                return redirect(request.get_full_path())
            services.start(run=self.run, now=timezone.now(), by=request.membership)
        except services.NotOpen as error:
            messages.warning(request, str(error))
            return redirect("billing:statement_run", self.run.pk)
        except services.NobodyOwes as error:
            return self.show_run(str(error), UNFIT)
        worker.wake(tasks.make_statements, practice_id=request.practice.pk, run_id=self.run.pk)
        return redirect("billing:statement_run", self.run.pk)

    def ids(self, name: str) -> set[UUID]:
        return {pk for text in self.request.POST.getlist(name) if (pk := wanted_id(text))}

    def told(self) -> dict[str, Any]:
        done = statement_runs.progress(self.run)
        on_paper = statement_runs.printed(self.run).count() if done.to_print else 0
        return {
            "run": self.run,
            "progress": done,
            "on_paper": on_paper,
            "mixed": done.to_print - on_paper,
            "parts": range(1, (on_paper + ON_PAPER_AT_ONCE - 1) // ON_PAPER_AT_ONCE + 1),
            "may_print": self.may(Permission.CLIENT_IDENTITY_VIEW),
        }

    def show_run(self, problem: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
        page = self.paged(statement_runs.items(self.run))
        people = self.named({item.client_id for item in page.object_list})
        problems = []
        if self.run.is_drawn_up:
            problems = self.problems(self.run.at_least, self.run.days_apart)
        return self.page(
            "billing/statement_runs/run.html",
            status=status,
            **self.told(),
            page=page,
            rows=[(item, people[item.client_id]) for item in page.object_list],
            total=statement_runs.total(self.run),
            problem=problem,
            problems=problems[:SHOWN_PROBLEMS],
            problem_count=len(problems),
        )


class StatementRunDrop(StatementRunView):
    """Give up a run that is drawn up."""

    http_method_names = ["post"]

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        try:
            services.drop(run=self.run, now=timezone.now(), by=request.membership)
        except services.NotOpen as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "The run is dropped. Nothing was made.")
        return redirect("billing:statement_runs")


ON_PAPER_AT_ONCE = 25
"""Statements in one file: about a second of typesetting."""


class StatementRunPrint(StatementRunView):
    """Statements of a run that go on paper, some at once, in one file with where each goes."""

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.CLIENT_IDENTITY_VIEW}

    def get(self, request: StaffRequest, pk: UUID, part: int, **kwargs: object) -> HttpResponse:
        first = (part - 1) * ON_PAPER_AT_ONCE
        made = statement_runs.printed(self.run)[max(first, 0) : first + ON_PAPER_AT_ONCE]
        if part < 1 or not made:
            raise Http404
        pdf = statement_bundles.printed(run=self.run, made=list(made))
        return HttpResponse(
            pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="statements-{self.run.until}.pdf"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )
