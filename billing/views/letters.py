"""Letters to clients: the board of what became of them, and sending one."""

from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.letters import HoldForm, LetterFilterForm
from billing.models import AccountStatement, Letter, LetterHold, LetterKind
from billing.selectors import letter_holds, letters
from billing.services import letter_holds as hold_services
from billing.services import letter_previews
from billing.services import letters as services
from billing.views.base import BillingView, wanted_id
from clients.selectors import clients

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
WRITTEN = "The letter is written and goes out within a minute."


class LetterView(BillingView):
    """Base of the pages about letters that stand."""

    permission = Permission.LETTER_VIEW

    def visible_letter(self, pk: UUID) -> Letter:
        """Return a letter to a client whom this person may see, or answer 404."""
        rows = Letter.objects.filter(client__in=self.visible_clients())
        return get_object_or_404(rows.select_related("client", "statement", "payment"), pk=pk)

    def named(self, found: Any) -> list[tuple[letters.Row, Any]]:
        """Return letters with their clients, whom the log then knows were shown."""
        rows = letters.shown(found, shows_addresses=self.may(Permission.CLIENT_IDENTITY_VIEW))
        people = clients.shown(
            {row.client_id for row in rows}, permissions=self.request.permissions
        )
        events.record(Action.LETTER_LISTED, touched=people, count=len(rows))
        return [(row, people[row.client_id]) for row in rows]

    def back(self) -> HttpResponse:
        """Lead back to where the button stood."""
        client_id = wanted_id(self.request.POST.get("client"))
        if client_id is not None:
            return redirect("billing:client_letters", self.visible_client(client_id).pk)
        return redirect("billing:letters")


class Letters(LetterView):
    """Every letter to clients, and what became of it."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = LetterFilterForm(request.GET)
        asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
        found = letters.listed(
            clients=self.visible_clients(),
            state=asked.get("state", ""),
            kind=asked.get("kind", ""),
        )
        page = self.paged(found)
        given = {name: value for name, value in request.GET.items() if name != "page"}
        return self.page(
            "billing/letters/list.html",
            page=page,
            rows=self.named(page.object_list),
            form=form,
            query=f"{urlencode(given)}&" if given else "",
            may_send=self.may(Permission.LETTER_SEND),
            may_link=self.may(Permission.PAY_LINK_MAKE),
            may_run=self.may(Permission.LETTER_SEND) and self.may(Permission.CLIENT_VIEW_ALL),
        )


class LetterRepeat(LetterView):
    """Send a letter once more."""

    change_permission = Permission.LETTER_SEND
    http_method_names = ["post"]

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        letter = self.visible_letter(pk)
        try:
            services.repeat(
                letter=letter, today=self.today, now=timezone.now(), by=request.membership
            )
        except (
            services.NotYetDone,
            services.NothingOwed,
            services.NotReachable,
            services.HeldBack,
        ) as error:
            messages.warning(request, f"Nothing was sent. {error}")
        else:
            messages.success(request, WRITTEN)
        return self.back()


class LetterCameBack(LetterView):
    """Note that a letter came back."""

    change_permission = Permission.LETTER_SEND
    http_method_names = ["post"]

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        letter = self.visible_letter(pk)
        try:
            services.note_came_back(letter=letter, now=timezone.now(), by=request.membership)
        except services.NotSent as error:
            messages.warning(request, str(error))
        else:
            messages.success(
                request, "It is noted. Nothing goes to this address until it is changed."
            )
        return self.back()


class ClientLetters(LetterView):
    """The letters to a client, and whether statements and reminders are held back."""

    change_permission = Permission.LETTER_SEND

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.kept_client(pk), HoldForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        client, form = self.kept_client(pk), HoldForm(request.POST)
        if not form.is_valid():
            return self.show(client, form, UNFIT)
        try:
            hold_services.hold(
                client=client,
                reason=hold_services.Reason(form.cleaned_data["reason"]),
                until=form.cleaned_data["until"],
                today=self.today,
                now=timezone.now(),
                by=request.membership,
            )
        except hold_services.OfThePast as error:
            form.add_error("until", str(error))
        except hold_services.AlreadyHeld as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, "Statements and reminders are held back.")
            return redirect("billing:client_letters", client.pk)
        return self.show(client, form, UNFIT)

    def show(self, client: Any, form: HoldForm, status: int = HTTPStatus.OK) -> HttpResponse:
        page = self.paged(letters.listed(clients=self.visible_clients().filter(pk=client.pk)))
        may_send = self.may(Permission.LETTER_SEND)
        return self.page(
            "billing/letters/of_client.html",
            status=status,
            client=clients.show(client, permissions=self.request.permissions),
            page=page,
            rows=self.named(page.object_list),
            holds=letter_holds.of(client, on=self.today),
            problem=letters.reaches([client.pk])[client.pk].problem,
            form=form if may_send else None,
            may_send=may_send,
            may_link=self.may(Permission.PAY_LINK_MAKE),
        )


class LetterHoldEnd(LetterView):
    """Let statements and reminders go to a client again."""

    change_permission = Permission.LETTER_SEND
    http_method_names = ["post"]

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        rows = LetterHold.objects.filter(client__in=self.visible_clients())
        held = get_object_or_404(rows.select_related("client"), pk=pk)
        hold_services.end(held=held, now=timezone.now(), by=request.membership)
        messages.success(request, "Statements and reminders go to this client again.")
        return redirect("billing:client_letters", held.client.merged_into_id or held.client_id)


class LetterNew(LetterView):
    """Base: tell a client that something of theirs is ready. The letter is shown before it goes."""

    permission = Permission.LETTER_SEND
    kind: ClassVar[LetterKind]

    def subject(self, pk: UUID) -> Any:
        """Return what the letter is about, of what this person may see, or answer 404."""
        raise NotImplementedError

    def home(self, subject: Any) -> str:
        """Return the address of the page that the letter is about."""
        raise NotImplementedError

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.subject(pk))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        subject = self.subject(pk)
        about = {"statement" if self.kind == LetterKind.STATEMENT else "payment": subject}
        try:
            services.write(
                client=subject.client.merged_into or subject.client,
                kind=self.kind,
                today=self.today,
                now=timezone.now(),
                by=request.membership,
                **about,
            )
        except (services.NotReachable, services.HeldBack) as error:
            return self.show(subject, str(error), UNFIT)
        messages.success(request, WRITTEN)
        return redirect(self.home(subject))

    def show(self, subject: Any, problem: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
        client = subject.client.merged_into or subject.client
        reach = letters.reaches([client.pk])[client.pk]
        title, body = letter_previews.to_client(
            client,
            self.kind,
            is_discreet=reach.is_discreet,
            practice=self.request.practice.discreet_name,
            now=timezone.now(),
        )
        held = letter_holds.reasons([client.pk], on=self.today).get(client.pk, "")
        events.record(Action.CLIENT_VIEWED, target=client, touched=[client.pk])
        return self.page(
            "billing/letters/new.html",
            status=status,
            client=clients.show(client, permissions=self.request.permissions),
            kind=self.kind.label,
            title=title,
            body=body,
            is_discreet=reach.is_discreet,
            problem=problem or reach.problem,
            held=held if self.kind in services.HELD_KINDS else "",
            home=self.home(subject),
        )


class StatementLetter(LetterNew):
    """Tell a client that their statement is ready."""

    kind = LetterKind.STATEMENT

    def subject(self, pk: UUID) -> AccountStatement:
        found = AccountStatement.objects.filter(client__in=self.visible_clients())
        return get_object_or_404(found.select_related("client__merged_into"), pk=pk)

    def home(self, subject: Any) -> str:
        return reverse("billing:client_statements", args=[subject.client_id])


class ReceiptLetter(LetterNew):
    """Tell a client that their payment came and their receipt is ready."""

    kind = LetterKind.RECEIPT

    def subject(self, pk: UUID) -> Any:
        found = self.visible_payments().select_related("client__merged_into")
        return get_object_or_404(found, pk=pk)

    def home(self, subject: Any) -> str:
        return reverse("billing:payment", args=[subject.pk])
