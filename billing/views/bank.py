"""Bank lines: matched with the books, spent, and the difference between both explained."""

from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.bank import MatchForm
from billing.forms.bills import ExpenseForm
from billing.models import BankLine
from billing.selectors import bank
from billing.services import bank_matches as matches
from billing.services import bills, expenses
from billing.services import vendors as vendor_services
from billing.services.contents import long_day
from billing.views.base import BillingView, wanted_id
from billing.views.bills import OfVendorView
from billing.views.ties import Tie
from ledger.money import ZERO
from ledger.selectors import categories
from ledger.selectors.categories import Chosen
from ledger.services import journal

GAPS_SHOWN = 5
NO_MATCH = (matches.AlreadyMatched, matches.DoesNotFit)


class BankView(BillingView):
    """Base of the pages about one account of which a bank sends lines."""

    permission = Permission.BILL_VIEW
    change_permission = Permission.BANK_MATCH

    @cached_property
    def accounts(self) -> list[Chosen]:
        return categories.with_statements()

    @cached_property
    def account(self) -> Chosen:
        """The account that the address names, or else the first; 404 before there are books."""
        wanted = wanted_id(self.request.GET.get("account"))
        for account in self.accounts:
            if wanted in {None, account.id}:
                return account
        raise Http404


class BankLines(BankView):
    """The lines that are not in the books yet, and how far bank and books agree."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        page = self.paged(bank.unmatched_lines(self.account.id))
        rows = bank.with_offers(self.account.id, list(page.object_list))
        page.object_list = rows
        found = bank.reconciliation(self.account)
        only_books = self.only_books(found)
        events.record(Action.BANK_LINE_LISTED, count=len(rows))
        return self.page(
            "billing/bank/lines.html",
            account=self.account,
            accounts=self.accounts,
            page=page,
            query=f"account={self.account.id}&",
            found=found,
            tie=tie_of(found) if found else None,
            only_books=only_books[: bank.SHOWN],
            has_more=len(only_books) > bank.SHOWN,
            has_lines=bank.first_day(self.account.id) is not None,
            may_match=self.may(Permission.BANK_MATCH),
            may_spend=self.may(Permission.BILL_CHANGE) and self.may(Permission.BILL_PAY),
            may_read=self.may(Permission.REPORT_VIEW),
        )

    def only_books(self, found: bank.Reconciliation | None) -> list[bank.Moved]:
        first = bank.first_day(self.account.id)
        if first is None:
            return []
        until = found.on if found else self.today
        return bank.only_in_books(self.account.id, since=first, until=until)


def tie_of(found: bank.Reconciliation) -> Tie:
    """Say whether bank and books agree, or by what they differ, or where a file is missing."""
    if found.gaps:
        return Tie(
            False,
            "The bank's balances do not fit its lines.",
            " ".join(
                f"From {long_day(gap.since)} to {long_day(gap.until)}, {gap.missing} is in the"
                " bank's balances and in no line: a file is missing, or a balance is wrong."
                for gap in found.gaps[:GAPS_SHOWN]
            ),
        )
    if not found.difference:
        return Tie(True, "Bank and books agree.", f"Both say {found.bank} at the end of the day.")
    text = f"Bank {found.bank}, books {found.books}: {found.difference} apart, as listed above."
    is_whole = found.difference == found.explained
    said = "every cent is listed" if is_whole else "not every cent is listed"
    return Tie(is_whole, f"Bank and books differ; {said}.", text)


class BankMatched(BankView):
    """The lines that are matched, each with what it is in the books."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        page = self.paged(bank.matched(self.account.id))
        page.object_list = bank.shown(list(page.object_list))
        events.record(Action.BANK_LINE_LISTED, count=len(page.object_list))
        return self.page(
            "billing/bank/matched.html",
            account=self.account,
            page=page,
            query=f"account={self.account.id}&",
            may_match=self.may(Permission.BANK_MATCH),
            may_read=self.may(Permission.REPORT_VIEW),
        )


class OfLineView(BankView):
    """Base of what is done with one bank line."""

    permission = Permission.BANK_MATCH

    @cached_property
    def line(self) -> BankLine:
        return get_object_or_404(BankLine, pk=self.kwargs["pk"])

    def back(self, where: str = "billing:bank_lines") -> HttpResponse:
        return redirect(f"{reverse(where)}?account={self.line.account_id}")


class BankLineMatch(OfLineView):
    """Accept that a line is a posting of the books."""

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = MatchForm(request.POST)
        if not form.is_valid():
            self.line  # noqa: B018  # of a line that may not be known of, nothing is said
            messages.error(request, "Choose what the line is.")
            return self.back()
        try:
            with transaction.atomic():
                matches.match(
                    line=self.line,
                    posting_id=form.cleaned_data["posting"],
                    now=timezone.now(),
                    by=request.membership,
                )
        except NO_MATCH as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, f"{abs(self.line.amount).dollars} is matched. Undo it under Matched lines."
            )
        return self.back()


class BankLineUndo(OfLineView):
    """Take a match back."""

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        try:
            matches.undo(line=self.line, now=timezone.now(), by=request.membership)
        except matches.NotMatched as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, "The match is undone: the line is among the bank lines again."
            )
        return self.back("billing:bank_matched")


class BankLineSpend(OfLineView, OfVendorView):
    """Record the expense that a bank line tells of, and match both at once."""

    change_permission = Permission.BILL_PAY

    @property
    def needed(self) -> frozenset[Permission]:
        return super().needed | {Permission.BILL_CHANGE}

    @cached_property
    def line(self) -> BankLine:
        rows = BankLine.objects.filter(amount__lt=0)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        initial = {
            "key": expenses.key_of_line(self.line.pk),
            "paid_on": self.line.booked_on,
            "paid_from": str(self.line.account_id),
            "amount_1": -self.line.amount,
        }
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed, line, now = form.cleaned_data, self.line, timezone.now()
        if sum((part.amount for part in typed["parts"]), ZERO) != -line.amount:
            form.add_error("amount_1", f"The lines must add up to {(-line.amount).dollars}.")
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            with transaction.atomic():  # The vendor and the expense, or neither.
                spent = matches.spend(
                    line=line,
                    vendor=self.vendor_of(typed),
                    parts=typed["parts"],
                    paid_from=self.account_of_line,
                    check_number=typed["check_number"],
                    now=now,
                    by=request.membership,
                )
        except bills.KeyReused:
            form.add_error(None, "This line has a bill of another vendor. Take that back first.")
        except (*expenses.REFUSALS, *NO_MATCH, journal.PeriodClosed) as error:
            form.add_error(None, str(error))
        except vendor_services.NameTaken as error:
            form.add_error("vendor", str(error))
        else:
            said = f"{spent.bill.reference} is recorded and matched."
            if spent.payment is None:
                said = "The bill is entered. A second person was asked about its payment."
            messages.success(request, said)
            return self.back()
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    @property
    def account_of_line(self) -> Chosen:
        return next(each for each in self.accounts if each.id == self.line.account_id)

    def form(self, *args: Any, **kwargs: Any) -> ExpenseForm:
        return ExpenseForm(
            *args, accounts=[self.account_of_line], **self.form_arguments(), **kwargs
        )

    def show(self, form: Any, status: int = HTTPStatus.OK) -> HttpResponse:
        events.record(Action.BANK_LINE_LISTED, count=1)
        return self.page(
            "billing/bank/spend.html",
            status=status,
            form=form,
            vendors=self.offered,
            line=self.line,
            amount=-self.line.amount,
        )
