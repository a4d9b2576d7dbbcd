"""What somebody types: which form it stood in, and what becomes of it once the form is sent."""

from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.card_numbers import WHOLE_UUID
from accounts.models import Membership
from accounts.selectors import members
from accounts.selectors.drafts import Typed
from accounts.services import drafts
from accounts.sessions import QUIET_ROUTES, Ended
from accounts.tenancy import practice_scope
from accounts.views import pages
from accounts.views.asking import StaffRequest, route_name, telling, view_says
from audit.actions import Action
from audit.services import events

DRAFTS = "accounts:drafts"
BEGAN = "form_began"
"""In the session: the path of the form that was sent last and not accepted yet, and its page."""
BYTES_MAX = 65_536
"""What a browser sends at most while its page is being left."""


def is_too_long(request: HttpRequest) -> bool:
    """Say whether more was typed than is kept."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > BYTES_MAX


def of_page(sent: QueryDict) -> Typed:
    """Return what stood in the forms of a page. A field's name is "form field"; "form " alone
    says that the form was there, also when nothing in it was ticked."""
    typed: Typed = {}
    for name, values in sent.lists():
        form, is_typed, field = name.partition(" ")
        if is_typed:
            fields = typed.setdefault(form, {})
            if field:
                fields[field] = [str(value) for value in values]
    return typed


def forget_sent(request: StaffRequest, response: HttpResponseBase) -> None:
    """Forget what was kept of a form that has just been accepted, on the page where it stood.

    That may be some pages back: a preview, a second step or a page of mistakes can come between.
    """
    if request.method != "POST" or route_name(request) in QUIET_ROUTES:
        return
    here, before = pages.here(request), pages.before(request)
    began = request.session.get(BEGAN, {})
    if not _accepts(request, response):
        if before and before != here:
            request.session[BEGAN] = {request.path: before}
        return
    with telling(request):
        for page in {before or here, began.get(request.path, "")} - {""}:
            drafts.sent(member=request.membership, path=page, form=request.path, now=timezone.now())
    if request.path in began:
        del request.session[BEGAN]


def keep_unsent(request: HttpRequest, response: HttpResponseBase, ended: Ended) -> None:
    """Keep what was sent too late: it was not done, and its person finds it after signing in.

    Called when the answer leads to signing in, so the form was one of ours, with its token and
    without a card number. The ended session says whose it was.
    """
    is_for_nobody = ended.person_id is None or ended.practice_id is None
    if is_for_nobody or not _leads_to_sign_in(response) or view_says(request, "outside"):
        return
    if request.method != "POST" or is_too_long(request):
        return
    with practice_scope(UUID(str(ended.practice_id)), person_id=ended.person_id):
        member = members.acting()
        if member is not None and _keep(member, request):
            events.record(Action.DRAFT_KEPT, route=route_name(request))


def _keep(member: Membership, request: HttpRequest) -> bool:
    now = timezone.now()
    if route_name(request) == DRAFTS:
        page = pages.known(request.POST.get("page", ""))
        if page:
            drafts.keep(member=member, path=page, typed=of_page(request.POST), now=now)
        return bool(page)
    page = pages.before(request)
    values = drafts.harmless({name: list(sent) for name, sent in request.POST.lists()})
    if not page or not any(map(_is_typed, values.values())):
        return False
    drafts.keep_form(member=member, path=page, form=request.path, values=values, now=now)
    return True


def _is_typed(values: list[str]) -> bool:
    """Whether a person wrote it: an empty field or an id alone is what the page itself sent."""
    return any(value.strip() and not WHOLE_UUID.fullmatch(value) for value in values)


def _accepts(request: StaffRequest, response: HttpResponseBase) -> bool:
    """An accepted form leads on; only htmx is shown at once what became of it."""
    is_done = 300 <= response.status_code < 400 or response.status_code == 204
    return is_done or (bool(request.htmx) and 200 <= response.status_code < 300)


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    url = response.headers.get("HX-Redirect") or response.headers.get("Location", "")
    return url.startswith(reverse("accounts:sign_in"))
