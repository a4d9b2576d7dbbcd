"""The words of letters to clients: worded by administrators, previewed, and put back."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.letters import WordsForm
from billing.models import LetterKind, LetterWording
from billing.services import letter_previews
from billing.services import letter_words as services
from billing.views.base import BillingView

UNFIT = HTTPStatus.UNPROCESSABLE_ENTITY
SLUGS = {kind.value.lower().replace("_", "-"): kind for kind in LetterKind}
SHOWN_VERSIONS = 20


class LetterWords(BillingView):
    """Every kind of letter with the words in which it goes out now."""

    permission = Permission.LETTER_CHANGE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        events.record(Action.LETTER_WORDING_VIEWED)
        kinds = [(slug, kind.label, services.current(kind)) for slug, kind in SLUGS.items()]
        link = services.sample(LetterKind.PAY_LINK, practice=request.practice.discreet_name)
        return self.page(
            "billing/letters/words.html",
            kinds=kinds,
            discreet=services.DISCREET.filled({}),
            discreet_link=services.DISCREET_LINK.filled(link),
        )


class LetterWordsOf(BillingView):
    """The words of one kind: changed, or looked at filled in before."""

    permission = Permission.LETTER_CHANGE

    def get(self, request: StaffRequest, kind: str, **kwargs: object) -> HttpResponse:
        words = services.current(self.kind(kind))
        events.record(Action.LETTER_WORDING_VIEWED)
        form = WordsForm(initial={"subject": words.subject, "body": words.body})
        return self.show(kind, form)

    def post(self, request: StaffRequest, kind: str, **kwargs: object) -> HttpResponse:
        form = WordsForm(request.POST)
        if not form.is_valid():
            return self.show(kind, form, UNFIT)
        typed = {name: form.cleaned_data[name].strip() for name in ("subject", "body")}
        try:
            if "preview" in request.POST:
                services.check(self.kind(kind), **typed)
                return self.show(kind, form)
            services.set_words(
                kind=self.kind(kind), **typed, now=timezone.now(), by=request.membership
            )
        except services.BadWords as error:
            form.add_error(error.field, str(error))
            return self.show(kind, form, UNFIT)
        messages.success(request, "The words are saved. Letters from now on go out in them.")
        return redirect("billing:letter_words_of", kind)

    def show(self, slug: str, form: WordsForm, status: int = HTTPStatus.OK) -> HttpResponse:
        kind = self.kind(slug)
        preview = None
        if status == HTTPStatus.OK:
            words = services.Words(str(form["subject"].value()), str(form["body"].value()))
            preview = letter_previews.of_words(
                kind, words, practice=self.request.practice.discreet_name
            )
        versions = LetterWording.objects.filter(kind=kind).select_related("set_by")
        return self.page(
            "billing/letters/words_of.html",
            status=status,
            slug=slug,
            label=kind.label,
            form=form,
            preview=preview,
            placeholders=[
                (f"{{{name}}}", says) for name, says in services.PLACEHOLDERS[kind].items()
            ],
            versions=versions.order_by("-version")[:SHOWN_VERSIONS],
            offers=kind in services.OFFERS,
            is_own=services.current(kind).wording is not None,
        )

    def kind(self, slug: str) -> LetterKind:
        if slug not in SLUGS:
            raise Http404
        return SLUGS[slug]


class LetterWordsReset(LetterWordsOf):
    """Go back to the words of the product."""

    http_method_names = ["post"]

    def post(self, request: StaffRequest, kind: str, **kwargs: object) -> HttpResponse:
        services.reset(kind=self.kind(kind), now=timezone.now(), by=request.membership)
        messages.success(request, "The usual words are back. Your own stand among the versions.")
        return redirect("billing:letter_words_of", kind)
