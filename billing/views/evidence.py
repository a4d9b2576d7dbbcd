"""Evidence packs for auditors: having one made, how far it is, and taking it away, once."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts import progress
from accounts.models import EvidencePack
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from accounts.worker import wake
from audit.actions import Action
from audit.services import events
from billing import tasks
from billing.selectors import evidence
from billing.services import evidence_packs as services
from billing.views.base import BillingView, wanted_id
from billing.views.reports import HandsOut


class PackView(BillingView):
    """Base: who may see that there are packs, and who may have them made and taken away."""

    permission = Permission.AUDIT_WORK

    @property
    def needed(self) -> frozenset[Permission]:
        takes = self.request.method == "POST"
        return super().needed | (evidence.NEEDED if takes else frozenset())


class EvidencePacks(PackView):
    """The packs so far, and having another one made, by who may take it away."""

    step_up = True

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        key = wanted_id(request.POST.get("key"))
        if key is None:
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            ordered, is_new = services.order(key=key, now=timezone.now(), by=request.membership)
        except services.StillHere as refused:
            messages.warning(request, str(refused))
            return redirect("billing:evidence_pack", refused.pack.pk)
        if is_new:
            practice_id = request.practice.pk
            wake(tasks.make_evidence_pack, practice_id=practice_id, pack_id=ordered.pk)
        return redirect("billing:evidence_pack", ordered.pk)

    def show(self, status: int = HTTPStatus.OK) -> HttpResponse:
        page = self.paged(evidence.all_packs())
        events.record(Action.EVIDENCE_PACK_LISTED, count=len(page.object_list))
        mine = self.request.membership.pk
        return self.page(
            "billing/auditing/packs.html",
            status=status,
            key=uuid4(),
            page=page,
            packs=[
                (pack, evidence.state_of(pack), pack.requested_by_id == mine)
                for pack in page.object_list
            ],
            may_make=self.request.permissions >= evidence.NEEDED,
        )


class EvidencePackPage(PackView, HandsOut):
    """How far a pack is; and once it is made, the pack, once, for whoever asked for it."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.fragment(
            "billing/auditing/_pack.html",
            page="billing/auditing/pack.html",
            pack=self.pack,
            done=progress.done(self.pack.pk),
        )

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        try:
            exported = services.fetch(
                pack_id=self.pack.pk, now=timezone.now(), by=request.membership
            )
        except services.Gone as error:
            messages.warning(request, str(error))
            return redirect("billing:evidence_pack", self.pack.pk)
        return self.handed_out(exported)

    @cached_property
    def pack(self) -> EvidencePack:
        return get_object_or_404(evidence.mine(self.request.membership), pk=self.kwargs["pk"])
