"""A client's account over some days: looked at, and made into a statement for them."""

from datetime import date
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.statements import StatementDaysForm, StatementForm
from billing.selectors import split_pages, statements
from billing.services import contents
from billing.services import statements as services
from billing.views.base import BillingView, wanted_id
from clients.models import Client, ResponsibleParty
from clients.selectors import clients, families, parties
from ledger.services import known


class ClientStatements(BillingView):
    """The account of a client over the days that are asked for, and the statements made before."""

    permission = Permission.INVOICE_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client = self.kept_client(pk)
        records = families.records_of(client)
        party = self.party(client, request.GET.get("party"))
        since, until = statements.usual_days(
            records, today=self.today, party_id=party.pk if party else None
        )
        usual = {"since": since.isoformat(), "until": until.isoformat()}
        if party:
            usual["party"] = str(party.pk)
        asked = {name: request.GET[name] for name in usual if name in request.GET}
        form = StatementDaysForm(usual | asked)
        if form.is_valid():
            since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        return self.show(client, party, form, since, until)

    def party(self, client: Client, asked: str | None) -> ResponsibleParty | None:
        """Return who pays for a client and is asked about, or answer 404; None is the client."""
        if not asked:
            return None
        party_id = wanted_id(asked)
        found = parties.payer(client, party_id) if party_id else None
        if found is None:
            raise Http404
        return found

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        """Make the statement, and lead to it among the others."""
        if not self.may(Permission.INVOICE_ISSUE):
            raise PermissionDenied
        client, form = self.kept_client(pk), StatementForm(request.POST)
        party = self.party(client, request.POST.get("party"))
        if not form.is_valid():
            records = families.records_of(client)
            days = statements.usual_days(records, today=self.today)
            return self.show(client, party, form, *days, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        try:
            made = services.make(
                client=client,
                party=party,
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
            url = reverse("billing:client_statements", args=[client.pk])
            return redirect(f"{url}?party={party.pk}" if party else url)
        return self.show(client, party, form, since, until, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(
        self,
        client: Client,
        party: ResponsibleParty | None,
        form: StatementDaysForm,
        since: date,
        until: date,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        records = families.records_of(client)
        party_id = party.pk if party else None
        account = statements.account(records, party_id=party_id, since=since, until=until)
        among = statements.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        made = statements.made_of(records, among=among, party_id=party_id)
        permissions = self.request.permissions
        names = parties.names([party_id], permissions=permissions) if party_id else {}
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
            party_id=party_id,
            payer=names[party_id] if party_id else "",
            payers=split_pages.paying(records, permissions=permissions),
            beside=contents.beside(account),
            form=form,
            key=uuid4(),
            made=made,
            may_make=self.may(Permission.INVOICE_ISSUE),
            may_link=self.may(Permission.PAY_LINK_MAKE) and party is None,
            may_see_pdf=self.may(Permission.CLIENT_IDENTITY_VIEW),
            may_send=self.may(Permission.LETTER_SEND) and party is None,
        )
