"""Where Stripe tells what happened. No session, no CSRF token: the signature is the proof."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from accounts.tenancy import practice_scope
from accounts.views.asking import mark_told
from accounts.views.base import OutsideView
from accounts.worker import wake
from audit.actions import Action
from audit.services import events
from billing import gateway, tasks
from billing.models.stripe import WEBHOOK_BODY_MAX_BYTES
from billing.selectors import doors
from billing.services import webhooks


@method_decorator(csrf_exempt, name="dispatch")
class StripeWebhook(OutsideView):
    """Verify, keep and answer; the worker does the rest."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
        length = request.headers.get("Content-Length") or "0"
        if not length.isdecimal():
            return HttpResponse(status=400)
        if int(length) > WEBHOOK_BODY_MAX_BYTES:
            return HttpResponse(status=413)
        practice_id = doors.practice_of_endpoint(endpoint_id)
        if practice_id is None:
            # As for a false signature: nobody finds out here which endpoints there are.
            return HttpResponse(status=400)
        try:
            with practice_scope(practice_id):
                event_id = webhooks.receive(
                    endpoint_id=endpoint_id,
                    body=request.body,
                    signature=request.headers.get("Stripe-Signature", ""),
                    now=timezone.now(),
                )
        except (gateway.BadSignature, gateway.NotAnEvent, webhooks.WrongAccount) as error:
            with practice_scope(practice_id):
                events.record(Action.WEBHOOK_REFUSED, reason=type(error).__name__)
            mark_told(request)
            return HttpResponse(status=400)
        if event_id is not None:
            wake(tasks.process_webhook, practice_id=practice_id, event_id=event_id)
        return HttpResponse(status=200)
