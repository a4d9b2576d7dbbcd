"""A client's account over some days: looked at, and made into a statement for them."""

from datetime import date
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.statements import StatementDaysForm, StatementForm
from billing.selectors import statements
from billing.services import contents
from billing.services import statements as services
from billing.views.base import BillingView
from clients.models import Client
from clients.selectors import clients, families
from ledger.services import known


class ClientStatements(BillingView):
    """The account of a client over the days that are asked for, and the statements made before."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.kept_client(pk)
        records = families.records_of(client)
        since, until = statements.usual_days(records, today=self.today)
        usual = {"since": since.isoformat(), "until": until.isoformat()}
        asked = {name: request.GET[name] for name in usual if name in request.GET}
        form = StatementDaysForm(usual | asked)
        if form.is_valid():
            since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        return self.show(client, form, since, until)

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        """Make the statement, and lead to it among the others."""
        if not self.may(Permission.INVOICE_ISSUE):
            raise PermissionDenied
        client, form = self.kept_client(pk), StatementForm(request.POST)
        if not form.is_valid():
            records = families.records_of(client)
            days = statements.usual_days(records, today=self.today)
            return self.show(client, form, *days, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        try:
            made = services.make(
                client=client,
                since=since,
                until=until,
                key=form.cleaned_data["key"],
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except services.NotYet as error:
            form.add_error("until", str(error))
        except (services.KeyReused, known.Busy) as error:
            form.add_error(None, str(error))
        else:
            told = f"The statement is made, over {made.closing.dollars}. It stands below."
            messages.success(request, told)
            return redirect("billing:client_statements", client.pk)
        return self.show(client, form, since, until, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(
        self,
        client: Client,
        form: StatementDaysForm,
        since: date,
        until: date,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        records = families.records_of(client)
        account = statements.account(records, since=since, until=until)
        among = statements.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        made = statements.made_of(records, among=among)
        events.record(
            Action.STATEMENT_VIEWED,
            target=client,
            label=client.code,
            touched={*records, *statements.told_in(made)},
            since=since.isoformat(),
            until=until.isoformat(),
        )
        return self.page(
            "billing/statements/page.html",
            status=status,
            client=clients.show(client, permissions=self.request.permissions),
            account=account,
            beside=contents.beside(account),
            form=form,
            key=uuid4(),
            made=made,
            may_make=self.may(Permission.INVOICE_ISSUE),
            may_link=self.may(Permission.PAY_LINK_MAKE),
            may_see_pdf=self.may(Permission.CLIENT_IDENTITY_VIEW),
            may_send=self.may(Permission.LETTER_SEND),
        )
