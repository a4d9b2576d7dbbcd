"""What clients said of their invoices by pay links: the list of what waits, and answering it."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.questions import QuestionAnswerForm
from billing.models import InvoiceQuestion, QuestionAnswer
from billing.selectors import invoices, questions
from billing.services import questions as services
from billing.views.base import BillingView
from clients.selectors import clients


class Questions(BillingView):
    """What waits for an answer, the oldest first; or what was answered, the newest first."""

    permission = Permission.QUESTION_ANSWER

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        is_over = request.GET.get("state") == "answered"
        seen = self.visible_clients()
        found = questions.answered(seen) if is_over else questions.waiting(seen)
        page = self.paged(found)
        rows = questions.shown(page.object_list)
        people = clients.shown({row.client_id for row in rows}, permissions=request.permissions)
        events.record(Action.QUESTION_LISTED, touched=people, count=len(rows))
        return self.page(
            "billing/questions/list.html",
            page=page,
            rows=[(row, people[row.client_id]) for row in rows],
            is_over=is_over,
        )


class QuestionAnswerNew(BillingView):
    """One question, with what the invoice says now, and the answer to it."""

    permission = Permission.QUESTION_ANSWER

    @cached_property
    def question(self) -> InvoiceQuestion:
        """The question that the address names, if its client may be seen; else 404."""
        seen = InvoiceQuestion.objects.filter(invoice__client__in=self.visible_clients())
        return get_object_or_404(seen.select_related("invoice__client"), pk=self.kwargs["pk"])

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        paying = questions.paying(self.question.invoice)
        payment = paying.get(pk=typed["payment"]) if typed.get("payment") else None
        try:
            services.answer(
                question=self.question,
                outcome=QuestionAnswer.Outcome(typed["outcome"]),
                payment=payment,
                own_words=typed["own_words"].strip(),
                now=timezone.now(),
                by=request.membership,
            )
        except services.NotFitting as refused:
            form.add_error(refused.field, str(refused))
        except services.NothingPaid as refused:
            form.add_error("payment", str(refused))
        except services.AnsweredBefore as refused:
            form.add_error(None, str(refused))
            return self.show(form, HTTPStatus.CONFLICT)
        else:
            messages.success(request, "Answered. The client reads it behind their pay link.")
            return redirect("billing:questions")
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: object) -> QuestionAnswerForm:
        kind = InvoiceQuestion.Kind(self.question.kind)
        return QuestionAnswerForm(
            *args, kind=kind, payments=list(questions.paying(self.question.invoice))
        )

    def show(self, form: QuestionAnswerForm, status: int = HTTPStatus.OK) -> HttpResponse:
        invoice = self.question.invoice
        [row] = questions.shown([self.question])
        events.record(
            Action.QUESTION_VIEWED,
            target=self.question,
            label=invoice.number,
            touched=[invoice.client_id],
        )
        return self.page(
            "billing/questions/answer.html",
            status=status,
            row=row,
            client=clients.show(invoice.client, permissions=self.request.permissions),
            open=invoices.balance_due(invoice),
            may_take=self.may(Permission.PAYMENT_RECORD),
            form=form,
        )
