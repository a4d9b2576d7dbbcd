"""What a client says of an invoice behind their pay link: paid already, or a line is not clear."""

from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from audit.actions import Action
from audit.services import events
from billing.forms.questions import LineQuestionForm, PaidAlreadyForm
from billing.models import Invoice, InvoiceLine, InvoiceQuestion
from billing.selectors import questions, standing
from billing.services import questions as services
from billing.views.pay_base import VisitView
from clients.selectors import families

PAID_ALREADY = "I have paid this already"
NOT_CLEAR = "Question about a line"


class AskView(VisitView):
    """Base: a form about one invoice of the client's own; sent, it leads back to the account."""

    title: ClassVar[str]

    @cached_property
    def invoice(self) -> Invoice:
        """The invoice that the address names, of the link's client and not void; else 404."""
        own = standing.invoices().filter(client__in=families.records_of(self.visit.link.payer))
        return get_object_or_404(own, pk=self.kwargs["pk"])

    def form(self, *args: Any, **kwargs: Any) -> forms.Form:
        raise NotImplementedError

    def said(self, typed: dict[str, Any]) -> services.PaidAlready | services.NotClear:
        """Return what was typed as the service takes it."""
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.show(self.form(initial={"key": uuid4()}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.ask(
                invoice=self.invoice,
                said=self.said(form.cleaned_data),
                own_words=form.cleaned_data["own_words"].strip(),
                link=self.visit.link,
                key=form.cleaned_data["key"],
                today=timezone.localdate(),
                now=timezone.now(),
            )
        except services.NotFitting as refused:
            form.add_error(refused.field, str(refused))
        except services.WaitsAlready as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("billing:pay_account")
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: forms.Form, status: int = HTTPStatus.OK) -> HttpResponse:
        payer = self.visit.link.payer
        events.record(
            Action.PAY_ACCOUNT_VIEWED,
            target=self.visit.link,
            label=payer.code,
            touched=[self.invoice.client_id],
            part="one invoice",
        )
        return self.page(
            "billing/pay/ask.html", status=status, form=form, invoice=self.invoice, title=self.title
        )


class PayPaidAlready(AskView):
    """Say that an invoice was paid already."""

    title = PAID_ALREADY

    def form(self, *args: Any, **kwargs: Any) -> PaidAlreadyForm:
        return PaidAlreadyForm(*args, **kwargs)

    def said(self, typed: dict[str, Any]) -> services.PaidAlready:
        how = InvoiceQuestion.How(typed["how"])
        return services.PaidAlready(how, typed["paid_on"], typed["amount"])


class PayLineQuestion(AskView):
    """Say that a line of an invoice is not clear, or not right."""

    title = NOT_CLEAR

    def form(self, *args: Any, **kwargs: Any) -> LineQuestionForm:
        return LineQuestionForm(*args, lines=questions.lines_of(self.invoice), **kwargs)

    def said(self, typed: dict[str, Any]) -> services.NotClear:
        line = get_object_or_404(InvoiceLine.objects.filter(invoice=self.invoice), pk=typed["line"])
        return services.NotClear(line, InvoiceQuestion.Doubt(typed["doubt"]))
