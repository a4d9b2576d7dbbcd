"""The tokens that programs show: making one, which is shown once, and revoking one."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.forms.api_tokens import ApiTokenForm
from accounts.models import ApiToken
from accounts.permissions import Permission
from accounts.selectors import api_tokens
from accounts.services import api_tokens as services
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events


class ApiTokens(PracticeView):
    """All tokens of the practice, and the form to make one within one's own rights."""

    permission = Permission.API_TOKEN_CHANGE
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: StaffRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            made = services.make(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except services.NotYoursToGive as refused:
            form.add_error("scopes", str(refused))
        except (services.LastsTooLong, services.TooMany) as refused:
            form.add_error(None, str(refused))
        else:
            return self.page("accounts/api_tokens/made.html", name=made.row.name, codes=[made.text])
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: object) -> ApiTokenForm:
        return ApiTokenForm(*args, may_hold=api_tokens.may_hold(self.request.permissions))

    def show(self, form: ApiTokenForm, status: int = HTTPStatus.OK) -> HttpResponse:
        tokens = api_tokens.all_of_them(now=timezone.now())
        events.record(Action.API_TOKENS_VIEWED, count=len(tokens))
        return self.page(
            "accounts/api_tokens/list.html",
            status=status,
            form=form,
            tokens=tokens,
            may_make=bool(api_tokens.may_hold(self.request.permissions)),
        )


class ApiTokenRevoke(PracticeView):
    """Revoking a token, whoever made it."""

    permission = Permission.API_TOKEN_CHANGE
    step_up = True

    def post(self, request: StaffRequest, token_id: UUID) -> HttpResponse:
        token = get_object_or_404(ApiToken, pk=token_id)
        if services.revoke(token=token, now=timezone.now(), by=request.membership):
            messages.success(request, f"The token {token.name} opens nothing any more.")
        return redirect("accounts:api_tokens")
