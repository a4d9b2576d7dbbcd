"""The books, by account and by client code; no name stands on these pages."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpResponse

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms import AsOfForm
from billing.selectors import aging
from billing.views.base import BillingView
from ledger.chart import Role
from ledger.selectors import reports, subledger

CONTROLS = (
    (Role.CLIENT_RECEIVABLE, "Client receivable equals its open items"),
    (Role.CLIENT_CREDITS, "Client credits equal what is left of payments"),
)


@dataclass(frozen=True, slots=True)
class Control:
    """Whether a control account equals the sum of its subledger."""

    ok: bool
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Tie:
    """Whether a report equals the ledger, in words."""

    ok: bool
    title: str
    text: str


class ReportView(BillingView):
    """A report as of a business date and as known at a moment; wrong dates mean today."""

    permission = Permission.REPORT_VIEW

    @cached_property
    def form(self) -> AsOfForm:
        return AsOfForm(self.request.GET or {"as_of": self.today.isoformat()})

    @property
    def query(self) -> str:
        """The two dates as they stand in the address of the next page."""
        asked = {name: self.request.GET.get(name) for name in self.form.fields}
        given = {name: value for name, value in asked.items() if value}
        return f"{urlencode(given)}&" if given else ""

    @cached_property
    def as_of(self) -> date:
        return self.asked.get("as_of") or self.today  # type: ignore[return-value]  # a DayField's

    @cached_property
    def known_at(self) -> datetime | None:
        return self.asked.get("known_at")  # type: ignore[return-value]  # a DateTimeField's

    @cached_property
    def asked(self) -> dict[str, object]:
        self.form.is_valid()
        return self.form.cleaned_data


class TrialBalance(ReportView):
    """Every account with a balance, and that the two sides are equal."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        report = reports.trial_balance(as_of=self.as_of, known_at=self.known_at)
        events.record(Action.REPORT_VIEWED, label="Trial balance", as_of=self.as_of.isoformat())
        return self.page(
            "billing/reports/trial_balance.html",
            report=report,
            form=self.form,
            controls=[self.control(role, label) for role, label in CONTROLS],
        )

    def control(self, role: Role, label: str) -> Control:
        off = subledger.difference(role, as_of=self.as_of, known_at=self.known_at)
        balance = subledger.balance(role, as_of=self.as_of, known_at=self.known_at)
        return Control(not off, label, str(balance) if not off else f"{off} is in no open item")


class Aging(ReportView):
    """What clients owed, by days past the due date, beside the control account."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        report = aging.receivables(as_of=self.as_of, known_at=self.known_at)
        page = self.paged(report.rows)
        events.record(
            Action.REPORT_VIEWED,
            label="Receivables by age",
            touched=[row.client_id for row in page.object_list],
            as_of=self.as_of.isoformat(),
        )
        return self.page(
            "billing/reports/aging.html",
            report=report,
            page=page,
            form=self.form,
            query=self.query,
            tie=tie_of(report),
            may_open=self.may(Permission.CLIENT_VIEW),
        )


def tie_of(report: aging.Receivables) -> Tie:
    """Say whether the report equals the control accounts."""
    text = (
        f"Ledger: client receivable {report.control}, client credits {report.credit_control}."
        f" This report: {report.owes} and {-report.credit}."
    )
    title = "Ties out." if report.ties_out else "Does not tie out."
    return Tie(report.ties_out, title, text)
