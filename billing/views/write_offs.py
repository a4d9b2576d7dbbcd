"""Writing off what clients owe: one invoice, many small rests at once, and taking it back."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.forms.unapplied import picked as picked_of
from billing.forms.write_offs import SmallForm, SweptForm, WriteOffForm
from billing.models import Invoice, WriteOff, WriteOffReason
from billing.models.write_off import WITH_SOMETHING_ELSE
from billing.selectors import invoices, write_offs
from billing.services import write_offs as services
from billing.views.base import BillingView
from billing.views.taking_back import TakeBackView, Told
from clients.selectors import clients
from ledger.money import ZERO
from ledger.selectors import chart
from ledger.services import journal

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
WAITS = (
    "A second person was asked, because this is above what you write off alone. Once somebody has"
    " agreed under Approvals, record the same write-off again."
)


class WriteOffNew(BillingView):
    """Write off what is open of an invoice, or a part of it."""

    permission = Permission.WRITE_OFF_RECORD

    @cached_property
    def invoice(self) -> Invoice:
        return self.visible_invoice(self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        events.record(Action.INVOICE_VIEWED, target=self.invoice, touched=[self.invoice.client_id])
        due = invoices.balance_due(self.invoice)
        initial = {"key": uuid4(), "amount": due, "written_off_on": self.today}
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, UNFIT)
        typed = form.cleaned_data
        try:
            answer = services.record(
                invoice=self.invoice,
                details=services.Details(
                    services.Kind(typed["kind"]), typed["amount"], typed["written_off_on"]
                ),
                key=typed["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except services.ExceedsOpen as error:
            form.add_error("amount", str(error))
        except (services.BeforeItWas, journal.PeriodClosed) as error:
            form.add_error("written_off_on", str(error))
        except (
            services.KeyReused,
            services.PackageGoesOn,
            services.AskedBySomebodyElse,
        ) as error:
            form.add_error(None, str(error))
        else:
            said = WAITS
            if isinstance(answer, WriteOff):
                said = f"{answer.amount.dollars} of {self.invoice} is written off."
            messages.success(request, said)
            return redirect("billing:invoice", self.invoice.pk)
        return self.show(form, UNFIT)

    def form(self, *args: Any, **kwargs: Any) -> WriteOffForm:
        names = {account.role: f"{account.code} {account.name}" for account in chart.accounts()}
        accounts = {kind: names[role] for kind, role in posting.WRITTEN_OFF_TO.items()}
        return WriteOffForm(*args, today=self.today, accounts=accounts, **kwargs)

    def show(self, form: WriteOffForm, status: int = HTTPStatus.OK) -> HttpResponse:
        [row] = invoices.rows([self.invoice], on=self.today, permissions=self.request.permissions)
        return self.page(
            "billing/write_offs/new.html",
            status=status,
            form=form,
            invoice=row,
            client=clients.show(self.invoice.client, permissions=self.request.permissions),
        )


class WriteOffTakeBack(TakeBackView):
    """Take a write-off back, so that the invoice is open again."""

    permission = Permission.WRITE_OFF_RECORD
    reasons = [choice for choice in WriteOffReason.choices if choice[0] not in WITH_SOMETHING_ELSE]
    viewed = Action.INVOICE_VIEWED
    refusals = (services.AlreadyTakenBack,)
    too_early = services.BeforeItWas

    def found(self, pk: UUID) -> WriteOff:
        rows = WriteOff.objects.filter(invoice__in=self.visible_invoices())
        return get_object_or_404(rows.select_related("invoice__client", "entry"), pk=pk)

    def told(self, row: WriteOff) -> Told:
        amount, number = row.amount.dollars, row.invoice.number
        return Told(
            title=f"Take {row.reference} back",
            verb="Take it back",
            comes=f"{amount} of {number} is open again. It was {row.get_kind_display().lower()}.",
            done=f"{row.reference} is taken back: {amount} is open again.",
            shown=row.invoice,
            client=row.invoice.client,
            label=number,
            url=reverse("billing:invoice", args=[row.invoice_id]),
            entries=[(row.entry_id, row.written_off_on)],
        )

    def take_back(self, row: WriteOff, *, reason: str, taken_back_on: date) -> None:
        services.take_back(
            write_off=row,
            reason=reason,
            taken_back_on=taken_back_on,
            now=timezone.now(),
            by=self.request.membership,
        )


class SmallBalances(BillingView):
    """Small rests that are late for long, to be picked."""

    permission = Permission.WRITE_OFF_RECORD

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        begun = {"below": str(write_offs.SMALL_BELOW), "days": write_offs.SMALL_AFTER_DAYS}
        form = SmallForm({**begun, **request.GET.dict()})
        found = self.small(form) if form.is_valid() else []
        page = self.paged(found)
        asked = self.asked(form)
        return self.page(
            "billing/write_offs/small.html",
            status=HTTPStatus.OK if form.is_valid() else UNFIT,
            form=form,
            page=page,
            rows=self.named(page.object_list),
            asked=asked,
            query=f"{urlencode(asked)}&",
            total=sum((each.open for each in found), ZERO),
        )

    def asked(self, form: SmallForm) -> dict[str, str]:
        """Return what counts as small, as an address and a form say it on."""
        typed: dict[str, Any] = form.cleaned_data
        return {name: str(typed[name]) for name in ("below", "days") if name in typed}

    def small(
        self, form: SmallForm, picked: Collection[UUID] | None = None
    ) -> list[write_offs.Small]:
        """Return what counts as small by a form, of the invoices that this person may see."""
        return write_offs.small(
            self.visible_invoices(),
            below=form.cleaned_data["below"],
            days=form.cleaned_data["days"],
            on=self.today,
            picked=picked,
        )

    def named(self, found: Sequence[write_offs.Small]) -> list[tuple[write_offs.Small, Any]]:
        """Return rows with their clients, whom the log then knows were shown."""
        people = clients.shown(
            {each.invoice.client_id for each in found}, permissions=self.request.permissions
        )
        events.record(Action.SMALL_BALANCE_LISTED, touched=people, count=len(found))
        return [(each, people[each.invoice.client_id]) for each in found]


class SmallBalancesWrite(SmallBalances):
    """What writing the picked rests off would do; then it is done."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form, picked = SmallForm(request.GET), picked_of(request.GET.getlist("picked"))
        if not form.is_valid() or not picked:
            told = "Pick at least one of the invoices of the list."
            return self.preview(form, picked, told, UNFIT)
        return self.preview(form, picked)

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form, picked = SweptForm(request.POST), picked_of(request.POST.getlist("picked"))
        if not form.is_valid():
            return self.preview(form, picked, "Look at it again, and send it once more.", UNFIT)
        typed = form.cleaned_data
        visible = self.visible_invoices().filter(pk__in=picked)
        try:
            answer = services.sweep(
                picked=set(visible.values_list("pk", flat=True)),
                shown=typed["shown"],
                below=typed["below"],
                days=typed["days"],
                on=self.today,
                key=typed["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except (
            services.Changed,
            services.KeyReused,
            services.NotSmall,
            services.AskedBySomebodyElse,
            journal.PeriodClosed,
        ) as error:
            return self.preview(form, picked, str(error), UNFIT)
        said = WAITS
        if isinstance(answer, list):
            total = sum((each.amount for each in answer), ZERO)
            of = "1 invoice" if len(answer) == 1 else f"{len(answer)} invoices"
            said = f"{total.dollars} of {of} is written off."
        messages.success(request, said)
        return redirect("billing:small_balances")

    def preview(
        self, form: SmallForm, picked: set[UUID], problem: str = "", status: int = HTTPStatus.OK
    ) -> HttpResponse:
        found = self.small(form, picked) if len(self.asked(form)) == 2 else []
        owed = invoices.balances_due({each.invoice.client_id for each in found})
        before = sum(owed.values(), ZERO)
        total = sum((each.open for each in found), ZERO)
        return self.page(
            "billing/write_offs/small_preview.html",
            status=status,
            rows=self.named(found),
            asked=self.asked(form),
            key=uuid4(),
            problem=problem,
            before=before,
            total=total,
            after=before - total,
        )
